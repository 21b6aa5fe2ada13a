"""Press a node's button over MQTT, and wait for its answer: press_node.py CONFIG SECONDS."""

import sys
from pathlib import Path

from device.config import load
from device.entities.documents import EVENT
from device.entities.kinds import PRESS
from device.mqtt.listener import Listener
from device.mqtt.topics import Topics

config, seconds = load(Path(sys.argv[1])), float(sys.argv[2])
topics = Topics.of(config)
with Listener(config.mqtt, topics.document(EVENT)) as listener:
    listener.publish(topics.command("capture"), PRESS)
    answer = listener.get(timeout=seconds)
if answer is None:
    sys.exit(f"node {config.node.id} does not answer within {seconds:g} s; does it run?")
print(answer.payload.decode())
