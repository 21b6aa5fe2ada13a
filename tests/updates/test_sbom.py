"""The list of a release's components: every package and network of the wheel, valid, and the same each time."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from device.errors import UpdateError
from device.networks.files import ZOO
from device.updates.release.lock import read_lock
from device.updates.release.sbom import make_sbom, write_sbom
from tests.updates.conftest import LOCK


@pytest.fixture
def components(release_wheel: Path) -> list[dict[str, Any]]:
    """Those of this checkout's packages and networks."""
    found: list[dict[str, Any]] = json.loads(make_sbom(release_wheel))["components"]
    return found


def _hashes(component: dict[str, Any]) -> set[str]:
    assert {each["alg"] for each in component["hashes"]} == {"SHA-256"}
    return {each["content"] for each in component["hashes"]}


def _without(wheel: Path, part: str) -> None:
    """Take the files away whose names have this in them."""
    with zipfile.ZipFile(wheel) as packed:
        kept = {name: packed.read(name) for name in packed.namelist() if part not in name}
    with zipfile.ZipFile(wheel, "w") as packed:
        for name, data in kept.items():
            packed.writestr(name, data)


def test_every_locked_package_is_listed_with_its_hashes(components: list[dict[str, Any]]) -> None:
    """And nothing else is, apart from networks."""
    listed = {
        (each["name"], each["version"]): _hashes(each)
        for each in components
        if each["type"] == "library"
    }
    pins = read_lock(LOCK.read_text(encoding="utf-8"))
    assert listed == {(pin.requirement.name, pin.version): set(pin.sha256) for pin in pins}


def test_every_network_is_listed_with_hash_licence_and_origin(
    components: list[dict[str, Any]],
) -> None:
    """Read from the zoo's table, without its links."""
    networks = {
        each["name"]: each for each in components if each["type"] == "machine-learning-model"
    }
    assert networks.keys() == {path.stem for path in ZOO.glob("*.tflite")}
    for path in ZOO.glob("*.tflite"):
        assert _hashes(networks[path.stem]) == {hashlib.sha256(path.read_bytes()).hexdigest()}
    detector = networks["face_detection_short_range"]
    assert detector["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    assert detector["pedigree"]["notes"].startswith("npm package @mediapipe/face_detection")
    [licence] = networks["attributes"]["licenses"]
    assert licence["license"]["name"].startswith("non-commercial research")
    card = json.loads((ZOO / "attributes.json").read_text(encoding="utf-8"))
    assert networks["attributes"]["version"] == card["version"]


def test_the_hashes_in_the_zoos_table_are_those_of_its_files() -> None:
    """Their beginnings, as far as they are written there."""
    table = (ZOO / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]+)` .*sha256 `([0-9a-f]+)…`", table, re.MULTILINE)
    assert len(rows) == 2
    for name, digits in rows:
        assert hashlib.sha256((ZOO / name).read_bytes()).hexdigest().startswith(digits)


def test_the_list_is_valid_and_names_the_wheel(release_wheel: Path, tmp_path: Path) -> None:
    """By CycloneDX's own schema; the wheel by its hash."""
    path = write_sbom(release_wheel, tmp_path / "site")
    assert path == tmp_path / "site" / "facet_node-9.9.0.cdx.json"
    text = path.read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    release = json.loads(text)["metadata"]["component"]
    assert (release["name"], release["version"]) == ("facet-node", "9.9.0")
    assert _hashes(release) == {hashlib.sha256(release_wheel.read_bytes()).hexdigest()}


def test_the_same_wheel_has_the_same_list(release_wheel: Path, tmp_path: Path) -> None:
    """Wherever it lies: whoever has a verified wheel can make the list that goes with it."""
    other = tmp_path / release_wheel.name
    other.write_bytes(release_wheel.read_bytes())
    assert make_sbom(other) == make_sbom(release_wheel)


@pytest.mark.parametrize("part", ["requirements.lock", "zoo/README.md"])
def test_a_wheel_without_what_the_list_is_made_from_is_an_error(
    release_wheel: Path, part: str
) -> None:
    """It names what is missing."""
    _without(release_wheel, part)
    with pytest.raises(UpdateError, match=rf"has no .*{re.escape(part)}; build"):
        make_sbom(release_wheel)


def test_a_network_of_unknown_origin_is_an_error(release_wheel: Path) -> None:
    """Nothing ships whose licence nobody has written down."""
    with zipfile.ZipFile(release_wheel, "a") as packed:
        packed.writestr("model/zoo/found_somewhere.tflite", b"")
    with pytest.raises(UpdateError, match=r"does not say where found_somewhere\.tflite comes from"):
        make_sbom(release_wheel)


def test_a_file_that_is_no_wheel_is_an_error(wheel: Path) -> None:
    """It is named."""
    with pytest.raises(UpdateError, match="is not a wheel of Facet"):
        make_sbom(wheel)
