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

from device.cli.demo.broker import HOST, PROTOCOL, EmbeddedBroker, parse_broker
from device.cli.demo.home import Home
from device.cli.demo.node import Node
from device.cli.demo.portrait import write_portrait
from device.cli.demo.tables import entities_table, observation_table
from device.config import Config
from device.errors import DemoError
from device.mqtt.topics import Topics
from device.system.validation import describe

__all__ = ["DemoError", "demo"]

# Not the default id: the broker may be one at which a real node of the owner's lives.
_NODE = {"id": "facet_demo", "name": "Facet demo"}


def demo(broker: str | None, camera: str | None, *, once: bool) -> None:
    """Run a node with all its parts, and be its Home Assistant and its button.

    Args:
        broker: HOST or HOST:PORT; None starts one in this process.
        camera: any camera.source; None takes a portrait.
        once: press once, print the observation as one JSON document on standard output, and return.

    Raises:
        FacetError: a part is missing, or does not answer.
    """
    # A demo that is told to end leaves as cleanly as one that is interrupted; and Ctrl-C interrupts it
    # even where a shell in the background has let its children ignore it.
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
        home = stack.enter_context(Home(host, port, Topics.of(config), node.still_alive))
        if broker is not None:
            stack.callback(home.forget)
        stack.enter_context(node)
        if once:
            _press_once(node, home)
        else:
            _press_at_will(node, home)


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


def _press_once(node: Node, home: Home) -> None:
    components = home.discover()["components"].values()
    count = sum("default_entity_id" in component for component in components)
    sys.stderr.write(f"{count} entities discovered; pressing once\n")
    node.press()
    sys.stdout.write(home.observation() + "\n")
    sys.stdout.flush()


def _press_at_will(node: Node, home: Home) -> None:
    console = Console()
    try:
        with console.status("starting the node"):
            discovery = home.discover()
        console.print(entities_table(discovery))
        for _ in _presses(console):
            node.press()
            console.print(observation_table(json.loads(home.observation())))
    except KeyboardInterrupt:
        console.print()


def _presses(console: Console) -> Iterator[None]:
    """Yield at each line until "q" or the end of the input."""
    asks = console.is_terminal and sys.stdin is not None and sys.stdin.isatty()
    prompt = "[bold]Enter[/] presses the button, [bold]q[/] leaves: " if asks else ""
    if not asks:
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
