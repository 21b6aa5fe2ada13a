"""Answers about facial hair follow their thresholds and the style, and are withheld where none is certain."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.networks.facial_hair import FacialHairMeaning
from device.observation import FacialHair, Image
from device.perception import Perception, open_perception
from device.perception.analysers.analyser import BALANCED, Judgement
from device.perception.analysers.facial_hair import Answers, Calibration, decide
from tests.networks.cards import make_facial_hair
from tests.perception.conftest import frame

MEANING = make_facial_hair()


def _answers(meaning: FacialHairMeaning = MEANING, **certain: Mapping[str, float]) -> Answers:
    """Return probabilities by question and answer; what is not named shares the rest."""
    rows = []
    for name, question in zip(
        ("style", "length", "mustache", "sideburns"), meaning.questions, strict=True
    ):
        known = certain.get(name, {})
        others = len(question.names) - len(known)
        rest = (1 - sum(known.values())) / max(others, 1)
        rows.append(np.array([known.get(n, rest) for n in question.names], np.float32))
    return tuple(rows)


def test_the_most_probable_answer_is_given_from_its_threshold_on() -> None:
    """Just below it none is, and the answer is unknown."""
    told = decide(_answers(style={"goatee": 0.51}), MEANING, BALANCED)
    assert told.style.answer == "goatee"
    assert decide(_answers(style={"goatee": 0.49}), MEANING, BALANCED).style.answer is None


def test_the_owner_may_choose_precise_thresholds() -> None:
    """What the balanced threshold lets pass, the precise one may not."""
    answers = _answers(sideburns={"present": 0.8})
    assert decide(answers, MEANING, BALANCED).sideburns.answer == "present"
    assert decide(answers, MEANING, Judgement("precise")).sideburns.answer is None


def test_an_answer_that_keeps_no_promise_is_never_given() -> None:
    """However probable it is."""
    meaning = make_facial_hair(precise=None)
    told = decide(_answers(style={"stubble": 0.999}), meaning, Judgement("precise"))
    assert told.style.answer is None


def test_caution_makes_the_node_more_reluctant() -> None:
    """The owner's offset is added to each threshold, but no answer becomes impossible."""
    answers = _answers(style={"beard": 0.7})
    cautious = Judgement(threshold_offset=0.25)
    assert decide(answers, MEANING, BALANCED).style.answer == "beard"
    assert decide(answers, MEANING, cautious).style.answer is None
    certain = _answers(style={"beard": 0.995})
    assert decide(certain, MEANING, Judgement(threshold_offset=0.9)).style.answer == "beard"


def test_the_answer_of_a_moment_ago_stays_until_it_falls_below_the_hysteresis() -> None:
    """Two answers that are as good as each other do not alternate."""
    steady = Judgement(hysteresis=0.1)
    before = decide(_answers(style={"stubble": 0.6}), MEANING, steady)
    close = _answers(style={"stubble": 0.47, "beard": 0.51})
    assert decide(close, MEANING, steady, before).style.answer == "stubble"
    assert decide(close, MEANING, steady).style.answer == "beard"
    assert decide(_answers(style={"stubble": 0.35}), MEANING, steady, before).style.answer is None


def test_whoever_is_shaven_has_neither_length_nor_mustache() -> None:
    """Whatever these questions alone would say."""
    answers = _answers(style={"none": 0.9}, length={"short": 0.9}, mustache={"present": 0.9})
    told = decide(answers, MEANING, BALANCED)
    assert (told.length.answer, told.mustache.answer) == ("none", "none")


def test_a_length_that_contradicts_the_style_is_not_given() -> None:
    """The next one is, if it is certain enough by itself."""
    shaven = _answers(style={"beard": 0.9}, length={"none": 0.9})
    assert decide(shaven, MEANING, BALANCED).length.answer is None


@given(st.lists(st.floats(-20, 20, width=32), min_size=14, max_size=14))
def test_no_answer_contradicts_another(logits: list[float]) -> None:
    """Whatever the network says, and each question's probabilities add up to one."""
    answers = Calibration(MEANING.questions).answers(np.array(logits, np.float32))
    assert [float(part.sum()) for part in answers] == pytest.approx([1] * 4, abs=1e-4)
    told = decide(answers, MEANING, BALANCED)
    if told.style.answer is not None:
        left = MEANING.left_by(told.style.answer)
        assert told.length.answer in {None, *left.length}
        assert told.mustache.answer in {None, *left.mustache}


def test_the_network_runs_once_for_attributes_and_facial_hair(
    perception: Perception, astronaut: Image
) -> None:
    """What is told of facial hair costs no second look."""
    without = open_perception(facial_hair=False)
    runs = [dict(p.invocations(frame(astronaut))) for p in (perception, without)]
    counts = [next(n for net, n in each.items() if "attributes" in net.path.name) for each in runs]
    assert counts[0] == counts[1]


def test_a_shaven_portrait_has_no_facial_hair(perception: Perception, astronaut: Image) -> None:
    """In the fact, for the entities, and in the JSON, with the probabilities behind it."""
    (face,) = perception.perceive([frame(astronaut)]).faces
    told = face.fact(FacialHair)
    assert told is not None
    assert (face.facial_hair, told.length.answer, told.mustache.answer) == ("none", "none", "none")
    document = face.to_json()
    assert document["facial_hair"] == "none"
    assert document["facial_hair_details"]["style"]["probabilities"]["none"] > 0.9


def test_a_node_that_does_not_want_it_concludes_facial_hair_from_the_attributes(
    astronaut: Image,
) -> None:
    """As every release before."""
    (face,) = open_perception(facial_hair=False).perceive([frame(astronaut)]).faces
    assert face.fact(FacialHair) is None
    assert face.facial_hair == "none"
    assert "facial_hair_details" not in face.to_json()
