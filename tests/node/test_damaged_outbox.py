"""Whatever happens to the outbox's files: the node starts, says what it found, and keeps the events that are right."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from device.errors import OutboxError
from device.mqtt.outbox import Event, Outbox
from device.node.state_directory import OUTBOX
from device.observation import utc_now
from tests.faults.scale import scaled
from tests.node.damages import damage_outbox
from tests.node.kept import PRESSED, configuration, facts, make_state, start

_DAMAGES = scaled(full=1000, short=40)
_BATCH = 20
_LOG = f"{OUTBOX}-wal"
# The events of another node, or of another time, cannot be told from this one's, nor an empty file from a new one.
_PLAUSIBLE = frozenset({"another node's", "missing", "link", "empty"})


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, dict[str, Event]]]:
    """Two nodes with events that wait, by the name of the file that holds the newest of them.

    One was stopped, the other one killed: a write-ahead log is left over.
    """
    made = {}
    for name in (OUTBOX, _LOG):
        folder = tmp_path_factory.mktemp(name)
        state = make_state(folder, is_private=False)
        with Outbox.open(state / OUTBOX) as outbox:
            waiting = {event.event_id: event for event in outbox.read(outbox.pending_ids())}
            if name == _LOG:
                newest = max(waiting.values(), key=lambda event: event.event_id)
                added = Event(f"{newest.event_id}f", utc_now(), newest.payload, newest.state)
                outbox.append(added)
                waiting[added.event_id] = added
                for file in state.glob(f"{OUTBOX}*"):
                    shutil.copy(file, folder / file.name)
        for file in folder.glob(f"{OUTBOX}*"):
            file.replace(state / file.name)
        made[name] = folder, waiting
    assert (made[_LOG][0] / "state" / _LOG).stat().st_size > 0
    return made


@pytest.mark.parametrize("batch", range(_DAMAGES // _BATCH))
def test_a_node_starts_after_any_damage_to_the_outbox(
    tmp_path: Path, nodes: dict[str, tuple[Path, dict[str, Event]]], batch: int
) -> None:
    """What is still there is what was put there; what is lost is said; all else is as it was."""
    outcomes: Counter[str] = Counter()
    for seed in range(batch * _BATCH, (batch + 1) * _BATCH):
        random = Random(seed)  # noqa: S311 - seeded, to be repeated
        name, other = random.sample(list(nodes), 2)
        origin, before = nodes[name]
        folder = tmp_path / str(seed)
        shutil.copytree(origin, folder)
        state = folder / "state"
        done = damage_outbox(state, nodes[other][0] / "state", name, random)
        config = configuration(folder)
        started = start(config)
        what = f"seed {seed}: {done}: {started.log}"
        assert not started.died, what
        assert facts(config, started)["settings.json: privacy"] == "OFF", what
        again = start(config, *PRESSED)
        assert not again.died, what
        assert again.sink.reasons == [None], what
        after = _waiting(state / OUTBOX)
        kept = before.keys() & after.keys()
        assert all(after[event_id] == before[event_id] for event_id in kept), what
        lost = len(before) - len(kept)
        is_said = started.says(OUTBOX) or again.says(OUTBOX)
        # SQLite takes a log up to its first damaged page, which is what a power cut within a commit leaves behind.
        is_plausible = done.kind in _PLAUSIBLE or (name == _LOG and lost == 1)
        assert is_said or not lost or is_plausible, f"{what}: {lost} are lost"
        if done.kind == "flip" and name == OUTBOX:
            assert lost <= 1, f"{what}: {lost} are lost"
        outcomes[f"{'said' if is_said else 'silent'}, {lost} lost"] += 1
    print(*sorted(outcomes.items()), sep="\n")


def _waiting(path: Path) -> dict[str, Event]:
    """Return the events that wait; none where the node itself could only keep them in memory."""
    try:
        with Outbox.open(path) as outbox:
            return {event.event_id: event for event in outbox.read(outbox.pending_ids())}
    except OutboxError:
        return {}
