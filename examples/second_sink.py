"""Run a node that also prints all that it publishes, as JSON lines: second_sink.py CONFIG."""

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from device.config import load
from device.node.inbox import Inbox
from device.node.sink import Sink
from device.node.wiring import run_node
from device.observation import Observation


class JsonLines(Sink):
    def observed(self, observation: Observation, picture: bytes | None) -> None:
        print(json.dumps(observation.to_json()), flush=True)

    def changed(self, document: str, content: Mapping[str, object]) -> None:
        print(json.dumps({document: content}), flush=True)


with suppress(KeyboardInterrupt):
    run_node(load(Path(sys.argv[1])), Inbox(), sinks=[JsonLines()])
