"""How each part of a node that runs is: as `facet check` says it, and only when it has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from device.camera.status import CameraStatus
from device.config import Config
from device.node.parts import Parts, PartSources
from device.node.trials import BROKER, CAMERA, NODE, PINS, UPDATES, Trial
from device.updates.node.status import UpdateStatus

CONFIG = Config.model_validate(
    {
        "mqtt": {"host": "broker"},
        "camera": {"source": "rtsp://viewer:hush-hush@10.0.0.1/stream"},
        "triggers": {"button": {"pin": 17}},
    }
)


@dataclass
class Node:
    """What a test says of the node."""

    is_connected: bool = True
    link_fault: str | None = None
    camera: CameraStatus = field(default_factory=lambda: CameraStatus(is_available=True))
    is_private: bool = False
    pin_faults: tuple[str, ...] = ()
    node_faults: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Nothing is reported yet."""
        self.reported: list[Sequence[Trial]] = []
        sources = PartSources(
            is_connected=lambda: self.is_connected,
            link_fault=lambda: self.link_fault,
            camera=lambda: self.camera,
            is_private=lambda: self.is_private,
            pin_faults=lambda: self.pin_faults,
            node_faults=lambda: self.node_faults,
            updates=UpdateStatus,
        )
        self.parts = Parts(CONFIG, "attributes 1", sources, self.reported.append)
        self.parts.report()

    def now(self, part: str) -> Trial:
        """Report again, and return how a part is."""
        self.parts.report()
        return next(each for each in self.reported[-1] if each.part == part)


def test_a_node_that_is_well_says_so_once() -> None:
    """No part has a fault, and nothing is reported while nothing changes."""
    node = Node()
    node.parts.report()
    assert len(node.reported) == 1
    assert all(part.works for part in node.reported[0])
    assert node.now(PINS).detail == "button on pin 17"
    assert node.now(UPDATES).detail == "no index configured"


def test_the_camera_s_password_is_not_shown() -> None:
    """Its address stands in the table without."""
    assert "hush" not in str(Node().reported)


@pytest.mark.parametrize(
    ("fault", "detail"),
    [(None, "connecting with broker:1883"), ("it refuses the password", "it refuses the password")],
)
def test_a_broker_that_is_away_has_its_reason(fault: str | None, detail: str) -> None:
    """As the link has found it."""
    node = Node()
    node.is_connected, node.link_fault = False, fault
    assert node.now(BROKER) == Trial(BROKER, works=False, detail=detail)


def test_a_camera_in_privacy_is_no_fault() -> None:
    """It is released, whatever was wrong with it before."""
    node = Node()
    node.camera = CameraStatus(is_available=False, fault="unplugged; plug it in")
    assert node.now(CAMERA) == Trial(CAMERA, works=False, detail="unplugged; plug it in")
    node.is_private = True
    assert node.now(CAMERA).works


def test_faults_of_pins_and_of_the_node_stand_there_in_words() -> None:
    """Each in a line."""
    node = Node()
    node.pin_faults, node.node_faults = ("pin 17 is taken",), ("the disk is full", "no model")
    assert node.now(PINS) == Trial(PINS, works=False, detail="pin 17 is taken")
    assert node.now(NODE) == Trial(NODE, works=False, detail="the disk is full\nno model")
