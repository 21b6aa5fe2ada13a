"""The pictures of the report, drawn small: figures only, no picture of a person."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from numpy.typing import NDArray

from device.entities.attributes import attribute_name

mpl.use("Agg")

_BINS = 10
_BLUE, _ORANGE, _GREY = "#1f6f8b", "#e07a1f", "#b8b8b8"
_RESOLUTION = 80
_LOWEST_RATE = 1e-4
_DARK = 0.5  # a share from which black text cannot be read


def training_curves(logs: Mapping[str, Path], path: Path) -> None:
    """Draw loss and validation accuracy by epoch; logs by the name of the run."""
    _figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.5))
    for number, (name, log) in enumerate(logs.items()):
        with log.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        epochs = [int(row["epoch"]) for row in rows]
        color = f"C{number}"
        left.plot(epochs, [float(r["train_loss"]) for r in rows], ":", color=color)
        left.plot(epochs, [float(r["val_loss"]) for r in rows], "o-", color=color, label=name)
        right.plot(epochs, [float(r["val_accuracy"]) for r in rows], "o-", color=color, label=name)
    left.set(xlabel="epoch", ylabel="binary cross-entropy", title="loss (dotted: training)")
    right.set(xlabel="epoch", ylabel="accuracy", title="mean accuracy on val, thresholds at 0.5")
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    _write(path)


def accuracy_bars(attributes: Mapping[str, Mapping[str, float]], path: Path) -> None:
    """Draw the accuracy of each attribute and that of always predicting the commoner value."""
    names = sorted(attributes, key=lambda name: attributes[name]["accuracy"])
    figures = [attributes[name] for name in names]
    positives = np.array([of["positives"] / of["pictures"] for of in figures])
    plt.figure(figsize=(8, 8))
    plt.barh(names, [attributes[name]["accuracy"] for name in names], color=_BLUE)
    plt.plot(np.maximum(positives, 1 - positives), names, "|", color=_ORANGE, markersize=9)
    plt.xlim(0.5, 1)
    plt.yticks(fontsize=7)
    plt.grid(axis="x", alpha=0.3)
    plt.title("accuracy by attribute; orange: always the commoner value")
    _write(path)


def false_and_true_accepts(
    curves: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]], path: Path
) -> None:
    """Draw pairs of people as receiver operating characteristic and as detection error tradeoff.

    Args:
        curves: by the name of what was measured, the share of the pairs of two people that is accepted, (N,), and that
            of the pairs of one person.
        path: of the picture.
    """
    _figure, (accepts, errors) = plt.subplots(1, 2, figsize=(10, 4))
    for name, (false, true) in curves.items():
        shares = np.maximum(false, _LOWEST_RATE)
        accepts.plot(shares, true, label=name)
        errors.plot(shares, np.maximum(1 - true, _LOWEST_RATE), label=name)
    two = "share of pairs of two people that are accepted"
    accepts.set(xscale="log", xlim=(_LOWEST_RATE, 1), xlabel=two)
    accepts.set(ylabel="share of pairs of one person that are", title="accepts")
    errors.set(xscale="log", yscale="log", xlim=(_LOWEST_RATE, 1), ylim=(1e-2, 1), xlabel=two)
    errors.set(ylabel="share of pairs of one person that are not", title="errors")
    for axes in (accepts, errors):
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    _write(path)


def names_and_strangers(
    known: Sequence[float], strangers: Sequence[float], score: float, title: str, path: Path
) -> None:
    """Draw over the minimum score how many pictures of known people are named rightly, and how many of strangers are.

    Args:
        known: of each picture of somebody known, the highest minimum score at which it is named rightly.
        strangers: of each picture of a stranger, the highest at which it is named.
        score: the one that is shipped.
        title: of the picture.
        path: of it.
    """
    limits = np.linspace(0.3, 0.9, 121)
    named, mistaken = (
        1 - np.searchsorted(np.sort(scores), limits) / max(len(scores), 1)
        for scores in (known, strangers)
    )
    _figure, left = plt.subplots(figsize=(6, 4))
    right = left.twinx()
    left.plot(limits, named, color=_BLUE, label="known people, named rightly (left)")
    right.plot(limits, mistaken, color=_ORANGE, label="strangers, named (right)")
    left.axvline(score, color=_GREY, linestyle=":")
    left.set(xlabel="minimum score (dotted: as shipped)", ylim=(0, 1), title=title)
    right.set(yscale="log", ylim=(_LOWEST_RATE, 1))
    left.grid(alpha=0.3)
    lines = [*left.get_lines()[:1], *right.get_lines()]
    left.legend(lines, [str(line.get_label()) for line in lines], fontsize=8, loc="lower left")
    _write(path)


def reliability(
    names: Sequence[str],
    probabilities: NDArray[np.float32],
    truth: NDArray[np.bool_],
    visible: NDArray[np.bool_],
    path: Path,
) -> None:
    """Draw for each attribute how often it is true at each predicted probability.

    Args:
        names: of the columns.
        probabilities: (N, len(names)) float32, 0..1.
        truth: (N, len(names)) bool.
        visible: (N, len(names)) bool: which of these count.
        path: of the picture.
    """
    for i, axes in _grid(names):
        shown = visible[:, i]
        likely = probabilities[shown, i]
        bins = np.minimum((likely * _BINS).astype(int), _BINS - 1)
        counts = np.bincount(bins, minlength=_BINS)
        filled = counts >= _BINS
        predicted = np.bincount(bins, likely, _BINS)[filled] / counts[filled]
        true = np.bincount(bins, truth[shown, i], _BINS)[filled] / counts[filled]
        axes.plot([0, 1], [0, 1], color=_GREY, linewidth=1)
        axes.plot(predicted, true, "o-", color=_BLUE, markersize=3, linewidth=1)
    plt.gcf().supxlabel("predicted probability (bins with at least ten pictures)", fontsize=9)
    plt.gcf().supylabel("how often it is true", fontsize=9)
    _write(path)


def precision_recall(
    names: Sequence[str],
    probabilities: NDArray[np.float32],
    truth: NDArray[np.bool_],
    visible: NDArray[np.bool_],
    marks: Sequence[Sequence[float]],
    path: Path,
) -> None:
    """Draw precision over recall, and where the balanced (blue) and precise (orange) thresholds stand.

    Args:
        names: of the columns.
        probabilities: (N, len(names)) float32, 0..1.
        truth: (N, len(names)) bool.
        visible: (N, len(names)) bool: which of these count.
        marks: of each attribute, its balanced and its precise threshold.
        path: of the picture.
    """
    for i, axes in _grid(names):
        shown = visible[:, i]
        likely = probabilities[shown, i]
        order = np.argsort(-likely)
        true_positives = np.cumsum(truth[shown, i][order])
        precision = true_positives / np.arange(1, len(order) + 1)
        recall = true_positives / max(1, true_positives[-1])
        axes.plot(recall, precision, color=_GREY, linewidth=1.2)
        axes.axhline(0.95, color=_ORANGE, linewidth=0.5, linestyle=":")
        for threshold, color in zip(marks[i], (_BLUE, _ORANGE), strict=True):
            predicted = int((likely >= threshold).sum())
            if predicted:
                axes.plot(recall[predicted - 1], precision[predicted - 1], "o", color=color, ms=4)
    plt.gcf().supxlabel("recall", fontsize=9)
    plt.gcf().supylabel("precision", fontsize=9)
    _write(path)


def confusions(groups: Mapping[str, tuple[Sequence[str], NDArray[np.int64]]], path: Path) -> None:
    """Draw what was labelled (rows) against what was predicted (columns), one matrix per group."""
    _figure, grid = plt.subplots(1, len(groups), figsize=(5 * len(groups), 4.5))
    for axes, (title, (names, counts)) in zip(np.atleast_1d(grid), groups.items(), strict=True):
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        for row, column in np.ndindex(*counts.shape):
            color = "white" if shares[row, column] > _DARK else "black"
            text = str(counts[row, column])
            axes.text(column, row, text, ha="center", va="center", fontsize=8, color=color)
        axes.set_xticks(range(len(names)), names, fontsize=8, rotation=45)
        axes.set_yticks(range(len(names)), names, fontsize=8)
        axes.set(xlabel="predicted", ylabel="labelled", title=title)
    _write(path)


def _grid(names: Sequence[str]) -> list[tuple[int, Axes]]:
    columns = 6
    rows = -(-len(names) // columns)
    _, grid = plt.subplots(
        rows, columns, figsize=(10, 1.7 * rows + 0.4), sharex=True, sharey=True, squeeze=False
    )
    flat: list[Any] = list(grid.flat)
    for axes in flat[len(names) :]:
        axes.axis("off")
    for axes, name in zip(flat, names, strict=False):
        axes.set(xlim=(0, 1), ylim=(0, 1.02))
        axes.set_title(attribute_name(name), fontsize=8)
        axes.tick_params(labelsize=6)
    return list(enumerate(flat[: len(names)]))


def _write(path: Path) -> None:
    plt.tight_layout()
    plt.savefig(path, dpi=_RESOLUTION)
    plt.close()
