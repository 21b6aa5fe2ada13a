"""docs/wiring.md and its drawing against what the node knows of the header."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from device.config import Config
from device.config.sections.fields import HEADER, bcm_number

_DOCS = Path(__file__).parents[2] / "docs"
_SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def labels() -> dict[int, str]:
    """What the drawing calls each pin of the header."""
    drawing = ET.parse(_DOCS / "images" / "wiring.svg")  # noqa: S314 - a file of this repository
    pins = {}
    for group in drawing.iter(f"{_SVG}g"):
        if match := re.fullmatch(r"pin(\d+)", group.get("id", "")):
            number, label = (text.text or "" for text in group.iter(f"{_SVG}text"))
            assert number == match[1]
            pins[int(number)] = label
    return pins


def test_the_drawing_names_every_pin_as_the_node_does(labels: dict[int, str]) -> None:
    """All forty, and the GPIO pins by their BCM numbers."""
    assert sorted(labels) == list(range(1, 41))
    gpio = {pin: label for pin, label in labels.items() if label.startswith("GPIO")}
    assert gpio == {pin: f"GPIO{number}" for pin, number in HEADER.items()}


def test_the_table_names_pins_as_the_drawing_does(labels: dict[int, str]) -> None:
    """Every "GPIO17 (pin 11)", "5 V (pin 2)" and "ground (pin 9)" of the page."""
    page = (_DOCS / "wiring.md").read_text(encoding="utf-8")
    named = re.findall(r"(GPIO\d+|5 V|3\.3 V|ground) \(pin (\d+)\)", page)
    assert len(named) >= 7
    for label, pin in named:
        assert labels[int(pin)] == label


def test_the_configuration_in_the_table_is_accepted_and_names_the_pins_beside_it() -> None:
    """A reader copies the last column."""
    rows = re.findall(
        r"^\|[^|]+\|[^|]*GPIO(\d+)[^|]*\| `((?:triggers|led): .*)` \|$",
        (_DOCS / "wiring.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert len(rows) == 3
    for number, setting in rows:
        config = Config.model_validate({"mqtt": {"host": "broker"}, **yaml.safe_load(setting)})
        sections = (config.triggers.button, config.triggers.motion, config.led)
        (pin,) = (bcm_number(section.pin) for section in sections if section)
        assert pin == int(number)
