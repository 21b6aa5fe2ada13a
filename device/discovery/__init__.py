"""The table in the format of Home Assistant's MQTT discovery, and the retained messages that belong to it."""
