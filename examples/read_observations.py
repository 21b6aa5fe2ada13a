"""Print what a node observes, until it is silent for an hour: read_observations.py CONFIG."""

import json
import sys
from pathlib import Path

from device.config import load
from device.entities.documents import EVENT
from device.mqtt.listener import Listener
from device.mqtt.topics import Topics

config = load(Path(sys.argv[1]))
topic = Topics.of(config).document(EVENT)
# For a session the broker keeps what comes while this script is away.
with Listener(config.mqtt, topic, session="facet-example") as listener:
    while message := listener.get(timeout=3600):
        event = json.loads(message.payload)
        print(event["triggered_at"], event["event_type"], event["event_id"], flush=True)
