"""`python -m model report`: everything that is known about a network, measured on the test split, with pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.entities.table import OBJECTIVE, offered
from device.networks.card import ModelCard
from device.networks.facial_hair import FacialHairMeaning
from device.networks.files import ZOO, eight_bit_file, model_path
from device.networks.section import Threshold
from device.perception.analysers.attributes import AttributeClassifier, decide
from device.perception.detection import FaceDetector
from model.data.celeba import CelebA, read_picture
from model.data.faces import CERTAIN_SCORE
from model.data.facial_hair import QUESTIONS
from model.evaluation import charts
from model.evaluation.confidence import intervals
from model.evaluation.evaluate import decisions, measure
from model.evaluation.latency import Latency, latency
from model.evaluation.predictions import Predictions, predict
from model.evaluation.robustness import resilience
from model.evaluation.subgroups import subgroups
from model.training.run_folder import LOG

PICTURES = "report"
_PAIRS, _OPEN_SET = "people-pairs.png", "people-open-set.png"


@dataclass(frozen=True, slots=True)
class _Measured:
    path: Path
    card: ModelCard
    predictions: Predictions
    probabilities: NDArray[np.float32]
    present: NDArray[np.bool_]
    figures: dict[str, Any]
    precise: dict[str, Any]
    latency: Latency


def report(
    models: Sequence[str], data: CelebA, runs: Sequence[Path], out: Path, degraded: int
) -> None:
    """Write REPORT.md and its pictures.

    Args:
        models: names or paths; the first is drawn, all are compared.
        data: whose test split is measured.
        runs: training runs whose curves are drawn.
        out: folder of REPORT.md and of the folder of its pictures.
        degraded: how many test pictures are made worse for the robustness table.

    Raises:
        DataError: the data cannot be read, see predictions.predict.
        ModelError: a model cannot.
    """
    pictures = out / PICTURES
    pictures.mkdir(parents=True, exist_ok=True)
    measured = [_measure(path, data) for model in models for path in _files(model)]
    first = measured[0]
    _draw(first, runs, pictures)
    robust = _robustness(models[0], first, data, degraded)
    sections = [
        _summary(measured),
        _curves(runs),
        _attributes(first),
        facial_hair_section(first.card.facial_hair),
        _subgroups(first),
        robust,
        _people(pictures),
    ]
    text = "\n\n".join(line for section in sections for line in section)
    (out / "REPORT.md").write_text(text + "\n", encoding="utf-8")


def _files(model: str) -> Iterator[Path]:
    """Yield a network, and that for eight-bit arithmetic beside it, if there is one."""
    path = model_path(model)
    yield path
    if eight_bit_file(path).is_file():
        yield eight_bit_file(path)


def _measure(path: Path, data: CelebA) -> _Measured:
    classifier = AttributeClassifier.load(path)
    predictions = predict(classifier, data, "test")
    probabilities, card = classifier.calibrated(predictions.logits), classifier.card
    return _Measured(
        path,
        card,
        predictions,
        probabilities,
        decisions(card, probabilities),
        measure(card, probabilities, predictions),
        measure(card, probabilities, predictions, "precise"),
        latency(path),
    )


def _draw(of: _Measured, runs: Sequence[Path], folder: Path) -> None:
    if runs:
        logs = {run.name: run / LOG for run in runs}
        charts.training_curves(logs, folder / "training-curves.png")
    charts.accuracy_bars(of.figures["attributes"], folder / "accuracy.png")
    columns = [of.card.names.index(name) for name in OBJECTIVE]
    probabilities = of.probabilities[:, columns]
    truth, visible = of.predictions.truth[:, columns], of.predictions.visible[:, columns]
    charts.reliability(OBJECTIVE, probabilities, truth, visible, folder / "reliability.png")
    labels = [of.card.labels[i] for i in columns]
    marks = [(label.balanced.value, label.precise.value) for label in labels]
    path = folder / "precision-recall.png"
    charts.precision_recall(OBJECTIVE, probabilities, truth, visible, marks, path)
    charts.confusions(_confusions(of), folder / "groups.png")


def _confusions(of: _Measured) -> dict[str, tuple[list[str], NDArray[np.int64]]]:
    """Count labelled against predicted values, of the faces with exactly one label of a group."""
    groups = of.card.groups
    predicted = [decide(row, of.card) for row in of.probabilities]
    hair = [decision.hair_color or "unknown" for decision in predicted]
    beard = [decision.facial_hair or "unknown" for decision in predicted]
    beards = {groups.no_facial_hair: "none", **groups.facial_hair}
    return {
        "hair color": _confusion(of, groups.hair_color, [*groups.hair_color.values()], hair),
        "facial hair": _confusion(of, beards, [*beards.values(), "beard"], beard),
    }


def _confusion(
    of: _Measured, labels: dict[str, str], values: list[str], predicted: list[str]
) -> tuple[list[str], NDArray[np.int64]]:
    names = [*values, "unknown"]
    counts = np.zeros((len(names), len(names)), np.int64)
    columns = [of.card.names.index(label) for label in labels]
    truth, visible = of.predictions.truth[:, columns], of.predictions.visible[:, columns]
    for row, shown, value in zip(truth, visible, predicted, strict=True):
        if shown.all() and row.sum() == 1:
            labelled = [*labels.values()][int(row.argmax())]
            counts[names.index(labelled), names.index(value)] += 1
    return names, counts


def _summary(measured: Sequence[_Measured]) -> Iterator[str]:
    first = measured[0]
    yield f"# Report: {first.figures['model']}"
    yield (
        f"Measured on {first.figures['pictures']} test pictures through the product's own detector, aligner and "
        f"decisions ({first.figures['no_face']} of them without a certain face). Written by `python -m model report`; "
        "in brackets 95 % bootstrap intervals over the pictures."
    )
    rows = [
        [
            f"{of.path.stem} {of.card.version}",
            *(_with_interval(of, figure) for figure in ("mean_accuracy", "bce", "macro_f1")),
            f"{of.figures['ece']:.4f}",
            f"{of.figures['accuracy_at_half']:.4f}",
            f"{of.precise['mean_accuracy']:.4f}",
            f"{of.path.stat().st_size / 1e6:.2f} MB",
            f"{of.latency.milliseconds:.1f} ms",
            f"{of.latency.multiplications / 1e6:.0f} M",
            f"{of.latency.part_of_peak:.0%}",
        ]
        for of in measured
    ]
    heads = ["model", "mean accuracy", "BCE", "macro F1", "ECE"]
    heads += ["accuracy, every threshold at 0.5", "accuracy, precise thresholds", "size"]
    heads += ["one invocation", "multiply-adds", "part of peak"]
    yield _table(heads, rows)
    yield (
        "One invocation is the median of 50 on one thread, in processor time; the peak is a bare float32 matrix "
        f"product on one thread of the same machine, {first.latency.peak / 1e9:.1f} G multiply-adds a second. A face "
        f"costs {2 if first.card.flip_average else 1} invocation(s)."
    )


def _with_interval(of: _Measured, figure: str) -> str:
    found = of.predictions
    low, high = intervals(of.present, of.probabilities, found.truth, found.visible)[figure]
    return f"{of.figures[figure]:.4f} [{low:.4f}, {high:.4f}]"


def _curves(runs: Sequence[Path]) -> Iterator[str]:
    if runs:
        yield "## Training"
        yield f"![training curves]({PICTURES}/training-curves.png)"


def _attributes(of: _Measured) -> Iterator[str]:
    yield "## Attributes"
    yield (
        "The threshold `balanced` is the default; `precise` promises a precision of "
        f"{of.card.promised_precision:.0%} on the validation split, where a dash says that it cannot: there it is "
        "the balanced one, and the attribute starts disabled with either. Attributes in bold are offered by default."
    )
    unreliable, rows = of.card.unreliable, []
    bold = offered(of.card.names, unreliable)
    for name, balanced in of.figures["attributes"].items():
        precise = of.precise["attributes"][name]
        cells = [balanced[k] for k in ("accuracy", "precision", "recall", "f1", "ece")]
        kept = [precise["precision"], precise["recall"]]
        rows.append(
            [
                f"**{name}**" if name in bold else name,
                str(balanced["positives"]),
                *(f"{value:.3f}" for value in cells),
                *(("-", "-") if name in unreliable else (f"{value:.3f}" for value in kept)),
            ]
        )
    heads = ["attribute", "positives", "accuracy", "precision", "recall", "F1", "ECE"]
    yield _table([*heads, "precise: precision", "precise: recall"], rows)
    for picture in ("accuracy", "reliability", "precision-recall", "groups"):
        yield f"![{picture}]({PICTURES}/{picture}.png)"


def facial_hair_section(meaning: FacialHairMeaning | None) -> Iterator[str]:
    """Yield what a network tells of facial hair, which labels it learned that from, and what it promises."""
    if meaning is None:
        return
    yield "## Facial hair"
    learned = meaning.provenance
    yield (
        f"Learned from {learned['labels']}. Probabilities and thresholds were fitted on "
        f"{learned['held_out_careful_pictures']} pictures with careful labels, and "
        f"{learned['held_out_shaven_pictures']} of people whom CelebA calls beardless, none of whom was trained on; "
        "precision and recall are those there, among everybody. A dash is an answer that is never given. "
        "`python -m model evaluate-facial-hair` measures the agreement with the labels, beside CelebA's own."
    )
    rows = [
        [question, answer.name, *_kept(answer.balanced), *_kept(answer.precise)]
        for question, asked in zip(QUESTIONS, meaning.questions, strict=True)
        for answer in asked.answers
    ]
    heads = ["question", "answer", "from", "precision", "recall"]
    yield _table([*heads, *(f"precise: {head}" for head in heads[2:])], rows)


def _kept(threshold: Threshold | None) -> tuple[str, str, str]:
    if threshold is None:
        return "-", "-", "-"
    return f"{threshold.value:.2f}", f"{threshold.precision:.3f}", f"{threshold.recall:.3f}"


def _subgroups(of: _Measured) -> Iterator[str]:
    yield "## Subgroups"
    yield "Recall is the mean over the attributes offered by default that occur at least 20 times in the group."
    seen = of.predictions
    groups = subgroups(of.card, of.present, seen.truth, seen.visible, seen.brightness)
    rows = [
        [
            group.name,
            str(group.pictures),
            f"{group.accuracy:.4f}",
            f"{group.recall:.3f}",
            ", ".join(group.left_out) or "none",
        ]
        for group in groups
    ]
    yield _table(["group", "pictures", "mean accuracy", "recall", "too rare to count"], rows)


def _robustness(model: str, of: _Measured, data: CelebA, count: int) -> list[str]:
    rows = data.rows("test")
    # Spread over the whole split: neighbours in CelebA may come from one source.
    chosen = rows[:: max(1, len(rows) // count)][:count]
    columns = [data.attributes.index(name) for name in of.card.names]
    pictures = [read_picture(data.pictures / str(data.names[row])) for row in chosen]
    truth, visible = data.labels[chosen][:, columns], data.visible[chosen][:, columns]
    classifier = AttributeClassifier.load(model_path(model))
    detector = FaceDetector.load(ZOO, CERTAIN_SCORE)
    results = resilience(classifier, detector, pictures, truth, visible)
    cells = [
        [
            r.corruption,
            f"{r.found:.1%}",
            f"{r.judged:.1%}",
            f"{r.accuracy:.4f}",
            f"{r.judged_accuracy:.4f}" if r.judged else "none judged",
        ]
        for r in results
    ]
    heads = ["picture", "face found", "judged", "accuracy, found", "accuracy, judged"]
    return [
        "## Robustness",
        (
            f"{len(chosen)} test pictures, each made worse in one way. The node judges what its detector finds and its "
            "quality gate lets pass with the default limits; what is refused is answered with the reason."
        ),
        _table(heads, cells),
    ]


def _people(folder: Path) -> Iterator[str]:
    """Yield the curves of recognition, which evaluate-people has drawn."""
    if not all((folder / name).is_file() for name in (_PAIRS, _OPEN_SET)):
        return
    yield "## Recognition of people"
    yield (
        "The recognition network is not trained here; [docs/people.md](../../docs/people.md#how-often-it-is-right) has "
        "its figures. `python -m model evaluate-people --data DATA` draws the first picture with `--compare --chart "
        f"model/zoo/{PICTURES}/{_PAIRS}`, and the second with `--open-set --known 50 --draws 25 --chart "
        f"model/zoo/{PICTURES}/{_OPEN_SET}`."
    )
    yield f"![Pairs of pictures: accepts and errors]({PICTURES}/{_PAIRS})"
    yield f"![Names and strangers over the minimum score]({PICTURES}/{_OPEN_SET})"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
