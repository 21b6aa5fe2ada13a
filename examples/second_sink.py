"""Run a node that also prints all that it publishes, as JSON lines: second_sink.py CONFIG."""

import json
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from device.config import load
from device.node.inbox import Inbox
from device.node.messages import Stop
from device.node.sink import Sink
from device.node.wiring import run_node
from device.observation import Observation


class JsonLines(Sink):
    def observed(self, observation: Observation, picture: bytes | None) -> None:
        print(json.dumps(observation.to_json()), flush=True)

    def changed(self, document: str, content: Mapping[str, object]) -> None:
        print(json.dumps({document: content}), flush=True)


inbox = Inbox()
# Ctrl-C ends the node in good order, wherever it is.
signal.signal(signal.SIGINT, lambda *_: inbox.put(Stop()))
run_node(load(Path(sys.argv[1])), inbox, sinks=[JsonLines()])
