"""`facet demo`: the whole node without hardware, with Enter as its button."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import ValidationError
from rich.console import Console

from device.cli.broker_client import broker_client
from device.cli.demo.broker import HOST, PROTOCOL, EmbeddedBroker, parse_broker
from device.cli.demo.listener import NodeListener, node_topics
from device.cli.demo.node import Node
from device.cli.demo.portrait import write_portrait
from device.cli.demo.tables import entities_table, observation_table
from device.cli.reading import Reading
from device.config import Config
from device.errors import DemoError
from device.mqtt.topics import Topics
from device.networks.card import read_card
from device.networks.files import model_path
from device.observation import Reason
from device.system.console import open_console
from device.system.validation import describe

# Not the default id: a real node of the owner may use the same broker.
_NODE = {"id": "facet_demo", "name": "Facet demo"}
# Whoever was not there, or not clear enough, was looked for; these say that there was no look at all.
_UNSEEN = frozenset({Reason.CAMERA_UNAVAILABLE, Reason.FAILED})


def demo(broker: str | None, camera: str | None, *, once: bool) -> None:
    """Run a whole node, and take the place of its Home Assistant and its button.

    Args:
        broker: HOST or HOST:PORT; None starts one in this process.
        camera: any camera.source; None takes a portrait.
        once: press once, print the observation as one JSON document on standard output, and return.

    Raises:
        FacetError: a component is missing, or does not answer; or there was nothing to see when it was pressed once.
    """
    # SIGTERM ends the demo as cleanly as Ctrl-C does; and Ctrl-C ends it even where a shell has started it in
    # the background with that signal ignored.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="facet-demo-")))
        source = camera if camera is not None else str(write_portrait(folder))
        if broker is None:
            host, port = HOST, stack.enter_context(EmbeddedBroker()).port
            protocol = PROTOCOL
        else:
            host, port = parse_broker(broker)
            protocol = "auto"
        mqtt: dict[str, str | int] = {"host": host, "port": port, "protocol": protocol}
        config = _configure(mqtt, source, folder)
        node = Node(config)
        topics = Topics.of(config)
        client = stack.enter_context(
            broker_client(config.mqtt, *node_topics(topics), error=DemoError)
        )
        listener = NodeListener(client, topics, node.check)
        if broker is not None:
            stack.callback(listener.delete_retained)
        stack.enter_context(node)
        if once:
            _press_once(node, listener)
        else:
            _press_on_enter(node, listener, config)


def _configure(mqtt: Mapping[str, str | int], source: str, folder: Path) -> Config:
    sections = {
        "node": {**_NODE, "state_directory": str(folder / "state")},
        "mqtt": mqtt,
        "camera": {"source": source},
    }
    try:
        return Config.model_validate(sections)
    except ValidationError as error:
        message = f"--broker or --camera cannot be used: {describe(error)}"
        raise DemoError(message) from error


def _press_once(node: Node, listener: NodeListener) -> None:
    components = listener.discover()["components"].values()
    count = sum("default_entity_id" in component for component in components)
    sys.stderr.write(f"{count} entities discovered; pressing once\n")
    node.press()
    document = listener.observation()
    sys.stdout.write(document + "\n")
    sys.stdout.flush()
    reason = json.loads(document)["reason"]
    if reason in _UNSEEN:
        message = f"nothing was seen: {reason}; the lines above say why"
        raise DemoError(message)


def _press_on_enter(node: Node, listener: NodeListener, config: Config) -> None:
    console = open_console()
    reading = Reading.of(read_card(model_path(config.attributes.model)))
    try:
        with console.status("starting the node"):
            discovery = listener.discover()
        console.print(entities_table(discovery))
        for _ in _presses(console):
            node.press()
            console.print(observation_table(json.loads(listener.observation()), reading))
    except KeyboardInterrupt:
        console.print()


def _presses(console: Console) -> Iterator[None]:
    """Yield at each line until "q" or the end of the input."""
    is_interactive = console.is_terminal and sys.stdin is not None and sys.stdin.isatty()
    prompt = "[bold]Enter[/] presses the button, [bold]q[/] leaves: " if is_interactive else ""
    if not is_interactive:
        console.print("There is no terminal: each line of standard input presses the button.")
    while True:
        try:
            line = console.input(prompt)
        except EOFError:
            console.print()
            return
        if line.strip().lower() in {"q", "quit", "exit"}:
            return
        yield
