"""Where networks lie: the shipped ones, their updates, and the user's own files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from packaging.version import Version

from device.errors import ModelError
from device.networks.card import read_card
from device.networks.files import ZOO, model_path, network_version


def place_update(updated: Path, version: object) -> Path:
    """Put the JSON of an update where root would, and return the network's path."""
    network = updated / "attributes" / "attributes.tflite"
    network.parent.mkdir()
    network.with_suffix(".json").write_text(json.dumps({"version": version}))
    return network


@pytest.mark.parametrize(
    ("version", "is_used"),
    [
        ("9999.1", True),
        ("1.0", False),  # the release brought a newer one
        ("not a version", False),
        (None, False),
    ],
)
def test_an_update_is_used_if_it_is_newer(tmp_path: Path, version: object, is_used: bool) -> None:
    """Only the version decides; whether the network loads is seen later."""
    update = place_update(tmp_path, version)
    expected = update if is_used else ZOO / "attributes.tflite"
    assert model_path("attributes", tmp_path) == expected


def test_a_file_of_the_users_own_has_no_update(tmp_path: Path) -> None:
    """Its path is used as it is."""
    place_update(tmp_path, "9999.1")
    own = tmp_path / "attributes.tflite"
    assert model_path(str(own), tmp_path) == own


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"version": 1}'])
def test_a_damaged_description_has_the_lowest_version(tmp_path: Path, content: bytes) -> None:
    """So that any readable one is preferred; a missing one counts as damaged."""
    network = tmp_path / "own.tflite"
    assert network_version(network) < Version("0")
    network.with_suffix(".json").write_bytes(content)
    assert network_version(network) < Version("0")


def test_an_unknown_model_names_the_shipped_ones() -> None:
    """The error for a name that does not exist lists those that do."""
    with pytest.raises(
        ModelError, match=r"attributes\.model: .*nonsense\.json.*shipped ones: attributes"
    ):
        read_card(model_path("nonsense"))
