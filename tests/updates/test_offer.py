"""What Home Assistant's update entity is told: the versions, what is new, and the way there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from device.updates.node.offer import Offer, Progress

NEWER = Offer(installed="1.0.0", newest="1.1.0")
BY_HAND = "Run install {version}."


def test_a_version_that_home_assistant_cannot_install_comes_with_how_to() -> None:
    """What only the broker knows, and what the owner does not let Home Assistant install."""
    assert NEWER.to_json(BY_HAND)["release_summary"] == "Run install 1.1.0."
    told = replace(NEWER, summary="Finds more.")
    assert told.to_json(BY_HAND)["release_summary"] == "Finds more. Run install 1.1.0."


def test_a_version_that_a_button_installs_needs_no_how_to() -> None:
    """Only what is new."""
    offer = replace(NEWER, summary="Finds more.", is_installable=True)
    assert offer.to_json(BY_HAND)["release_summary"] == "Finds more."


@pytest.mark.parametrize("newest", ["1.0.0", "0.9.0"])
def test_whoever_is_up_to_date_is_told_nothing_to_do(newest: str) -> None:
    """The text is empty rather than missing: Home Assistant would keep that of before."""
    assert replace(NEWER, newest=newest).to_json(BY_HAND)["release_summary"] == ""


@pytest.mark.parametrize("length", [0, 200, 236, 237, 255])
def test_the_summary_is_as_long_as_home_assistant_shows_and_keeps_how_to(length: int) -> None:
    """What is new gives way."""
    shown = replace(NEWER, summary="x" * length).to_json(BY_HAND)["release_summary"]
    assert len(shown) <= 255
    assert shown.endswith("Run install 1.1.0.")
    assert ("…" in shown) == (length > 236)


def test_an_address_is_shown_if_there_is_one() -> None:
    """Home Assistant rejects the whole state because of an empty one."""
    assert "release_url" not in NEWER.to_json(BY_HAND)
    there = replace(NEWER, url="https://example.org/notes")
    assert there.to_json(BY_HAND)["release_url"] == "https://example.org/notes"


def test_progress_is_shown_where_home_assistant_installs() -> None:
    """Null is a progress of unknown length, and its end."""
    assert not {"in_progress", "update_percentage"} & set(NEWER.to_json(BY_HAND))
    shown = replace(NEWER, progress=Progress(is_going_on=True, percent=40)).to_json(BY_HAND)
    assert (shown["in_progress"], shown["update_percentage"]) == (True, 40)
    shown = replace(NEWER, progress=Progress(is_going_on=False, percent=None)).to_json(BY_HAND)
    assert (shown["in_progress"], shown["update_percentage"]) == (False, None)
