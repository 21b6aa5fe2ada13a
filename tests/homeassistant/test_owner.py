"""What an owner does, what follows, and after how many seconds at most: the table of docs/home-assistant.md."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.broker.mosquitto import wait_for
from tests.homeassistant.node import Node
from tests.homeassistant.setup import Setup, press

pytestmark = pytest.mark.homeassistant

ROOM = "veranda"
# Seconds; as short as leaves a busy machine the time to look.
_EXPIRY = 8
# A machine that has other things to do may take so many times as long; the report has what it took.
_BUSY = 5
_DOCS = Path(__file__).resolve().parents[2] / "docs" / "home-assistant.md"


@dataclass(frozen=True, slots=True)
class Scene:
    """A node in a home."""

    setup: Setup
    node: Node
    smiling: Path

    def act(self, action: str, key: str, **data: object) -> None:
        """Perform an action on one of the node's entities."""
        entity = f"{action.split('.', maxsplit=1)[0]}.{ROOM}_{key}"
        self.setup.client.act(action, entity_id=entity, **data)

    def shows(self, **states: str) -> bool:
        """Whether entities, as platform__key, have these states."""
        found = self.setup.entities(ROOM)
        return all(found.get(k.replace("__", f".{ROOM}_")) == v for k, v in states.items())

    def is_back(self) -> bool:
        """Whether everything is available, but for a picture that there is not."""
        states = [s for k, s in self.setup.entities(ROOM).items() if not k.startswith("image.")]
        return bool(states) and "unavailable" not in states

    def lose_camera(self) -> None:
        """Unplug the camera, and press."""
        (self.node.folder / "picture.png").unlink()
        self.act("button.press", "capture")

    def find_camera(self) -> None:
        """Plug it in, and press."""
        self.node.show(self.smiling)
        self.act("button.press", "capture")

    def restart(self) -> None:
        """Press *Restart*, and wait until the node has gone."""
        self.act("button.press", "restart")
        self.setup.expect_gone(ROOM)

    def name_version(self, version: str) -> None:
        """Publish the newest version of Facet."""
        with self.setup.overhear("facet/newest_version") as owner:
            owner.publish("facet/newest_version", version, retain=True)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        does: what the owner does.
        sees: what Home Assistant shows then.
        seconds: after which at most.
        do: does it.
        is_seen: whether it is there to be seen.
    """

    does: str
    sees: str
    seconds: float
    do: Callable[[Scene], object]
    is_seen: Callable[[Scene], bool]

    @property
    def line(self) -> str:
        """As it stands in the docs."""
        return f"| {self.does} | {self.sees} | {self.seconds:g} |"


ROWS = (
    Row(
        "presses *Capture*, or the button at the door",
        "*Smiling* is on, *Picture* shows who is there, and *Observation* has fired",
        2,
        lambda home: home.act("button.press", "capture"),
        lambda home: (
            home.shows(binary_sensor__smiling="on", binary_sensor__face_present="on")
            and not home.shows(image__picture="unavailable")
        ),
    ),
    Row(
        "moves *Caution* to 40 %",
        "whoever was seen is judged again: *Hair color*, which was not certain enough, is unknown",
        2,
        lambda home: home.act("number.set_value", "threshold_offset", value=40),
        lambda home: home.shows(sensor__hair_color="unknown"),
    ),
    Row(
        "moves *Caution* back to 0 %",
        "*Hair color* is brown again",
        2,
        lambda home: home.act("number.set_value", "threshold_offset", value=0),
        lambda home: home.shows(sensor__hair_color="brown"),
    ),
    Row(
        "sets *Picture mode* to off",
        "*Picture* is unavailable",
        2,
        lambda home: home.act("select.select_option", "picture_mode", option="off"),
        lambda home: home.shows(image__picture="unavailable"),
    ),
    Row(
        "waits for `attributes.expiry`",
        "*Face present* is off, the attributes are unknown",
        _EXPIRY + 4,
        lambda _home: None,
        lambda home: home.shows(
            binary_sensor__face_present="off", binary_sensor__smiling="unknown"
        ),
    ),
    Row(
        "switches *Privacy* on",
        "everything that needs the camera is unavailable",
        2,
        lambda home: home.act("switch.turn_on", "privacy"),
        lambda home: home.shows(
            binary_sensor__face_present="unavailable", binary_sensor__smiling="unavailable"
        ),
    ),
    Row(
        "presses *Capture* meanwhile",
        "*Last result* is privacy",
        2,
        lambda home: home.act("button.press", "capture"),
        lambda home: home.shows(sensor__last_result="privacy"),
    ),
    Row(
        "switches *Privacy* off",
        "everything is available, and nothing is known of before",
        4,
        lambda home: home.act("switch.turn_off", "privacy"),
        lambda home: home.is_back() and home.shows(binary_sensor__smiling="unknown"),
    ),
    Row(
        "unplugs the camera, and presses",
        "*Camera* shows a problem, *Last result* is camera_unavailable",
        5,
        Scene.lose_camera,
        lambda home: home.shows(
            binary_sensor__camera_problem="on", sensor__last_result="camera_unavailable"
        ),
    ),
    Row(
        "plugs it in again, and presses",
        "*Camera* is fine, *Smiling* is on",
        5,
        Scene.find_camera,
        lambda home: home.shows(binary_sensor__camera_problem="off", binary_sensor__smiling="on"),
    ),
    Row(
        "publishes a newer version for all nodes",
        "*Software* offers an update",
        5,
        lambda home: home.name_version("99.0.0"),
        lambda home: home.shows(update__software="on"),
    ),
    Row(
        "takes it back",
        "*Software* is up to date",
        5,
        lambda home: home.name_version(""),
        lambda home: home.shows(update__software="off"),
    ),
    Row(
        "presses *Restart*, or starts a node that was off",
        "everything is available",
        20,
        Scene.restart,
        Scene.is_back,
    ),
    Row(
        "stops the node",
        "everything is unavailable",
        5,
        lambda home: home.node.stop(),
        lambda home: set(home.setup.entities(ROOM).values()) == {"unavailable"},
    ),
)


def test_an_owner_sees_what_he_has_done_soon(
    any_setup: Setup, smiling: Path, report: Callable[[str], None]
) -> None:
    """Each line of the table, one after the other, in one life of a node."""
    expiry, picture = {"expiry": _EXPIRY}, {"picture": "full"}
    with any_setup.node(ROOM, smiling, attributes=expiry, privacy=picture) as node:
        home = Scene(any_setup, node, smiling)
        press(any_setup, ROOM)
        took = []
        for row in ROWS:
            began = time.monotonic()
            row.do(home)
            what = f"the owner {row.does}: {row.sees}"
            wait_for(partial(row.is_seen, home), what, _BUSY * row.seconds)
            took.append(f"{time.monotonic() - began:.1f}")
        report(f"{any_setup.home.version}: seen after {', '.join(took)} s")


def test_the_table_of_the_docs_is_the_one_that_is_tested() -> None:
    """Line by line, in the same order."""
    lines = [line for line in _DOCS.read_text().splitlines() if line in {row.line for row in ROWS}]
    assert lines == [row.line for row in ROWS]
