"""Answer one trigger without a broker: without_home_assistant.py SOURCE STATE_DIRECTORY.

The node goes on trying to reach the broker, where nobody listens here, and the newest 1,000 observations wait for it on
the disk. Sinks get every observation at once.
"""

import json
import sys
from collections.abc import Mapping

from device.config import Config
from device.node.inbox import Inbox
from device.node.messages import Stop
from device.node.sink import Sink
from device.node.wiring import run_node
from device.observation import Observation, Source, Trigger

inbox = Inbox()


class Answer(Sink):
    def observed(self, observation: Observation, picture: bytes | None) -> None:
        print(json.dumps(observation.to_json(), indent=2))
        inbox.put(Stop())

    def changed(self, document: str, content: Mapping[str, object]) -> None:
        print(f"{document}: {len(content)} values", file=sys.stderr)


source, directory = sys.argv[1:3]
mqtt, node = {"host": "localhost", "port": 1}, {"state_directory": directory}
config = Config.model_validate({"mqtt": mqtt, "node": node, "camera": {"source": source}})
inbox.put(Trigger(Source.KEYBOARD))
run_node(config, inbox, sinks=[Answer()])
