"""Figures are what they are defined to be, and come from the product's own perception."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from device.networks.card import read_card
from device.networks.files import model_path
from model.data.celeba import read_celeba
from model.errors import DataError
from model.evaluation.confidence import intervals
from model.evaluation.evaluate import (
    calibration_error,
    classification,
    decisions,
    evaluate,
    measure,
)
from model.evaluation.predictions import Predictions, predict, predict_together
from model.evaluation.subgroups import subgroups
from tests.model.conftest import PICTURES


def test_precision_recall_and_f1_are_counted() -> None:
    """Two true positives, one false positive, one false negative, one true negative."""
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
    """No positives and no predicted positives give zero, not a division by zero."""
    nothing = np.zeros(4, bool)
    assert classification(nothing, nothing)["f1"] == 0


def test_honest_probabilities_have_no_calibration_error() -> None:
    """Of a hundred cases at 30 %, thirty are true; predicted at 90 %, the gap is 60 points."""
    truth = np.arange(100) < 30
    assert calibration_error(np.full(100, 0.3, np.float32), truth) == pytest.approx(0, abs=1e-6)
    assert calibration_error(np.full(100, 0.9, np.float32), truth) == pytest.approx(0.6, abs=1e-6)


def _predictions(truth: NDArray[np.bool_], visible: NDArray[np.bool_]) -> Predictions:
    count, labels = truth.shape
    logits = np.zeros((count, 1, labels), np.float32)
    return Predictions(logits, truth, visible, 0, np.zeros(count), np.full(count, -1))


def test_perfect_predictions_have_accuracy_one() -> None:
    """Certain and right has accuracy one and a negative log-likelihood of zero; one half everywhere has ln 2."""
    card = read_card(model_path("attributes"))
    truth = np.zeros((10, 40), bool)
    names = [label.name for label in card.labels]
    truth[:, names.index("No_Beard")] = True
    truth[:5, names.index("Eyeglasses")] = True
    predictions = _predictions(truth, np.ones_like(truth))
    figures = measure(card, truth.astype(np.float32), predictions)
    assert figures["mean_accuracy"] == 1
    assert figures["bce"] == pytest.approx(0, abs=1e-6)
    unsure = measure(card, np.full((10, 40), 0.5, np.float32), predictions)
    assert unsure["bce"] == pytest.approx(np.log(2))


def test_accuracy_at_a_half_ignores_the_thresholds_of_the_network() -> None:
    """What a low threshold rightly calls present is missed at a half."""
    card = read_card(model_path("attributes"))
    label = card.names.index("Wearing_Necklace")
    threshold = card.labels[label].balanced.value
    assert threshold < 0.5
    truth = np.zeros((10, 40), bool)
    truth[:, [label, card.names.index("No_Beard")]] = True
    probabilities = truth.astype(np.float32)
    probabilities[:, label] = (threshold + 0.5) / 2
    predictions = _predictions(truth, np.ones_like(truth))
    figures = measure(card, probabilities, predictions)
    assert figures["mean_accuracy"] == 1
    assert figures["accuracy_at_half"] == pytest.approx(39 / 40)


def test_a_masked_label_does_not_count() -> None:
    """What is wrong only where nobody can see it is right, and an attribute that nothing shows has no figures."""
    card = read_card(model_path("attributes"))
    truth = np.zeros((10, 40), bool)
    beard, glasses, hat = (card.names.index(n) for n in ("No_Beard", "Eyeglasses", "Wearing_Hat"))
    truth[:, beard] = True
    truth[:4, glasses] = True
    visible = np.ones_like(truth)
    visible[:4, glasses] = visible[:, hat] = False
    probabilities = np.zeros((10, 40), np.float32)
    probabilities[:, [beard, hat]] = 1
    figures = measure(card, probabilities, _predictions(truth, visible))
    assert figures["mean_accuracy"] == figures["accuracy_at_half"] == 1
    assert figures["bce"] == pytest.approx(0, abs=1e-6)
    assert figures["attributes"]["Eyeglasses"]["pictures"] == 6
    assert figures["attributes"]["Eyeglasses"]["positives"] == 0
    assert "Wearing_Hat" not in figures["attributes"]
    bounds = intervals(decisions(card, probabilities), probabilities, truth, visible)
    assert bounds["mean_accuracy"] == (1, 1)


def test_subgroups_leave_out_masked_labels() -> None:
    """Whoever's *Young* is masked is in neither group; a wrong masked label costs no accuracy."""
    card = read_card(model_path("attributes"))
    truth, visible = np.zeros((300, 40), bool), np.ones((300, 40), bool)
    young, smiling, glasses = (card.names.index(n) for n in ("Young", "Smiling", "Eyeglasses"))
    truth[:, young] = np.arange(300) < 200
    truth[:, glasses] = True
    truth[::2, card.names.index("Male")] = True
    visible[:50, young] = visible[:, smiling] = False
    present = truth.copy()
    present[:, smiling] = True
    groups = {g.name: g for g in subgroups(card, present, truth, visible, np.linspace(0, 1, 300))}
    assert groups["Young: yes"].pictures == 150
    assert groups["Young: no"].pictures == 100
    assert groups["all"].accuracy == 1


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


def test_predictions_come_from_the_shipped_network(celeba: Path) -> None:
    """The portrait's smile is seen in every picture made from it."""
    from device.perception.analysers.attributes import AttributeClassifier

    classifier = AttributeClassifier.load(model_path("attributes"))
    predictions = predict(classifier, read_celeba(celeba), "val")
    smiling = [label.name for label in classifier.card.labels].index("Smiling")
    assert (classifier.calibrated(predictions.logits)[:, smiling] > 0.5).all()


def test_the_validation_pictures_of_all_folders_calibrate(celeba: Path, tmp_path: Path) -> None:
    """Of a picture that two folders have, the later one's counts; a folder without that split adds nothing."""
    from device.perception.analysers.attributes import AttributeClassifier

    again, training = (Path(shutil.copytree(celeba, tmp_path / name)) for name in ("a", "t"))
    partition = (celeba / "list_eval_partition.txt").read_text(encoding="utf-8")
    (training / "list_eval_partition.txt").write_text(partition.replace(" 1\n", " 0\n"), "utf-8")
    for name in ("list_eval_partition.txt", "list_attr_celeba.txt"):
        text = (again / name).read_text(encoding="utf-8").replace("000007.jpg", "900007.jpg")
        (again / name).write_text(text, encoding="utf-8")
    (again / "img_celeba" / "000007.jpg").rename(again / "img_celeba" / "900007.jpg")
    (again / "list_masked_attr.txt").write_text("* Bald\n", encoding="utf-8")
    classifier = AttributeClassifier.load(model_path("attributes"))
    folders = [read_celeba(folder) for folder in (celeba, training, again)]
    predictions = predict_together(classifier, folders, "val")
    assert len(predictions.truth) == PICTURES // 4 + 1
    bald = classifier.card.names.index("Bald")
    assert predictions.visible[:, bald].sum() == 1
