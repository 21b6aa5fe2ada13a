"""Enrolling, renaming and forgetting somebody in a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from device.cli.demo.portrait import write_portrait
from device.networks.recognition_card import read_recognition_card
from device.people.gallery_file import GalleryFile
from device.people.person import NewReference
from device.people.reader import PEOPLE
from tests.node.gallery_bench import LIMITS, looks
from tests.people.references import new_references
from tests.web.node import PageNode, running_page

if TYPE_CHECKING:
    from tests.web.browser import Visit

pytestmark = pytest.mark.web

Begin = Callable[..., "Visit"]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[PageNode]:
    """A node that recognises people and keeps who is unknown, and knows nobody yet."""
    with running_page(tmp_path, people={"enabled": True, "visitors_days": 7}) as running:
        yield running


def test_somebody_is_enrolled_from_a_picture_recognised_renamed_and_forgotten(
    node: PageNode, visit: Begin, tmp_path: Path
) -> None:
    """With consent, a picture of a phone is enough; forgetting takes two presses, and takes the name everywhere."""
    from tests.web.browser import serious_violations

    tab = visit().log_in("/#people")
    tab.get_by_text("Nobody is enrolled.").wait_for()
    portrait = write_portrait(tmp_path)
    tab.get_by_label("Name", exact=True).fill("Clara")
    tab.get_by_label("Or from a picture").set_input_files(portrait)
    tab.get_by_text("Ask first").wait_for()
    tab.get_by_label("Whoever is enrolled").check()
    tab.get_by_label("Or from a picture").set_input_files(portrait)
    tab.get_by_role("heading", name="Clara").wait_for()
    assert serious_violations(tab) == []

    tab.get_by_text("Rename or forget").click()
    tab.get_by_label("Another name").fill("Klara")
    tab.get_by_role("button", name="Rename").click()
    tab.get_by_role("heading", name="Klara").wait_for()

    tab.get_by_role("link", name="Observations").click()
    node.press()
    tab.get_by_role("button", name="Face seen").click()
    tab.get_by_role("heading", name="Klara (primary)").wait_for()

    tab.get_by_role("link", name="People").click()
    tab.get_by_text("Rename or forget").click()
    tab.get_by_role("button", name="Forget", exact=True).click()
    tab.get_by_role("button", name="Forget Klara for good").click()
    tab.get_by_text("Nobody is enrolled.").wait_for()
    tab.get_by_role("link", name="Observations").click()
    tab.get_by_text("Nothing yet").wait_for()


def test_a_picture_without_a_face_enrols_nobody_and_says_why(visit: Begin, tmp_path: Path) -> None:
    """Neither does a file that is no picture."""
    import cv2
    import numpy as np

    tab = visit().log_in("/#people")
    gray = tmp_path / "gray.png"
    cv2.imwrite(str(gray), np.full((300, 300, 3), 128, np.uint8))
    tab.get_by_label("Name", exact=True).fill("Clara")
    tab.get_by_label("Whoever is enrolled").check()
    tab.get_by_label("Or from a picture").set_input_files(gray)
    tab.get_by_role("main").get_by_text("there is no face in it").wait_for()
    tab.get_by_text("Nobody is enrolled.").wait_for()


def test_whoever_was_seen_lately_is_named_and_recognised_at_the_next_press(
    node: PageNode, visit: Begin
) -> None:
    """Without standing before the camera again, and although others came since; it needs their consent."""
    tab = visit().log_in("/#observations")
    for presses in (1, 2):
        node.press()
        tab.get_by_role("button", name="Face seen").nth(presses - 1).wait_for()
    tab.get_by_role("button", name="Face seen").nth(1).click()
    tab.get_by_text("This is ...").click()
    tab.get_by_label("Name", exact=True).fill("Clara")
    tab.get_by_role("button", name="Enrol somebody").click()
    tab.get_by_text("Ask first").wait_for()
    tab.get_by_label("Whoever is enrolled").check()
    tab.get_by_role("button", name="Enrol somebody").click()
    tab.get_by_text("Clara is enrolled").wait_for()
    node.press()
    tab.get_by_role("button", name="Face seen").nth(2).wait_for()
    tab.get_by_role("button", name="Face seen").first.click()
    tab.get_by_role("heading", name="Clara (primary)").wait_for()


def test_an_unknown_visitor_is_named_afterwards_from_the_visits_that_are_kept(
    node: PageNode, visit: Begin
) -> None:
    """They appear without reloading the page; it needs their consent, and takes them from the list."""
    from tests.web.browser import serious_violations

    tab = visit().log_in("/#people")
    tab.get_by_text("Nobody unknown came").wait_for()
    path = node.config.node.effective_state_directory / PEOPLE
    with GalleryFile.open(path, read_recognition_card().sha256) as gallery:
        gallery.visitors.record(new_references(1), LIMITS)
    tab.get_by_role("heading", name="Visitor 1").wait_for()
    tab.get_by_text("This is ...").click()
    assert serious_violations(tab) == []
    card = tab.locator("section.card", has=tab.get_by_role("heading", name="Visitor 1"))
    card.get_by_label("Name", exact=True).fill("Clara")
    card.get_by_role("button", name="Name this visitor").click()
    tab.get_by_text("Ask first").wait_for()
    card.get_by_label("Whoever is enrolled").check()
    card.get_by_role("button", name="Name this visitor").click()
    tab.get_by_role("heading", name="Clara").wait_for()
    tab.get_by_text("Nobody unknown came").wait_for()


def test_each_reference_has_its_marks_and_whoever_looks_alike_is_named(
    node: PageNode, visit: Begin
) -> None:
    """A reference that is of somebody else is set aside, and compared again; somebody new appears by themselves."""
    tab = visit().log_in("/#people")
    tab.get_by_text("Nobody is enrolled.").wait_for()
    path = node.config.node.effective_state_directory / PEOPLE
    with GalleryFile.open(path, read_recognition_card().sha256) as gallery:
        gallery.enrol("Anna", [NewReference(each, 0.9) for each in looks(2)])
        gallery.enrol("Bert", [NewReference(looks(1)[0], 0.5)])
    card = tab.locator("section.card", has=tab.get_by_role("heading", name="Anna"))
    card.get_by_text("Looks much like Bert").wait_for()
    card.get_by_text("References", exact=True).click()
    mark = card.get_by_role("listitem").first
    mark.get_by_text("1. quality 90 % · likeness").wait_for()
    mark.get_by_role("button", name="Set aside").click()
    card.get_by_text("1 references, 1 set aside").wait_for()
    card.get_by_role("button", name="Compare again").click()
    card.get_by_text("2 references, 0 set aside").wait_for()


def test_what_is_typed_stays_when_somebody_else_comes(node: PageNode, visit: Begin) -> None:
    """Neither another observation nor another visitor takes away a form that is being filled in."""
    tab = visit().log_in("/#observations")
    node.press()
    tab.get_by_role("button", name="Face seen").click()
    tab.get_by_text("This is ...").click()
    tab.get_by_label("Name", exact=True).press_sequentially("Cla")
    node.press()
    tab.get_by_role("button", name="Face seen").nth(1).wait_for()
    tab.keyboard.type("ra")
    assert tab.get_by_label("Name", exact=True).input_value() == "Clara"


def test_nobody_can_be_named_of_whom_privacy_has_dropped_everything(
    node: PageNode, visit: Begin
) -> None:
    """The observation stays, without a picture and without a form."""
    tab = visit().log_in("/#observations")
    node.press()
    tab.get_by_role("button", name="Face seen").click()
    tab.get_by_text("This is ...").wait_for()
    tab.get_by_role("heading", name="Observations").click()
    node.command("privacy", "ON")
    tab.get_by_text("This is ...").wait_for(state="detached")
    assert tab.get_by_role("button", name="Face seen").count() == 1
