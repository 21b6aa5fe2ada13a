"""What a file says and cannot mean is said with its line, and the node runs all the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from gpiozero import DigitalInputDevice, PinFixedPull
from gpiozero.pins.mock import MockFactory

from device.config import Config, Fault, load
from device.config.doubts import doubts
from device.config.sections.fields import HEADER
from device.config.yaml.document import Document
from tests.config.conftest import Write

_ROOT = Path(__file__).parents[2]


def _doubts(path: Path) -> list[Fault]:
    doubted: list[Fault] = []
    load(path, environment={}, on_doubt=doubted.append)
    return doubted


@pytest.mark.parametrize(
    ("below", "path", "message"),
    [
        # The header's pins with a resistor of their own.
        ("triggers: {motion: {pin: 2}}", "triggers.motion.pull", "is down, but on pin 2 the board"),
        (
            "triggers: {motion: {pin: BOARD5}}",
            "triggers.motion.pull",
            "but on pin BOARD5 the board",
        ),
        (
            "triggers: {button: {pin: GPIO3, pull: none, active_state: low}}",
            "triggers.button.pull",
            "is none, but on pin GPIO3 the board has a resistor to 3.3 V, which is stronger; use another pin",
        ),
        # What nothing reads.
        (
            "camera: {source: 'rtsp://c/1', fps: 5}",
            "camera.fps",
            "has no effect: camera.source is no",
        ),
        (
            "camera: {source: a.jpg, width: 640}",
            "camera.width",
            "has no effect: camera.source is no",
        ),
        ("camera: {source: clip.mp4, warm_up_frames: 1}", "camera.warm_up_frames", "no effect"),
        (
            "updates: {check_interval: 60}",
            "updates.check_interval",
            "there is no updates.index; add",
        ),
        ("updates: {public_key: a.pub}", "updates.public_key", "there is no updates.index; add"),
        (
            "privacy: {picture_expiry: 60}",
            "privacy.picture_expiry",
            "privacy.picture is off, and no",
        ),
        (
            "people: {visitors_days: 7}",
            "people.visitors_days",
            "people.enabled is false, and nobody",
        ),
    ],
)
def test_a_doubt_names_its_line_and_what_to_do(
    write: Write, below: str, path: str, message: str
) -> None:
    """As a fault does."""
    (doubt,) = _doubts(write(f"mqtt:\n  host: broker\n\n{below}\n"))
    assert (doubt.line, doubt.path) == (4, path)
    assert message in doubt.message


def test_a_certificate_that_nobody_compares_is_a_doubt(write: Write) -> None:
    """Its owner may believe that the broker is verified."""
    path = write("""\
mqtt:
  host: b
  tls:
    enabled: true
    insecure_skip_verify: true
    ca_file: ca.pem
""")
    (doubt,) = _doubts(path)
    assert (doubt.line, doubt.path) == (6, "mqtt.tls.ca_file")
    assert "insecure_skip_verify accepts any certificate" in doubt.message


@pytest.mark.parametrize(
    "below",
    [
        "triggers: {button: {pin: 2}, motion: {pin: 3, pull: up}}\nled: {pin: 4}",
        "led: {pin: 2}",
        "camera: {source: 1, width: 1280, fps: 5, fourcc: YUYV, warm_up_frames: 1}",
        "camera: {source: /dev/v4l/by-id/x, width: 1280}",
        "camera: {source: 'http://c/', rotation: 90, mirror: true}",
        "updates: {index: 'https://x.org/i.json', check_interval: 60, public_key: a}",
        "privacy: {picture: crop, picture_expiry: 60}",
        "privacy: {picture: off}",
        "people: {enabled: true, visitors_days: 7}",
        "camera: {}\nupdates: {}\ntriggers: {}",
    ],
)
def test_what_works_is_no_doubt(write: Write, below: str) -> None:
    """Nor what the file does not name: defaults are ours."""
    assert _doubts(write(f"mqtt: {{host: broker}}\n{below}\n")) == []


def test_the_example_is_no_doubt(tmp_path: Path) -> None:
    """It is what owners start from."""
    shutil.copy(_ROOT / "config.example.yaml", tmp_path / "facet.yaml")
    assert _doubts(tmp_path / "facet.yaml") == []


def test_the_pins_in_doubt_are_those_that_gpiozero_rejects() -> None:
    """On a board with the 40-pin header, whatever the pull."""
    factory = MockFactory()
    for pin in HEADER.values():
        for pull, pull_up in (("up", True), ("down", False), ("none", None)):
            button = {"pin": pin, "pull": pull, "active_state": "low"}
            document = {"mqtt": {"host": "b"}, "triggers": {"button": button}}
            is_doubted = list(doubts(Config.model_validate(document), Document("facet.yaml"))) != []
            active = None if pull_up is not None else False
            try:
                DigitalInputDevice(
                    pin, pull_up=pull_up, active_state=active, pin_factory=factory
                ).close()
            except PinFixedPull:
                assert is_doubted, (pin, pull)
            else:
                assert not is_doubted, (pin, pull)
