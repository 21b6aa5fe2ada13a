"""How often a network's answers about facial hair agree with careful labels, beside how often CelebA's do."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from device.errors import FacetError
from device.networks.facial_hair import FacialHairMeaning
from device.networks.files import model_path
from device.networks.section import Aim
from device.observation import FacialHair, Told
from device.perception.analysers.analyser import Judgement
from device.perception.analysers.attributes import AttributeClassifier
from device.perception.analysers.facial_hair import Answers, Calibration, decide
from model.data.celeba import CelebA, read_picture
from model.data.faces import FaceFinder
from model.data.facial_hair import MASKED, QUESTIONS, FacialHairRows, read_careful_labels, read_rows
from model.evaluation.evaluate import calibration_error

_MUSTACHE = tuple(QUESTIONS).index("mustache")

Truth = NDArray[np.int8]


def evaluate_facial_hair(
    model: str, folders: Sequence[CelebA], labels: Path, split: str, aim: Aim = "balanced"
) -> dict[str, Any]:
    """Measure a network, given by name or path, on people who were not trained on; see measure.

    Args:
        model: a name in the zoo, or the path of a .tflite.
        folders: in CelebA's layout.
        labels: FH37K's annotations.
        split: "test", or "val" for the people who are held out of the other two splits.
        aim: which thresholds decide.

    Raises:
        DataError: labels or pictures cannot be read.
        ModelError: the model cannot be read.
        FacetError: it tells nothing of facial hair.
    """
    classifier = AttributeClassifier.load(model_path(model), threads=os.cpu_count() or 1)
    meaning = classifier.card.facial_hair
    if meaning is None:
        message = (
            f"model {model} tells nothing of facial hair; run `python -m model train-facial-hair`"
        )
        raise FacetError(message)
    splits = ("test",) if split == "test" else ("train", "val")
    rows = read_rows(folders, read_careful_labels(labels), splits)
    rows = rows.chosen(rows.is_held_out)
    finder, side = FaceFinder(), classifier.card.input.side
    logits = []
    for picture in tqdm(rows.pictures, desc="facial hair", unit="picture"):
        found = finder.crop(read_picture(picture), side, classifier.card.input.margin)
        logits.append(classifier.outputs(found.crop)[1])
    name = f"{classifier.card.name} {classifier.card.version}"
    answers = Calibration(meaning.questions).answers(np.array(logits, np.float32))
    return {"model": name, **measure(answers, meaning, rows, aim)}


def measure(
    answers: Answers, meaning: FacialHairMeaning, rows: FacialHairRows, aim: Aim = "balanced"
) -> dict[str, Any]:
    """Return the agreement with careful labels.

    Args:
        answers: the probabilities of each question's answers, (N, answers) each.
        meaning: gives questions and thresholds.
        rows: whose they are; figures are of those with careful labels, but for `shaven`.
        aim: which thresholds decide.

    Returns:
        By question `agreement` of the most probable answer, `each` of its answers taken as a yes or no of its own,
        `given`, the share that the thresholds let pass, `agreement_given` of these, and `ece`; their means as
        `macro_...`; precision and recall of a mustache; the confusion of the styles; the same figures of CelebA's own
        labels; and for people whom CelebA calls beardless the share who are told something else.
    """
    careful = rows.chosen(rows.is_careful)
    of_careful = tuple(part[rows.is_careful] for part in answers)
    given = _given(of_careful, meaning, aim)
    questions = {
        question: _figures(part, given[:, column], careful.truth[:, column])
        for column, (question, part) in enumerate(zip(QUESTIONS, of_careful, strict=True))
    }
    has_mustache = of_careful[_MUSTACHE].argmax(axis=1)
    return {
        "pictures": len(careful),
        "people": len(np.unique(careful.identities)),
        "questions": questions,
        **{
            f"macro_{figure}": float(np.mean([of[figure] for of in questions.values()]))
            for figure in ("agreement", "each", "given", "agreement_given")
        },
        "mustache": _presence(has_mustache, careful.truth[:, _MUSTACHE]),
        "confusion": _confusion(of_careful[0].argmax(axis=1), careful.truth[:, 0]),
        "celeba": _celeba(careful),
        "shaven": _false_alarms(_given(answers, meaning, aim), rows),
    }


def _given(answers: Answers, meaning: FacialHairMeaning, aim: Aim) -> NDArray[np.int_]:
    """Return the index of each answer that the node gives, (N, questions); MASKED where it is not certain."""
    judgement = Judgement(aim)
    told = [decide(row, meaning, judgement) for row in zip(*answers, strict=True)]
    return np.array([[_index(*pair) for pair in _by_question(each)] for each in told]).reshape(
        -1, len(QUESTIONS)
    )


def _by_question(told: FacialHair) -> Sequence[tuple[str, Told]]:
    answers = (told.style, told.length, told.mustache, told.sideburns)
    return tuple(zip(QUESTIONS, answers, strict=True))


def _index(question: str, told: Told) -> int:
    return MASKED if told.answer is None else QUESTIONS[question].index(told.answer)


def _figures(
    probabilities: NDArray[np.float32], given: NDArray[np.int_], truth: Truth
) -> dict[str, Any]:
    known = truth != MASKED
    probabilities, given, truth = probabilities[known], given[known], truth[known]
    best, is_given = probabilities.argmax(axis=1), given != MASKED
    wrong = best != truth
    return {
        "pictures": int(known.sum()),
        "agreement": float(1 - wrong.mean()),
        # A wrong answer is two wrong ones of a yes and a no each.
        "each": float(1 - 2 * wrong.mean() / probabilities.shape[1]),
        "given": float(is_given.mean()),
        "agreement_given": float((given == truth)[is_given].mean()) if is_given.any() else 1.0,
        "ece": calibration_error(probabilities.max(axis=1), ~wrong),
    }


def _presence(found: NDArray[np.int_], truth: Truth) -> dict[str, float]:
    """Return agreement, precision and recall of what is there (1) or not (0)."""
    known = truth != MASKED
    found, there = found[known] > 0, truth[known] > 0
    both = float((found & there).sum())
    return {
        "agreement": float((found == there).mean()),
        "precision": both / max(int(found.sum()), 1),
        "recall": both / max(int(there.sum()), 1),
    }


def _confusion(found: NDArray[np.int_], truth: Truth) -> dict[str, dict[str, int]]:
    """Return how many pictures of each true style have which most probable one."""
    styles = QUESTIONS["style"]
    return {
        true: {said: int(((truth == i) & (found == j)).sum()) for j, said in enumerate(styles)}
        for i, true in enumerate(styles)
    }


def _celeba(rows: FacialHairRows) -> dict[str, Any]:
    """Return how often CelebA's own labels of the same pictures agree with the careful ones."""
    styles = QUESTIONS["style"]
    said = np.full(len(rows), styles.index("beard"))
    # The later one names the style.
    for label, style in _CELEBA_STYLES.items():
        said[rows.celeba[label]] = styles.index(style)
    truth = rows.truth[:, 0]
    known = truth != MASKED
    return {
        "style": {"agreement": float((said == truth)[known].mean())},
        "mustache": _presence(rows.celeba["Mustache"].astype(int), rows.truth[:, 2]),
        "sideburns": _presence(rows.celeba["Sideburns"].astype(int), rows.truth[:, 3]),
    }


_CELEBA_STYLES: Mapping[str, str] = {
    "5_o_Clock_Shadow": "stubble",
    "Mustache": "mustache",
    "Goatee": "goatee",
    "No_Beard": "none",
}


def _false_alarms(given: NDArray[np.int_], rows: FacialHairRows) -> dict[str, float]:
    """Return the share of people whom CelebA calls beardless who are told to have something, of men and of women."""
    something = given[:, 0] > 0
    groups = {"men": rows.is_male, "women": ~rows.is_male}
    return {
        name: float(something[group & ~rows.is_careful].mean())
        for name, group in groups.items()
        if (group & ~rows.is_careful).any()
    }
