"""How the node is, in the values of Home Assistant's entities."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from device.config import Config
from device.entities.condition import Condition
from device.entities.documents import DIAGNOSTICS, content
from device.entities.kinds import Json, Sensor
from device.entities.table import CATALOGUE, CELEBA, documented, entities
from device.errors import CameraTrouble
from device.supervision.boot_log import Failure
from device.system.vitals import Vitals


def explained(document: Mapping[str, Json]) -> Mapping[str, Json]:
    """What Home Assistant shows as attributes, by the key of the entity."""
    found = document["_attributes"]
    assert isinstance(found, dict)
    return found


def test_a_node_without_faults_reports_none() -> None:
    """No problem is on, and no fault has a text."""
    document = content(DIAGNOSTICS, CATALOGUE, Condition(model="attributes 1"))
    assert (document["camera_problem"], document["camera_fault"]) == ("OFF", "none")
    assert (document["node_problem"], document["node_fault"]) == ("OFF", None)
    assert (document["safe_mode"], document["last_failure"]) == ("OFF", None)
    assert document["_attributes"] == {"camera_fault": {"text": "No fault"}, "last_failure": {}}
    assert document["model"] == "attributes 1"


def test_a_fault_is_a_problem_with_its_sentence() -> None:
    """Each of the two kinds has its own pair of entities."""
    condition = Condition(
        model="attributes 1",
        camera_fault="unplugged",
        camera_trouble=CameraTrouble.NO_PICTURE,
        node_fault="disk full",
    )
    document = content(DIAGNOSTICS, CATALOGUE, condition)
    assert (document["camera_problem"], document["camera_fault"]) == ("ON", "no_picture")
    assert explained(document)["camera_fault"] == {
        "text": "Camera gives no picture",
        "reason": "unplugged",
    }
    assert (document["node_problem"], document["node_fault"]) == ("ON", "disk full")


def test_a_long_fault_is_cut_to_what_home_assistant_takes() -> None:
    """It rejects a longer state as a whole."""
    condition = Condition(model="attributes 1", node_fault="x" * 300)
    shown = content(DIAGNOSTICS, CATALOGUE, condition)["node_fault"]
    assert isinstance(shown, str)
    assert len(shown) == 255
    assert shown.endswith("…")


def test_a_failure_is_a_moment_with_its_reason() -> None:
    """Home Assistant counts from the moment, in the owner's time zone; the sentence has room in an attribute."""
    failure = Failure(datetime(2026, 11, 24, 18, tzinfo=UTC), "the worker hung")
    document = content(DIAGNOSTICS, CATALOGUE, Condition(model="a 1", last_failure=failure))
    assert document["last_failure"] == "2026-11-24T18:00:00+00:00"
    assert explained(document)["last_failure"] == {"reason": "the worker hung"}


def test_how_the_machine_fares_is_in_the_units_of_its_entities() -> None:
    """And unknown where nobody can tell."""
    condition = Condition(
        model="a 1",
        vitals=Vitals(cpu_temperature=51, wifi_signal=-56, disk_free=40),
        is_under_voltage=True,
        started_at=datetime(2026, 11, 24, 18, tzinfo=UTC),
    )
    keys = ("cpu_temperature", "wifi_signal", "disk_free", "under_voltage", "last_start")
    document = content(DIAGNOSTICS, CATALOGUE, condition)
    assert [document[key] for key in keys] == [51, -56, 40, "ON", "2026-11-24T18:00:00+00:00"]
    document = content(DIAGNOSTICS, CATALOGUE, Condition(model="a 1"))
    assert {document[key] for key in keys} == {None}


def test_a_newer_version_says_in_the_owners_language_how_it_is_installed() -> None:
    """Where only the broker knows of it, and the owner reads German."""
    config = Config.model_validate({"mqtt": {"host": "broker"}, "node": {"language": "de"}})
    table = entities(config, CELEBA)
    document = content(DIAGNOSTICS, table, Condition(model="a 1", newest_version="99.1.0"))
    software = document["software"]
    assert isinstance(software, dict)
    summary = software["release_summary"]
    assert isinstance(summary, str)
    assert summary.startswith("Installation von Hand: ")
    assert "install.sh --version 99.1.0`" in summary


def test_every_trouble_of_a_camera_is_an_option() -> None:
    """Home Assistant rejects a value that is not among them."""
    (row,) = (row for row in CATALOGUE if row.key == "camera_fault")
    assert isinstance(row, Sensor)
    for trouble in CameraTrouble:
        condition = Condition(model="a 1", camera_fault="it is so", camera_trouble=trouble)
        assert content(DIAGNOSTICS, CATALOGUE, condition)["camera_fault"] in row.options


def test_the_documents_have_the_same_keys_on_every_node() -> None:
    """Whoever reads them without Home Assistant finds null for what a node lacks, and not a missing key."""
    table = entities(Config.model_validate({"mqtt": {"host": "broker"}}), CELEBA)
    document = content(DIAGNOSTICS, documented(table), Condition(model="attributes 1"))
    assert set(document) == set(content(DIAGNOSTICS, CATALOGUE, Condition(model="attributes 1")))
    assert (document["attribute_network"], document["last_update"]) == (None, None)
