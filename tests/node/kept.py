"""A node's state directory as a real run leaves it, and what the next start makes of one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic, sleep

from device.config import Config
from device.discovery.announced import Announced
from device.mqtt.events import Birth, Command, Connected
from device.mqtt.outbox import Outbox
from device.networks.card import read_card
from device.networks.files import model_path
from device.node.hardware import Hardware
from device.node.inbox import Inbox
from device.node.loop import End
from device.node.messages import Content, Stop
from device.node.state_directory import (
    ANNOUNCED,
    FAREWELLS,
    OUTBOX,
    PERCEPTION,
    open_boot_log,
)
from device.node.wiring import run_node
from device.observation import Source, Trigger
from device.system.json_store import JsonStore
from device.updates.artifact import Artifact, Kind
from device.updates.node.install_queue import InstallQueue
from device.updates.request import FOLDER, Request
from tests.mqtt.fake_broker import FakeBroker
from tests.node.fakes import SOON, RecordingSink, StuckSource, stuck_camera
from tests.node.whole_node import FakePerception, Led, see_somebody

QUEUE = f"{FOLDER}/queue.json"
WAITING = 3
"""Events that the broker does not have."""
OFFSET = 0.15
LEFT = "eyeglasses"
"""A component that Home Assistant must forget."""


def configuration(
    folder: Path, *, node: str = "hall", port: int = 1, is_before: bool = False
) -> Config:
    """Return the configuration of a node; before it was changed, it had one attribute more.

    Args:
        folder: has the state directory.
        node: its id.
        port: the broker's.
        is_before: as it was at the first start.
    """
    return Config.model_validate(
        {
            "node": {"id": node, "state_directory": str(folder / "state")},
            "mqtt": {"host": "127.0.0.1", "port": port, "protocol": "3.1.1"},
            "triggers": {"burst": 1},
            "attributes": {"expiry": 0, "disabled": [] if is_before else ["Eyeglasses"]},
            "updates": {
                "index": "file:///nowhere/index.json",
                "public_key": "A" * 43 + "=",
                "allow_install": True,
            },
        }
    )


@dataclass
class Started:
    """What a start made of what was kept.

    Attributes:
        sink: received everything.
        reads: how often the camera was read.
        log: the warnings and errors.
        died: the exceptions of threads.
    """

    sink: RecordingSink = field(default_factory=RecordingSink)
    reads: int = 0
    log: list[str] = field(default_factory=list)
    died: list[str] = field(default_factory=list)

    def says(self, words: str) -> bool:
        """Whether a line of the log has these words."""
        return any(words in line for line in self.log)


def start(config: Config, *contents: Content) -> Started:
    """Start a node in this process, let it take some messages, and end it.

    Raises:
        AssertionError: it did not run until its end.
    """
    started = Started()
    inbox = Inbox()
    for content in (*contents, Stop()):
        inbox.put(content)
    source = StuckSource()
    with _warnings(started.log), _deaths(started.died):
        end = run_node(config, inbox, sinks=[started.sink], hardware=_hardware(source))
    assert end is End.STOP
    started.reads = source.reads
    return started


def make_state(folder: Path, *, is_private: bool, node: str = "hall") -> Path:
    """Let a node run for a while, with a broker that is gone before its last events, and return its state directory.

    Args:
        folder: has the state directory.
        is_private: whether privacy was switched on in Home Assistant at the end.
        node: its id.
    """
    with FakeBroker() as broker:
        port = broker.settings.effective_port
        for is_before in (True, False):
            config = configuration(folder, node=node, port=port, is_before=is_before)
            _run(config, broker, is_private=is_private, is_last=not is_before)
    boot_log = open_boot_log(config)
    boot_log.begin()
    boot_log.failed("the capture thread hung")
    state = config.node.effective_state_directory
    JsonStore(state / PERCEPTION).save({"failure": "perception failed with ValueError"})
    queue = InstallQueue(state / QUEUE, lambda: datetime.now(UTC))
    (state / FOLDER).mkdir()
    queue.add(Kind.SOFTWARE)
    queue.ask(Request(id="0" * 32, artifact=_ARTIFACT))
    queue.save()
    return state


def facts(config: Config, started: Started) -> dict[str, object]:
    """Return all that a start still knew, by the name of the file that had it and what it is."""
    state = config.node.effective_state_directory
    known: dict[str, object] = {}
    for document in ("settings", "state"):
        known |= dict(_flat(started.sink.newest(document), f"{document}.json: "))
    known["starts.json: last failure"] = open_boot_log(config).last_failure
    known["perception.json: failure"] = JsonStore(state / PERCEPTION).load().get("failure")
    announced = Announced(
        JsonStore(state / ANNOUNCED, has_checksums=False), JsonStore(state / FAREWELLS)
    )
    known["farewells.json: left"] = announced.leaving({}).get(LEFT)
    return known


def pending(state: Path) -> list[str]:
    """Return the ids of the events that wait."""
    with closing(Outbox.open(state / OUTBOX)) as outbox:
        return outbox.pending_ids()


PRESSED = (Connected(), Birth(), Command("privacy", b"OFF"), Trigger(Source.BUTTON))
"""What comes to a node that is connected: nothing of it may fail because of what was kept."""

_ARTIFACT = Artifact(
    kind=Kind.SOFTWARE, name="facet-node", version="9.9.9", sha256="0" * 64, signature="A" * 88
)


def _flat(document: Mapping[str, object], above: str) -> Iterator[tuple[str, object]]:
    for key, value in document.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}/")
        else:
            yield f"{above}{key}", value


def _run(config: Config, broker: FakeBroker, *, is_private: bool, is_last: bool) -> None:
    """Run a node until the broker has its discovery; the last time also press, and set what Home Assistant can set."""
    inbox, sink, source = Inbox(), RecordingSink(), StuckSource()
    state = config.node.effective_state_directory
    node = threading.Thread(
        target=run_node,
        args=(config, inbox),
        kwargs={"sinks": [sink], "hardware": _hardware(source)},
        name="facet-node",
    )
    node.start()
    _wait_until(lambda: (LEFT in JsonStore(state / ANNOUNCED).load()) is not is_last)
    if is_last:
        _wait_until(lambda: JsonStore(state / ANNOUNCED).load() != {})
        inbox.put(Command("threshold_offset", f"{OFFSET}".encode()))
        broker.hangs_up_on_connect = True
        broker.cut()
        for number in range(WAITING):
            inbox.put(Trigger(Source.BUTTON))
            _wait_until(partial(_has_answered, sink, number + 1))
        if is_private:
            inbox.put(Command("privacy", b"ON"))
    inbox.put(Stop())
    node.join(SOON)
    assert not node.is_alive()


def _has_answered(sink: RecordingSink, presses: int) -> bool:
    return len(sink.observations) == presses


def _hardware(source: StuckSource) -> Hardware:
    perception = FakePerception(_CARD, see_somebody)
    return Hardware(
        camera=lambda _settings: stuck_camera(source),
        perception=lambda *_, **__: perception,
        led=lambda _settings: Led(None),
    )


def _wait_until(holds: Callable[[], bool]) -> None:
    end = monotonic() + SOON
    while not holds():
        assert monotonic() < end
        sleep(0.002)


@contextmanager
def _warnings(lines: list[str]) -> Iterator[None]:
    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    handler = Handler(logging.WARNING)
    logger = logging.getLogger("device")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


@contextmanager
def _deaths(died: list[str]) -> Iterator[None]:
    before, threading.excepthook = (
        threading.excepthook,
        lambda event: died.append(repr(event.exc_value)),
    )
    try:
        yield
    finally:
        threading.excepthook = before


_CARD = read_card(model_path("attributes"))
