"""Figures are what they are defined to be, and come from the product's own perception."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from device.networks.card import read_card
from device.networks.files import model_path
from model.calibration import (
    balanced_threshold,
    describe,
    equal_people,
    fit_scales,
    precise_threshold,
)
from model.celeba import DataError, read_celeba
from model.evaluate import Answers, answer, calibration_error, classification, evaluate, measure
from tests.model.conftest import PICTURES


def test_precision_recall_and_f1_are_counted() -> None:
    """Two hits, one false alarm and one miss of four."""
    figures = classification(
        np.array([True, True, True, False, False]), np.array([True, True, False, True, False])
    )
    assert figures == {
        "accuracy": 0.6,
        "precision": pytest.approx(2 / 3),
        "recall": pytest.approx(2 / 3),
        "f1": pytest.approx(2 / 3),
        "positives": 3,
    }


def test_an_attribute_that_never_occurs_has_no_f1() -> None:
    """Nothing to find and nothing claimed is zero, not a division by zero."""
    nothing = np.zeros(4, bool)
    assert classification(nothing, nothing)["f1"] == 0


def test_honest_probabilities_have_no_calibration_error() -> None:
    """Of a hundred cases at 30 %, thirty are true; at 90 % claimed, the gap is 60 points."""
    truth = np.arange(100) < 30
    assert calibration_error(np.full(100, 0.3, np.float32), truth) == pytest.approx(0, abs=1e-6)
    assert calibration_error(np.full(100, 0.9, np.float32), truth) == pytest.approx(0.6, abs=1e-6)


def test_platt_recovers_an_overconfident_network() -> None:
    """Logits that are twice too large are halved, and a shift is undone."""
    random = np.random.default_rng(5)
    honest = random.normal(0, 2, 20_000)
    truth = random.random(20_000) < 1 / (1 + np.exp(-honest))
    (scale,), bias = fit_scales(honest[:, None] * 2 + 1, truth, np.ones(20_000))
    assert scale == pytest.approx(0.5, abs=0.03)
    assert bias == pytest.approx(-0.5, abs=0.06)


def test_platt_never_turns_the_order_around() -> None:
    """A network that is wrong about a label keeps a positive scale."""
    logits = np.array([3.0, 2, -2, -3] * 50)[:, None]
    (scale,), _ = fit_scales(logits, np.array([False, False, True, True] * 50), np.ones(200))
    assert scale > 0


def test_the_member_that_knows_gets_the_larger_scale() -> None:
    """One of two members only guesses."""
    random = np.random.default_rng(6)
    logits = random.normal(0, 2, (5_000, 2))
    truth = random.random(5_000) < 1 / (1 + np.exp(-logits[:, 0]))
    (knows, guesses), _ = fit_scales(logits, truth, np.ones(5_000))
    assert knows == pytest.approx(1, abs=0.1)
    assert guesses < 0.1


def test_every_person_weighs_the_same() -> None:
    """Three pictures of one weigh as much as one of another; who is unknown is somebody else each time."""
    weights = equal_people(np.array([7, 7, 7, 8, -1, -1]))
    assert weights.mean() == pytest.approx(1)
    assert weights[:3].sum() == pytest.approx(weights[3])
    assert weights[3] == weights[4] == weights[5]


def test_one_person_who_is_shown_often_does_not_decide_for_all() -> None:
    """What is said of half the pictures, but of one person in 101, moves the base rate little."""
    identities = np.concatenate([np.zeros(100, int), np.arange(1, 101)])
    truth = identities == 0
    _, bias = fit_scales(np.zeros((200, 1)), truth, equal_people(identities))
    assert 1 / (1 + np.exp(-bias)) < 0.2


def test_a_rare_attribute_gets_a_lower_threshold_when_accuracy_allows() -> None:
    """F1 decides among thresholds of about the same accuracy."""
    probabilities = np.array([0.45] * 4 + [0.01] * 996, np.float32)
    assert balanced_threshold(probabilities, np.ones(1000)) <= 0.45


def test_a_precise_threshold_keeps_its_promise_with_the_most_recall() -> None:
    """Of a hundred claims above 0.7, 95 are right; one step lower, too few."""
    probabilities = np.repeat(np.array([0.1, 0.6, 0.8], np.float32), 100)
    truth = np.concatenate([np.zeros(100), np.arange(100) < 60, np.arange(100) < 95]).astype(bool)
    value = precise_threshold(probabilities, truth, np.ones(300), balanced=0.5)
    assert 0.6 < value <= 0.8
    threshold = describe(value, probabilities, truth, np.ones(300))
    assert threshold.precision == 0.95
    assert threshold.recall == pytest.approx(95 / 155, abs=1e-4)


def test_where_no_threshold_keeps_the_promise_the_balanced_one_stays() -> None:
    """A coin cannot be precise, and its label says so."""
    probabilities = np.full(1000, 0.5, np.float32)
    truth = np.arange(1000) % 2 == 0
    assert precise_threshold(probabilities, truth, np.ones(1000), balanced=0.4) == 0.4


def test_perfect_answers_score_one() -> None:
    """Certain and right gives accuracy one and no surprise; uncertain halves cost ln 2."""
    card = read_card(model_path("attributes"))
    truth = np.zeros((10, 40), bool)
    names = [label.name for label in card.labels]
    truth[:, names.index("No_Beard")] = True
    truth[:5, names.index("Eyeglasses")] = True
    answers = Answers(np.zeros((10, 1, 40), np.float32), truth, 0, np.zeros(10), np.full(10, -1))
    figures = measure(card, truth.astype(np.float32), answers)
    assert figures["mean_accuracy"] == 1
    assert figures["bce"] == pytest.approx(0, abs=1e-6)
    unsure = measure(card, np.full((10, 40), 0.5, np.float32), answers)
    assert unsure["bce"] == pytest.approx(np.log(2))


def test_accuracy_at_a_half_asks_no_threshold_of_the_network() -> None:
    """What a low threshold calls present, and rightly, is missed at a half."""
    card = read_card(model_path("attributes"))
    label = card.names.index("Wearing_Necklace")
    threshold = card.labels[label].balanced.value
    assert threshold < 0.5
    truth = np.zeros((10, 40), bool)
    truth[:, [label, card.names.index("No_Beard")]] = True
    probabilities = truth.astype(np.float32)
    probabilities[:, label] = (threshold + 0.5) / 2
    answers = Answers(np.zeros((10, 1, 40), np.float32), truth, 0, np.zeros(10), np.full(10, -1))
    figures = measure(card, probabilities, answers)
    assert figures["mean_accuracy"] == 1
    assert figures["accuracy_at_half"] == pytest.approx(39 / 40)


def test_a_label_file_that_lacks_a_label_of_the_model_is_an_error(celeba: Path) -> None:
    """The error names the label."""
    data = read_celeba(celeba)
    path = celeba / "list_attr_celeba.txt"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Eyeglasses", "Spectacles"), encoding="utf-8")
    try:
        with pytest.raises(DataError, match="lacks Eyeglasses"):
            evaluate("attributes", read_celeba(celeba), "test")
    finally:
        path.write_text(text, encoding="utf-8")
    assert "Eyeglasses" in data.attributes


def test_the_command_prints_one_document(celeba: Path) -> None:
    """--json prints every promised figure of the split, measured on the exported network."""
    command = [sys.executable, "-m", "model", "evaluate", "--data", str(celeba), "--json"]
    figures = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert figures["pictures"] == PICTURES // 4
    assert figures["no_face"] == 0
    assert figures.keys() >= {"mean_accuracy", "bce", "macro_f1", "ece", "attributes"}
    assert figures["attributes"]["Smiling"].keys() >= {
        "accuracy",
        "precision",
        "recall",
        "f1",
        "ece",
    }


def test_a_wrong_split_is_one_line_of_error(celeba: Path) -> None:
    """The command ends with 1 and a sentence, not with a traceback."""
    command = [sys.executable, "-m", "model", "evaluate", "--data", str(celeba), "--split", "all"]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr.startswith("error: --split: 'all' is not one of train, val, test")
    assert "Traceback" not in run.stderr


def test_answers_come_from_the_shipped_network(celeba: Path) -> None:
    """The portrait's smile is seen in every picture made from it."""
    from device.perception.analysers.attributes import AttributeClassifier

    classifier = AttributeClassifier.load(model_path("attributes"))
    answers = answer(classifier, read_celeba(celeba), "val")
    smiling = [label.name for label in classifier.card.labels].index("Smiling")
    assert (classifier.calibrated(answers.logits)[:, smiling] > 0.5).all()
