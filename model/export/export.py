"""From training runs to the zoo: a TFLite network and the JSON that gives its numbers a meaning."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from device.networks.card import ModelCard
from device.perception.analysers.attributes import AttributeClassifier
from model.data.celeba import CelebA
from model.evaluation.predictions import predict_together
from model.export.calibration import fit_labels
from model.export.convert import to_float16, to_int8
from model.export.description import describe
from model.export.ensemble import Ensemble
from model.training.members import read_members


def export(
    runs: list[Path],
    data: Sequence[CelebA],
    zoo: Path,
    name: str | None = None,
    *,
    int8: bool = False,
) -> ModelCard:
    """Write the best weights of a run, or of several that become one network, calibrated on the validation split.

    Args:
        runs: folders of training runs.
        data: folders; the validation pictures of all of them calibrate.
        zoo: takes the .tflite and its JSON.
        name: of both files; that of the first run's recipe if None.
        int8: weights of eight bits instead of sixteen.

    Raises:
        TrainingError: a run has no weights, or the runs predict different attributes.
        DataError: the data has no validation split, or a picture cannot be read.
    """
    members = read_members(runs)
    ensemble = Ensemble(members)
    zoo.mkdir(parents=True, exist_ok=True)
    tflite = zoo / f"{name or members[0].recipe.name}.tflite"
    write = to_int8 if int8 else to_float16
    write(ensemble, ensemble.side, tflite)
    card = describe(members, ensemble, tflite, "int8 weights" if int8 else "float16 weights")
    _write(card, tflite)
    return calibrate(tflite, data)


def calibrate(tflite: Path, data: Sequence[CelebA]) -> ModelCard:
    """Fit scales, biases and thresholds of an exported network on the validation split, and write them into its JSON.

    Args:
        tflite: the network.
        data: folders; the validation pictures of all of them calibrate.

    Raises:
        ModelError: the network or its JSON cannot be read.
        DataError: the data has no validation split, or a picture cannot be read.
    """
    classifier = AttributeClassifier.load(tflite, threads=os.cpu_count() or 1)
    labels = fit_labels(classifier.card.names, predict_together(classifier, data, "val"))
    card = classifier.card.model_copy(update={"labels": labels})
    _write(card, tflite)
    return card


def _write(card: ModelCard, tflite: Path) -> None:
    text = card.model_dump_json(indent=1) + "\n"
    tflite.with_suffix(".json").write_text(text, encoding="utf-8")
