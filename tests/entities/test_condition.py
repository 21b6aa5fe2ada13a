"""How the node is, in the words of Home Assistant's entities."""

from __future__ import annotations

from device.entities.condition import Condition
from device.entities.kinds import Document
from device.entities.table import CATALOGUE


def test_the_document_fills_every_diagnostic_entity() -> None:
    """A row without its value would be a warning in Home Assistant's log."""
    keys = {row.key for row in CATALOGUE if row.document is Document.DIAGNOSTICS}
    assert set(Condition(model="attributes 1").document()) == keys


def test_a_long_fault_is_cut_to_what_home_assistant_takes() -> None:
    """It refuses a longer state whole."""
    shown = Condition(model="attributes 1", camera_fault="x" * 300).document()["camera_fault"]
    assert len(shown) == 255
    assert shown.endswith("…")
