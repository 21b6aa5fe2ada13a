"""The table as Home Assistant's MQTT discovery wants it, and what is published so that it stays true."""
