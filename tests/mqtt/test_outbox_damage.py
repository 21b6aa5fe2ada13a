"""Whatever becomes of the outbox's files, it opens, sends nothing that was altered, and loses nothing that is whole."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.mqtt.outbox import Outbox
from tests.mqtt.outbox_damage import (
    DAMAGES,
    NAME,
    Damage,
    leave,
    read_files,
    untouched,
    write_files,
)


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
@given(seed=st.integers(min_value=0, max_value=2**64))
def test_an_outbox_survives(damage: Damage, seed: int) -> None:
    """Each waiting event with no byte changed is there, as it was; what is there was once put there."""
    with TemporaryDirectory() as folder:
        check_one(damage, Random(seed), Path(folder))  # noqa: S311 - it can be repeated


def check_one(damage: Damage, random: Random, folder: Path) -> tuple[int, int, int]:
    """Damage one outbox and open it; return how many events waited, are there, and came back although delivered."""
    left = leave(random, folder / "left")
    files = {**left.files, "elsewhere": str(folder / "other").encode()}
    if damage is not DAMAGES["the log of another database"]:
        del files["elsewhere"]
    damage(random, files)
    write_files(folder / "damaged", files)
    path = folder / "damaged" / NAME
    with Outbox.open(path) as outbox:
        found = outbox.read(outbox.pending_ids())
        assert len(found) == len(outbox)
    known = {event.event_id: event for event in (*left.waiting, *left.delivered)}
    own = [event for event in found if event.event_id in known]
    assert all(event == known[event.event_id] for event in own)
    ids = {event.event_id for event in own}
    assert {event.event_id for event in untouched(left, files)} <= ids
    waiting = {event.event_id for event in left.waiting}
    # What it has made of the file is whole.
    asides = {name for name in read_files(path.parent) if "damaged" in name}
    with Outbox.open(path) as outbox:
        assert outbox.read(outbox.pending_ids()) == found
    assert {name for name in read_files(path.parent) if "damaged" in name} == asides
    return len(waiting), len(ids & waiting), len(ids - waiting)
