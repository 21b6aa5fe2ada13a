"""Whatever becomes of the outbox's files, it opens, sends nothing that was altered, and loses nothing that is whole."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from device.mqtt.outbox import Event, Outbox
from tests.mqtt.outbox_damage import (
    DAMAGES,
    NAME,
    Damage,
    in_memory,
    left_by_a_node,
    read_files,
    untouched,
    write_files,
)

_NODES = 20


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
@settings(max_examples=settings.default.max_examples // 2 if settings.default else 50)
@given(seed=st.integers(min_value=0, max_value=2**64))
@example(seed=407)  # overwritten bytes claim that a text is longer than SQLite allows
def test_an_outbox_survives(damage: Damage, seed: int) -> None:
    """Each waiting event with no byte changed is there, as it was; what is there was once put there."""
    check_one(damage, Random(seed))  # noqa: S311 - it can be repeated


def check_one(damage: Damage, random: Random) -> tuple[int, int, int]:
    """Damage one outbox and open it; return how many events waited, are there, and came back although delivered."""
    left = left_by_a_node(random.randrange(_NODES))
    files = dict(left.files)
    damage(random, files)
    with in_memory() as place:
        found = _opened(place / "damaged", files)
    known = {event.event_id: event for event in (*left.waiting, *left.delivered)}
    own = [event for event in found if event.event_id in known]
    assert all(event == known[event.event_id] for event in own)
    ids = {event.event_id for event in own}
    assert {event.event_id for event in untouched(left, files)} <= ids
    waiting = {event.event_id for event in left.waiting}
    return len(waiting), len(ids & waiting), len(ids - waiting)


def _opened(folder: Path, files: dict[str, bytes]) -> list[Event]:
    """Return what is in an outbox when it is opened, and assert that it is whole when it is opened again."""
    write_files(folder, files)
    with Outbox.open(folder / NAME) as outbox:
        found = outbox.read(outbox.pending_ids())
        assert len(found) == len(outbox)
    asides = {name for name in read_files(folder) if "damaged" in name}
    with Outbox.open(folder / NAME) as outbox:
        assert outbox.read(outbox.pending_ids()) == found
    assert {name for name in read_files(folder) if "damaged" in name} == asides
    return found
