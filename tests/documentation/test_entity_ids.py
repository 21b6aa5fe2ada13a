"""Entities that the pages name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from device.discovery.payload import entity_id
from device.discovery.reference import shipped_catalogue
from tests.documentation.pages import PAGES, name

_NODES = ("facet", "hall")
"""The ids of the nodes in the examples."""


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_each_entity_that_a_page_names_is_one_of_a_node(page: Path) -> None:
    """Whoever copies an automation changes only the node's id."""
    known = {entity_id(row, node) for node in _NODES for row in shipped_catalogue()}
    platforms = "|".join(sorted({known_id.partition(".")[0] for known_id in known}))
    named = re.findall(
        rf"\b(?:{platforms})\.(?:{'|'.join(_NODES)})_\w+", page.read_text(encoding="utf-8")
    )
    assert set(named) <= known
