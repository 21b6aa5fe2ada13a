"""The components of the demo, each alone."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from device.camera import read_picture
from device.cli.demo.broker import HOST, PROTOCOL, EmbeddedBroker, parse_broker
from device.cli.demo.node import Node
from device.cli.demo.portrait import write_portrait
from device.cli.demo.tables import entities_table, observation_table
from device.cli.reading import Reading
from device.config import Config, MqttSettings
from device.discovery.payload import discovery_payload
from device.entities.kinds import Platform
from device.entities.table import entities
from device.entities.vocabulary import Vocabulary
from device.errors import DemoError, FacetError
from device.mqtt.listener import Listener
from device.mqtt.topics import Topics
from device.networks.card import read_card
from device.networks.files import model_path
from device.system.machine import machine

SHIPPED = read_card(model_path("attributes"))
READING = Reading.of(SHIPPED)


def text_of(table: Table) -> str:
    """Return a table as a screen shows it."""
    console = Console(width=80)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def test_the_entities_of_a_node_fit_a_terminal() -> None:
    """80x24, with a line for the prompt; each name is there."""
    config = Config.model_validate({"node": {"id": "facet_demo"}, "mqtt": {"host": HOST}})
    rows = entities(config, Vocabulary.of(SHIPPED))
    discovery = discovery_payload(config.node, Topics.of(config), rows, machine())
    shown = text_of(entities_table(discovery))
    assert len(shown.splitlines()) < 24
    assert "…" not in shown
    words = shown.replace(",", "").split()
    for row in rows:
        if row.is_enabled_by_default and row.platform is not Platform.DEVICE_TRIGGER:
            assert set(row.name.split()) <= {*words}


def test_every_answer_of_the_shipped_network_fits_a_terminal() -> None:
    """80x24, with a line for the prompt: neither the heading nor a part of a word is lost, whatever is seen."""
    for is_present in (True, False):
        face = {
            "box": [1000.0, 2000.0, 1000.0, 1000.0],
            "quality": 1.0,
            "primary": True,
            "hair_color": None,
            "facial_hair": None,
            "attributes": {
                name: {"probability": 1.0, "present": is_present} for name in SHIPPED.names
            },
        }
        event = {
            "faces": [face] * 10,
            "reason": None,
            "face_count": 16,
            "left_out": dict.fromkeys(("too_small", "too_blurred", "too_dark", "too_many"), 3),
            "timings": {"total": 12345.6},
        }
        shown = text_of(observation_table(event, READING))
        assert len(shown.splitlines()) < 24
        assert "10 of 16 faces judged" in shown
        assert "…" not in shown


def wait_for_the_end_of(node: Node) -> None:
    """Check a node until it has ended, for ten seconds at most."""
    for _ in range(600):
        node.check()
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("localhost", ("localhost", 1883)),  # the usual port
        ("192.168.1.5:2883", ("192.168.1.5", 2883)),
        ("[::1]:2883", ("::1", 2883)),  # IPv6 needs its brackets
    ],
)
def test_a_broker_is_host_and_port(text: str, address: tuple[str, int]) -> None:
    """The port may be left out."""
    assert parse_broker(text) == address


@pytest.mark.parametrize(
    "text", ["", ":1883", "host:port", "host:99999", "me:secret@host", "host/path", "mqtt://host"]
)
def test_what_is_not_a_broker_is_rejected_with_an_example(text: str) -> None:
    """The error shows what to give."""
    with pytest.raises(DemoError, match="such as localhost:1883"):
        parse_broker(text)


def test_the_embedded_broker_passes_a_message_on_and_ends_with_its_context() -> None:
    """On a free port of this machine; afterwards nothing listens there."""
    with EmbeddedBroker() as broker:
        settings = MqttSettings(host=HOST, port=broker.port, protocol=PROTOCOL)
        with Listener(settings, "greeting") as client:
            client.publish("greeting", "hello")
            received = client.get(timeout=30.0)
    assert received is not None
    assert received.payload == b"hello"
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((HOST, broker.port))


def test_the_portrait_can_be_read_by_the_camera(tmp_path: Path) -> None:
    """640x480 pixels, in colour and not with red and blue swapped: the suit is orange."""
    image = read_picture(write_portrait(tmp_path))
    assert image.shape == (480, 640, 3)
    blue, _, red = image[400, 100].astype(int)
    assert red > blue + 50


def test_what_ends_the_node_is_raised_where_it_is_awaited(tmp_path: Path) -> None:
    """A state directory below a file: the demo reports it instead of waiting until its time is over."""
    (tmp_path / "file").touch()
    config = Config.model_validate(
        {
            "node": {"state_directory": str(tmp_path / "file" / "state")},
            "mqtt": {"host": HOST},
            "camera": {"source": str(tmp_path / "none.png")},
        }
    )
    with Node(config) as node, pytest.raises(FacetError, match=r"node\.state_directory"):
        wait_for_the_end_of(node)


def test_entities_that_start_disabled_are_counted_not_shown() -> None:
    """The table is what Home Assistant shows on the first day."""
    components = {
        "smiling": {"default_entity_id": "binary_sensor.x_smiling", "name": "Smiling"},
        "attractive": {
            "default_entity_id": "binary_sensor.x_attractive",
            "name": "Attractive",
            "enabled_by_default": False,
        },
    }
    shown = text_of(entities_table({"device": {"name": "Hall"}, "components": components}))
    assert ["1", "binary_sensor", "Smiling"] in [line.split() for line in shown.splitlines()]
    assert "Attractive" not in shown
    assert "and 1 more that start disabled" in shown


def test_an_observation_without_a_face_says_why() -> None:
    """The reason, as text."""
    event = {
        "faces": [],
        "reason": "too_small",
        "face_count": 2,
        "left_out": {"too_small": 2},
        "timings": {"total": 12.3},
    }
    shown = text_of(observation_table(event, READING))
    assert "Face too small (2 faces seen)" in shown
    assert "12 ms" in shown


def test_an_observation_shows_the_objective_attributes_of_the_primary_face() -> None:
    """What is present, and in one row what is not; the subjective ones are left out."""
    face = {
        "box": [10.0, 20.0, 100.0, 100.0],
        "quality": 0.9,
        "hair_color": "brown",
        "facial_hair": None,
        "attributes": {
            "Wearing_Hat": {"probability": 0.1, "present": False},
            "Eyeglasses": {"probability": 0.9, "present": True},
            "Attractive": {"probability": 0.9, "present": True},
        },
    }
    other = {**face, "primary": False, "hair_color": "gray"}
    event = {
        "faces": [other, {**face, "primary": True}],
        "reason": None,
        "face_count": 3,
        "left_out": {"too_dark": 1},
        "timings": {"total": 12.3},
    }
    shown = text_of(observation_table(event, READING))
    assert "2 of 3 faces judged; 1 too dark; the primary one:" in shown
    assert "Brown" in shown
    assert "cannot tell" in shown
    assert shown.index("Eyeglasses") < shown.index("Wearing hat")
    assert "Attractive" not in shown
