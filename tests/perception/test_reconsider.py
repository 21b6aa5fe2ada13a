"""Deciding again about a burst: what another judgement would have decided at once, without the picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from device.observation import Face, Fact, Image, Reason
from device.perception import Judgement, Perceived, Perception, open_perception
from device.perception.aligned_face import AlignedFace
from device.perception.analysers.analyser import Weighted
from tests.perception.conftest import frame

PLAIN = Judgement()


def facts(seen: Perceived) -> list[Mapping[str, Fact]]:
    """What was decided about each face."""
    return [face.facts for face in seen.faces]


@pytest.fixture(scope="module")
def before(perception: Perception, astronaut: Image) -> Sequence[Face]:
    """The same person a moment ago, of whom a careless owner was told everything."""
    return perception.perceive([frame(astronaut)], Judgement(threshold_offset=-0.4)).faces


@pytest.mark.parametrize("offset", [-0.4, -0.05, 0.0, 0.1, 0.4])
@pytest.mark.parametrize("hysteresis", [0.0, 0.3])
def test_another_judgement_decides_what_it_would_have_decided_at_once(
    perception: Perception,
    astronaut: Image,
    before: Sequence[Face],
    offset: float,
    hysteresis: float,
) -> None:
    """With the same facts of before, whatever was decided in between."""
    wanted = Judgement(threshold_offset=offset, hysteresis=hysteresis)
    at_once = perception.perceive([frame(astronaut)], wanted, before)
    first = perception.perceive([frame(astronaut)], PLAIN, before)
    between = perception.reconsider(first, Judgement(threshold_offset=0.25))
    for seen in (first, between):
        again = perception.reconsider(seen, wanted)
        assert facts(again) == facts(at_once)
        assert (again.face_count, again.reason) == (1, None)


def test_more_caution_finds_less(perception: Perception, astronaut: Image) -> None:
    """Nobody smiles for an owner who wants to be all but certain, and who she is does not change."""
    first = perception.perceive([frame(astronaut)], PLAIN)
    again = perception.reconsider(first, Judgement(threshold_offset=0.4))
    (face,), (was,) = again.faces, first.faces

    def present(face: Face) -> set[str]:
        return {name for name, found in face.attributes.items() if found.present}

    assert present(face) < present(was)
    assert (face.box, face.quality, face.primary) == (was.box, was.quality, was.primary)


def test_nobody_is_nobody_for_any_judgement(perception: Perception, coffee: Image) -> None:
    """A picture without a face stays one."""
    first = perception.perceive([frame(coffee)], PLAIN)
    again = perception.reconsider(first, Judgement(threshold_offset=-0.4))
    assert (again.faces, again.reason) == ((), Reason.NO_FACE)


@dataclass(frozen=True)
class _Offset:
    """The offset with which was decided."""

    offset: float

    def to_json(self) -> Mapping[str, object]:
        """Add nothing."""
        return {}


class _Counting:
    """An analyser of somebody else, which counts what it is asked."""

    name = "counting"

    def __init__(self) -> None:
        self.measured = self.decided = 0

    def measure(self, face: AlignedFace) -> int:
        """Count."""
        del face
        self.measured += 1
        return self.measured

    def decide(
        self, evidence: Sequence[Weighted[int]], before: _Offset | None, judgement: Judgement
    ) -> _Offset:
        """Count."""
        del evidence, before
        self.decided += 1
        return _Offset(judgement.threshold_offset)


def test_every_analyser_decides_again_and_none_measures(astronaut: Image) -> None:
    """Whatever it analyses; the picture is gone."""
    counting = _Counting()
    perception = open_perception(analysers=[counting])
    first = perception.perceive([frame(astronaut)], PLAIN)
    again = perception.reconsider(first, Judgement(threshold_offset=0.1))
    assert again.faces[0].fact(_Offset) == _Offset(0.1)
    assert (counting.measured, counting.decided) == (1, 2)


def test_what_is_kept_for_it_contains_no_picture(perception: Perception, astronaut: Image) -> None:
    """Neither the frame nor a crop, nor a view of one: numbers about a face, and the network's answers."""
    seen = perception.perceive([frame(astronaut)] * 2, PLAIN)
    kept = list(_arrays(seen))
    assert kept
    assert not [array.shape for array in kept if array.dtype == np.uint8 or array.ndim > 2]


def _arrays(value: object) -> Iterator[NDArray[Any]]:
    """Yield every array that an object holds, and those that they are views of."""
    match value:
        case np.ndarray():
            yield value
            yield from _arrays(value.base)
        case Mapping():
            yield from _arrays(list(value.values()))
        case tuple() | list():
            for each in value:
                yield from _arrays(each)
        case _ if is_dataclass(value):
            for field in fields(value):
                yield from _arrays(getattr(value, field.name))
