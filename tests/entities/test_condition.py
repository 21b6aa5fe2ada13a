"""How the node is, in the values of Home Assistant's entities."""

from __future__ import annotations

from device.config import Config
from device.entities.condition import Condition
from device.entities.documents import DIAGNOSTICS, content
from device.entities.table import CATALOGUE, CELEBA, documented, entities


def test_a_node_without_faults_reports_none() -> None:
    """No problem is on, and no fault has a text."""
    document = content(DIAGNOSTICS, CATALOGUE, Condition(model="attributes 1"))
    assert (document["camera_problem"], document["camera_fault"]) == ("OFF", None)
    assert (document["node_problem"], document["node_fault"]) == ("OFF", None)
    assert (document["safe_mode"], document["last_failure"]) == ("OFF", None)
    assert document["model"] == "attributes 1"


def test_a_fault_is_a_problem_with_its_sentence() -> None:
    """Each of the two kinds has its own pair of entities."""
    condition = Condition(model="attributes 1", camera_fault="unplugged", node_fault="disk full")
    document = content(DIAGNOSTICS, CATALOGUE, condition)
    assert (document["camera_problem"], document["camera_fault"]) == ("ON", "unplugged")
    assert (document["node_problem"], document["node_fault"]) == ("ON", "disk full")


def test_a_long_fault_is_cut_to_what_home_assistant_takes() -> None:
    """It rejects a longer state as a whole."""
    condition = Condition(model="attributes 1", camera_fault="x" * 300)
    shown = content(DIAGNOSTICS, CATALOGUE, condition)["camera_fault"]
    assert isinstance(shown, str)
    assert len(shown) == 255
    assert shown.endswith("…")


def test_the_documents_have_the_same_keys_on_every_node() -> None:
    """Whoever reads them without Home Assistant finds null for what a node lacks, and not a missing key."""
    table = entities(Config.model_validate({"mqtt": {"host": "broker"}}), CELEBA)
    document = content(DIAGNOSTICS, documented(table), Condition(model="attributes 1"))
    assert set(document) == set(content(DIAGNOSTICS, CATALOGUE, Condition(model="attributes 1")))
    assert (document["attribute_network"], document["last_update"]) == (None, None)
