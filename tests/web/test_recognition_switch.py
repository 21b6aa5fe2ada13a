"""Recognition is turned on after its consent sheet, and off again, in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from device.config import load
from device.networks.recognition_card import read_recognition_card
from device.people.gallery_file import GalleryFile
from device.people.reader import PEOPLE
from tests.people.references import new_references
from tests.web.node import running_page

pytestmark = pytest.mark.web


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The node's file."""
    return tmp_path / "facet.yaml"


def test_recognition_is_turned_on_where_its_consent_sheet_is(
    tmp_path: Path,
    file: Path,
    browser: Any,  # noqa: ANN401
) -> None:
    """It says what is stored, where and for how long, and who is to be asked; the file keeps its comments."""
    from tests.web.browser import Visit, serious_violations

    with running_page(tmp_path, file) as node:
        visit = Visit(node, browser.new_context(locale="en-GB"))
        tab = visit.log_in("/#people")
        sheet = tab.locator("section.card")
        for text in ("Ask everybody who lives", "192 numbers", "on this node", "It stays until"):
            sheet.get_by_text(text).wait_for()
        tab.get_by_role("button", name="Turn recognition on").click()
        tab.get_by_text("Ask first").wait_for()
        assert not load(file).people.enabled
        tab.get_by_label("Everybody who lives here").check()
        assert serious_violations(tab) == []
        tab.get_by_role("button", name="Turn recognition on").click()
        tab.get_by_text("Nobody is enrolled.").wait_for()
        assert node.config.people.enabled
        visit.context.close()
    assert file.read_text().startswith("# mine\n")
    assert visit.foreign == []


def test_recognition_is_turned_off_in_the_same_place(
    tmp_path: Path,
    file: Path,
    browser: Any,  # noqa: ANN401
) -> None:
    """It says what becomes of the gallery; whoever was enrolled stays there."""
    from tests.web.browser import Visit, serious_violations

    with running_page(tmp_path, file, people={"enabled": True}) as node:
        gallery_path = node.config.node.effective_state_directory / PEOPLE
        with GalleryFile.open(gallery_path, read_recognition_card().sha256) as gallery:
            gallery.enrol("Clara", new_references(1))
        visit = Visit(node, browser.new_context(locale="en-GB"))
        tab = visit.log_in("/#people")
        tab.get_by_role("heading", name="Clara").wait_for()
        tab.get_by_text("Turn recognition off", exact=True).click()
        tab.get_by_text("Whoever is enrolled stays stored").wait_for()
        assert serious_violations(tab) == []
        tab.get_by_role("button", name="Turn recognition off").click()
        tab.get_by_text("Recognition is off, and nobody is compared").wait_for()
        assert not node.config.people.enabled
        visit.context.close()
    with GalleryFile.open(gallery_path) as gallery:
        assert [person.name for person in gallery.people()] == ["Clara"]
