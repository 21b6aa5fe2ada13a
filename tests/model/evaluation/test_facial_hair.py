"""The figures of facial hair are those that a reader computes by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.perception.analysers.facial_hair import Answers
from model.data.facial_hair import QUESTIONS, FacialHairRows
from model.evaluation.facial_hair import measure
from tests.networks.cards import make_facial_hair

_NOT_MASKED = {"none": (0, 0, 0, 0), "stubble": (1, 1, 1, 0), "beard": (4, 2, 1, 1)}


def _rows(*styles: str, shaven: int = 0) -> FacialHairRows:
    truth = [_NOT_MASKED[style] for style in styles] + [(0, 0, 0, 0)] * shaven
    count = len(truth)
    careful = np.arange(count) < len(styles)
    celeba = dict.fromkeys(
        ("5_o_Clock_Shadow", "Goatee", "Mustache", "Sideburns", "No_Beard"),
        np.zeros(count, bool),
    )
    return FacialHairRows(
        tuple(Path(f"{i}.jpg") for i in range(count)),
        np.array(truth, np.int8),
        careful,
        np.ones(count, bool),
        np.ones(count, bool),
        np.arange(count),
        celeba,
    )


def _answers(*rows: tuple[int, int, int, int], certainty: float = 0.9) -> Answers:
    parts = []
    for column, answers in enumerate(QUESTIONS.values()):
        part = np.full((len(rows), len(answers)), (1 - certainty) / (len(answers) - 1), np.float32)
        part[np.arange(len(rows)), [row[column] for row in rows]] = certainty
        parts.append(part)
    return tuple(parts)


def test_agreement_counts_questions_and_each_of_their_answers() -> None:
    """One of two styles is wrong: half of the pictures, and two of ten answers of yes or no."""
    rows = _rows("none", "beard")
    figures = measure(_answers((0, 0, 0, 0), (1, 2, 1, 1)), make_facial_hair(), rows)
    style = figures["questions"]["style"]
    assert (style["agreement"], style["each"]) == (0.5, pytest.approx(0.8))
    assert figures["macro_agreement"] == pytest.approx((0.5 + 1 + 1 + 1) / 4)
    assert figures["confusion"]["beard"]["stubble"] == 1


def test_what_is_withheld_is_not_counted_as_given() -> None:
    """Below its threshold an answer is neither right nor wrong."""
    answers = _answers((0, 0, 0, 0), (4, 2, 1, 1), certainty=0.6)
    figures = measure(answers, make_facial_hair(0.7), _rows("none", "beard"))
    assert figures["macro_given"] == 0
    assert figures["macro_agreement"] == 1


def test_a_masked_answer_counts_nowhere() -> None:
    """Neither for nor against the network."""
    rows = _rows("none", "beard")
    rows.truth[1] = -1
    figures = measure(_answers((0, 0, 0, 0), (1, 1, 0, 0)), make_facial_hair(), rows)
    assert figures["questions"]["style"]["pictures"] == 1
    assert figures["macro_agreement"] == 1


def test_a_mustache_has_precision_and_recall() -> None:
    """One of two is found, and nothing else is taken for one."""
    rows = _rows("stubble", "beard", "none")
    answers = _answers((1, 1, 1, 0), (4, 2, 0, 1), (0, 0, 0, 0))
    assert measure(answers, make_facial_hair(), rows)["mustache"] == {
        "agreement": pytest.approx(2 / 3),
        "precision": 1,
        "recall": 0.5,
    }


def test_shaven_people_who_are_told_a_beard_are_counted_apart() -> None:
    """They have no careful labels."""
    figures = measure(
        _answers((0, 0, 0, 0), (4, 2, 1, 1), (0, 0, 0, 0)),
        make_facial_hair(),
        _rows("none", shaven=2),
    )
    assert figures["shaven"] == {"men": 0.5}
    assert figures["pictures"] == 1


def test_what_celeba_says_of_the_same_pictures_stands_beside_it() -> None:
    """Without any of its labels a bearded person has a beard without a name."""
    figures = measure(
        _answers((0, 0, 0, 0), (4, 2, 1, 1)), make_facial_hair(), _rows("none", "beard")
    )
    assert figures["celeba"]["style"]["agreement"] == 0.5
