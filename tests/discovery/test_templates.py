"""Numbers in per cent: their bounds and templates, which a real Home Assistant evaluates in its tests."""

from __future__ import annotations

import pytest

from device.config import Config
from device.discovery.payload import discovery_payload
from device.entities.commands import read_command
from device.entities.kinds import Number
from device.entities.requests import Change
from device.entities.table import CELEBA, entities
from device.mqtt.topics import Topics
from device.system.machine import Machine

CONFIG = Config.model_validate({"mqtt": {"host": "broker"}, "triggers": {"motion": {"pin": 4}}})
TABLE = {row.key: row for row in entities(CONFIG, CELEBA)}
COMPONENTS = discovery_payload(CONFIG.node, Topics.of(CONFIG), TABLE.values(), Machine())[
    "components"
]


@pytest.mark.parametrize("key", [key for key, row in TABLE.items() if isinstance(row, Number)])
def test_a_fraction_is_set_in_per_cent_on_a_slider_and_any_other_number_as_it_is(key: str) -> None:
    """The bounds are those that the templates make of the row's."""
    row, component = TABLE[key], COMPONENTS[key]
    assert isinstance(row, Number)
    bounds = component["min"], component["max"], component["step"]
    if row.is_fraction:
        assert bounds == (-40, 40, 1)
        assert (component["unit_of_measurement"], component["mode"]) == ("%", "slider")
        assert "* 100" in component["value_template"]
        assert "/ 100" in component["command_template"]
    else:
        assert bounds == (row.minimum, row.maximum, row.step)
        assert component["unit_of_measurement"] == row.unit
        assert not {"mode", "command_template"} & set(component)


def test_every_per_cent_of_the_slider_is_a_step_that_the_node_takes() -> None:
    """As the template computes it: a hundredth, rounded."""
    for row in TABLE.values():
        if isinstance(row, Number) and row.is_fraction:
            component = COMPONENTS[row.key]
            for percent in range(round(component["min"]), round(component["max"]) + 1):
                change = read_command([row], row.key, str(round(percent / 100, 8)).encode())
                assert isinstance(change, Change)
                assert change.value == percent / 100
