"""MQTT: the link, discovery and the outbox."""
