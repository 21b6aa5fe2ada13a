"""The product's wheel on the systems that a Raspberry Pi runs, with the packages that it gets there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import pytest

from tests.pi.arm.conftest import Answers

# Seconds. The first test builds what is missing, on a busy machine too.
pytestmark = [pytest.mark.arm, pytest.mark.timeout(1200)]

_PIXEL = 1.0
# The largest differences of a probability.
_IN_FLOATS, _IN_EIGHT_BITS = 1e-3, 0.03


def test_every_requirement_is_met(answers: Answers) -> None:
    """So says pip there, whose interpreter knows its processor and version."""
    assert answers.checked.returncode == 0, answers.checked.stdout + answers.checked.stderr


def test_32_bit_runs_the_older_tflite_and_64_bit_litert(answers: Answers) -> None:
    """Of the two that runtime.py knows just one is there."""
    older = answers.system.name.endswith("armhf")
    assert (answers.system.folder / "tflite_runtime").is_dir() == older
    assert (answers.system.folder / "ai_edge_litert").is_dir() != older


def test_it_sees_the_same_faces(answers: Answers, here: list[dict[str, Any]]) -> None:
    """Boxes and keypoints lie within a pixel of those of x86."""
    assert [len(seen["faces"]) for seen in here] == [1, 2]
    for there, expected in _pairs(answers, here):
        assert there["box"] == pytest.approx(expected["box"], abs=_PIXEL)
        for point, expected_point in zip(there["keypoints"], expected["keypoints"], strict=True):
            assert point == pytest.approx(expected_point, abs=_PIXEL)


def test_it_sees_the_same_attributes(
    answers: Answers,
    here: list[dict[str, Any]],
    here_in_floats: list[dict[str, Any]],
    report: Callable[[str], None],
) -> None:
    """All 40 probabilities of each face are those of x86: to 1e-3 in floats, and to what is rounded in eight bits.

    The older TFLite of 32-bit ARM computes in floats, because it would compute otherwise in eight bits.
    """
    is_older = answers.system.name.endswith("armhf")
    differences = [
        (abs(attribute["probability"] - expected["attributes"][name]["probability"]), name)
        for there, expected in _pairs(answers, here_in_floats if is_older else here)
        for name, attribute in there["attributes"].items()
    ]
    largest, name = max(differences)
    steps = ", ".join(f"{step} in {seconds:.0f} s" for step, seconds in answers.seconds.items())
    report(f"{answers.system.name}: {steps}; largest difference {largest:.4f} ({name})")
    assert len(differences) == 3 * 40
    limit = _IN_FLOATS if is_older else _IN_EIGHT_BITS
    assert largest <= limit, sorted(differences)[-5:]


def test_it_draws_what_it_sees(answers: Answers) -> None:
    """In a panel beside the picture, with the version of Pillow that is there."""
    assert answers.classified.returncode == 0, answers.classified.stderr
    drawn = cv2.imread(str(answers.drawn / "portrait-facet.png"))
    assert drawn is not None
    assert drawn.shape[1] > 640


def _pairs(
    answers: Answers, here: list[dict[str, Any]]
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [
        pair
        for there, expected in zip(answers.observations, here, strict=True)
        for pair in zip(there["faces"], expected["faces"], strict=True)
    ]
