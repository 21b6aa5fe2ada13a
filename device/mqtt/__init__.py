"""MQTT as transport: the link with the broker, the outbox, and who listens from outside."""
