"""A second output for an exported attribute network: what it tells of facial hair, learned from careful labels.

Only a linear layer is trained, on what the network's dense layers see: it costs the node next to nothing, and is made
within minutes for whatever network there is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from device.networks.card import ModelCard, read_card
from device.networks.facial_hair import FacialHairMeaning, Implied
from model.data.celeba import CelebA
from model.data.facial_hair import MASKED, QUESTIONS, FacialHairRows, read_careful_labels, read_rows
from model.data.facial_hair_features import read_features
from model.export.facial_hair_calibration import PROMISED, fit_question
from model.export.tflite_graph import Graph
from model.training.multinomial_regression import fit_answers

_STRENGTH = 0.5
# Whoever is shaven is easy to tell; half the weight keeps them from outvoting the bearded.
_SHAVEN_WEIGHT = 0.5
_IMPLIED = {
    "none": Implied(length=("none",), mustache=("none",)),
    "stubble": Implied(length=("stubble",), mustache=QUESTIONS["mustache"]),
    "mustache": Implied(length=("none",), mustache=("present",)),
    "goatee": Implied(length=("short", "medium", "long"), mustache=QUESTIONS["mustache"]),
    "beard": Implied(length=("short", "medium", "long"), mustache=QUESTIONS["mustache"]),
}
_PROVENANCE = {
    "labels": "FH37K (Wu et al., CVPR 2023), facial_hair_annotations.csv of github.com/HaiyuWu/LogicalConsistency, "
    "commit b0646419; its licence file is an MIT template",
    "pictures": "CelebA (Liu et al., ICCV 2015), a subset; non-commercial research only",
    "head": "a linear layer on the features of every member",
}


def train_facial_hair(
    network: Path, folders: Sequence[CelebA], labels: Path, work: Path, workers: int | None = None
) -> ModelCard:
    """Give an attribute network its output about facial hair, or a new one, and describe it in the JSON beside it.

    People of the validation split, and a fifth of the others, are never trained on: calibration and thresholds are
    fitted on them.

    Args:
        network: the .tflite; it and its JSON are replaced.
        folders: in CelebA's layout; pictures of the test split are not used.
        labels: FH37K's annotations.
        work: keeps what the network sees in the pictures; a killed run goes on from there.
        workers: processes; all cores if None.

    Raises:
        ModelError: the network or its JSON cannot be read.
        WeightsError: it is no attribute network.
        DataError: the labels or the pictures cannot be read.
    """
    card = read_card(network)
    rows = read_rows(folders, read_careful_labels(labels), ("train", "val"))
    graph = Graph.read(network)
    graph.keep_outputs(1)
    features = _features(graph, card, rows, work, workers)
    weights, bias = _fit(features[~rows.is_held_out], rows.chosen(~rows.is_held_out))
    graph.add_dense_output(graph.features(), weights, bias)
    content = graph.to_bytes()
    held_out = rows.chosen(rows.is_held_out)
    meaning = _meaning(features[rows.is_held_out] @ weights.T + bias, held_out, rows)
    digest = hashlib.sha256(content).hexdigest()
    described = card.model_copy(update={"sha256": digest, "facial_hair": meaning})
    network.write_bytes(content)
    text = described.model_dump_json(indent=1) + "\n"
    network.with_suffix(".json").write_text(text, encoding="utf-8")
    return described


def _features(
    graph: Graph, card: ModelCard, rows: FacialHairRows, work: Path, workers: int | None
) -> NDArray[np.float32]:
    """Return what the dense layers of the members see in each picture, (N, features) float32."""
    with TemporaryDirectory() as folder:
        probe, before = Path(folder) / "features.tflite", graph.to_bytes()
        seen = Graph(before)
        seen.set_outputs(seen.features())
        probe.write_bytes(seen.to_bytes())
        # By what the network is without an earlier output about facial hair.
        named = card.model_copy(
            update={"sha256": hashlib.sha256(probe.read_bytes()).hexdigest(), "facial_hair": None}
        )
        return read_features(probe, named, rows.pictures, work, workers)


def _fit(
    features: NDArray[np.float32], rows: FacialHairRows
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    shares = np.where(rows.is_careful, 1.0, _SHAVEN_WEIGHT).astype(np.float32)
    weights, biases = [], []
    for column, answers in enumerate(QUESTIONS.values()):
        truth = rows.truth[:, column].astype(np.int64)
        known = truth != MASKED
        weight, bias = fit_answers(
            features[known], truth[known], shares[known], len(answers), _STRENGTH
        )
        weights.append(weight)
        biases.append(bias)
    return np.concatenate(weights), np.concatenate(biases)


def _meaning(
    logits: NDArray[np.float32], held_out: FacialHairRows, rows: FacialHairRows
) -> FacialHairMeaning:
    ends = np.cumsum([len(answers) for answers in QUESTIONS.values()])[:-1]
    fitted = {
        question: fit_question(answers, part, held_out.truth[:, column], held_out)
        for column, ((question, answers), part) in enumerate(
            zip(QUESTIONS.items(), np.split(logits, ends, axis=1), strict=True)
        )
    }
    counts = {
        "careful_pictures": int((rows.is_careful & ~rows.is_held_out).sum()),
        "shaven_pictures": int((~rows.is_careful & ~rows.is_held_out).sum()),
        "held_out_careful_pictures": int(held_out.is_careful.sum()),
        "held_out_shaven_pictures": int((~held_out.is_careful).sum()),
    }
    return FacialHairMeaning(
        promised_precision=PROMISED,
        implied=_IMPLIED,
        provenance={**_PROVENANCE, **counts},
        **fitted,
    )
