"""Whatever happens to one file of the state directory: the node starts, says what it found, and keeps what is right."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from device.config import Config
from device.node.state_directory import (
    ANNOUNCED,
    FAREWELLS,
    PERCEPTION,
    SETTINGS,
    STARTS,
    STATE,
)
from tests.faults.scale import scaled
from tests.node.damages import Damage, damage
from tests.node.kept import (
    PRESSED,
    QUEUE,
    WAITING,
    configuration,
    facts,
    make_state,
    pending,
    start,
)

_DAMAGES = scaled(full=2000, short=120)
_BATCH = 20
_JSON = (SETTINGS, STATE, STARTS, PERCEPTION, ANNOUNCED, FAREWELLS, QUEUE)
# A whole file that fits, of another time or of another node: nobody can tell.
_PLAUSIBLE = frozenset({"another node's", "link", "missing", "newer"})
# What a file of an older release may look like that has less in it, or another node's.
_PLAUSIBLE_CONTENTS = frozenset(
    {"an empty object", "a huge number", "names that no topic may have"}
)


@dataclass(frozen=True, slots=True)
class Sample:
    """The state directory of a node that has run, and what a start knows of it.

    Attributes:
        folder: has the state directory.
        known: by each start that nothing was damaged for.
        waiting: ids of the events that the broker does not have.
    """

    folder: Path
    known: dict[str, object]
    waiting: list[str]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sample]:
    """Two nodes that differ in their settings; in one of them privacy is on."""
    return {
        name: _sample(tmp_path_factory.mktemp(name), is_private=is_private)
        for name, is_private in (("open", False), ("private", True))
    }


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What a node knows at its first start."""
    config = configuration(tmp_path_factory.mktemp("blank"))
    return facts(config, start(config))


@pytest.mark.parametrize("batch", range(_DAMAGES // _BATCH))
def test_a_node_starts_after_any_damage_and_says_what_it_has_lost(
    tmp_path: Path, samples: dict[str, Sample], blank: dict[str, object], batch: int
) -> None:
    """No value is another one than before or none, privacy is on in doubt, and the events that wait are all there."""
    outcomes: Counter[str] = Counter()
    for seed in range(batch * _BATCH, (batch + 1) * _BATCH):
        random = Random(seed)  # noqa: S311 - seeded, to be repeated
        sample, other = random.sample(list(samples.values()), 2)
        folder = tmp_path / str(seed)
        shutil.copytree(sample.folder, folder)
        done = damage(folder / "state", other.folder / "state", _JSON, random)
        outcomes[_check(folder, sample, other, blank, done, f"seed {seed}")] += 1
    print(*sorted(outcomes.items()), sep="\n")


def _check(
    folder: Path, sample: Sample, other: Sample, blank: dict[str, object], done: Damage, seed: str
) -> str:
    """Start a node twice, assert what must hold, and return the outcome in a word or two."""
    config = configuration(folder)
    started = start(config)
    known = facts(config, started)
    what = f"{seed}: {done}: {started.log}"
    assert not started.died, what
    lost = {key for key, value in sample.known.items() if known.get(key) != value}
    if known[_PRIVACY] != sample.known[_PRIVACY]:
        # Whoever was seen is then forgotten, as it should be.
        lost = {key for key in lost if not key.startswith(STATE)}
    for key in lost:
        allowed = [blank.get(key)]
        if done.kind in _PLAUSIBLE:
            allowed.append(other.known.get(key))
        is_doubted = key == _PRIVACY and known[key] == "ON"
        assert known.get(key) in allowed or is_doubted, f"{what}: {key} is {known.get(key)}"
        assert key.startswith((done.name, _TOGETHER.get(done.name, done.name))), f"{what}: {key}"
    is_plausible = done.kind in _PLAUSIBLE or done.detail in _PLAUSIBLE_CONTENTS
    is_said = started.says(Path(done.name).name)
    assert is_said or is_plausible or not lost, f"{what}: {lost}"
    if done.name == SETTINGS and is_said:
        assert known[_PRIVACY] == "ON", what
        assert started.reads == 0, what
    if done.kind == "flip":
        assert len(lost - {_PRIVACY}) <= 2, f"{what}: {lost}"
    assert pending(folder / "state")[:WAITING] == sample.waiting, what
    _check_press(config, what)
    if not lost:
        return "said, and nothing lost" if is_said else "nothing to say, nothing lost"
    return "said, and something lost" if is_said else "another whole file"


def _check_press(config: Config, what: str) -> None:
    """Assert that the start after that one is ready, and in no doubt any more."""
    again = start(config, *PRESSED)
    assert not again.died, what
    assert again.sink.reasons == [None], what
    assert not [line for line in again.log if "is damaged" in line], f"{what}: {again.log}"


def _sample(folder: Path, *, is_private: bool) -> Sample:
    state = make_state(folder, is_private=is_private)
    config = configuration(folder)
    return Sample(folder, facts(config, start(config)), pending(state))


_PRIVACY = "settings.json: privacy"
# The components are in both.
_TOGETHER = {ANNOUNCED: FAREWELLS}
