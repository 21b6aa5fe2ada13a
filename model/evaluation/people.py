"""The figures of recognition, as `python -m model evaluate-people` prints them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from device.networks.recognition_card import read_recognition_card
from device.perception.analysers.recognition import limits_of
from model.data.half import Half
from model.data.people import draw_pairs, indexed, read_pairs, read_people
from model.evaluation.embeddings import Variant, embed_people
from model.evaluation.open_set import OpenSet, open_set
from model.evaluation.verification import curve, similarity, verify
from model.evaluation.visitors import HOUSEHOLD, Visitors, visitors

AS_SHIPPED = "as shipped"
_VARIANTS: Mapping[str, Variant] = {
    AS_SHIPPED: Variant(),
    "without the mirror image": Variant(has_mirror=False),
    "without a second look": Variant(has_retry=False),
    "scaled by all keypoints": Variant(is_scaled_by_longest=False),
}


def evaluate_verification(
    data: Path, pairs_file: Path | None = None, *, compare: bool = False, chart: Path | None = None
) -> dict[str, Any]:
    """Measure whether pairs of pictures are told to be of one person or of two.

    Args:
        data: a folder in CelebA's layout.
        pairs_file: a CSV of pairs; drawn by a fixed seed if None.
        compare: measure the same network without each of its refinements too.
        chart: where to draw the receiver operating characteristic; needs matplotlib.

    Raises:
        DataError: the data cannot be read.
    """
    named = read_pairs(pairs_file) if pairs_file else []
    people = read_people(data, [name for pair in named for name in pair[:2]])
    pairs = indexed(named, people) if named else draw_pairs(people)
    variants = _VARIANTS if compare else {AS_SHIPPED: Variant()}
    embeddings = embed_people(people, list(variants.values()))
    same = np.array([pair.same for pair in pairs])
    figures, curves = {}, {}
    for name, variant in variants.items():
        scores = similarity(embeddings[variant], pairs)
        figures[name] = verify(scores, pairs).to_json()
        curves[name] = curve(scores, same)
    if chart:
        from model.evaluation.charts import false_and_true_accepts

        false_and_true_accepts(curves, chart)
    shipped = figures.pop(AS_SHIPPED)
    return {
        **shipped,
        "pictures": len(people.names),
        "people": len(np.unique(people.identities)),
        **({"compared": figures} if compare else {}),
    }


def evaluate_open_set(
    data: Path,
    references: int = 3,
    known: int | None = None,
    draws: int = 1,
    chart: Path | None = None,
    half: Half | None = None,
) -> OpenSet:
    """Measure recognition where some people are enrolled and everybody may come; see open_set.

    Args:
        data: a folder in CelebA's layout.
        references: pictures of each who is enrolled.
        known: how many people are enrolled; half of those who can be if None.
        draws: how often other people are enrolled.
        chart: where to draw names and strangers over the minimum score; needs matplotlib.
        half: of the people; all if None.

    Raises:
        DataError: the data cannot be read.
    """
    card = read_recognition_card()
    (embeddings,) = embed_people(read_people(data).half(half)).values()
    limits = limits_of(card)
    figures = open_set(embeddings, limits, references, known, draws)
    if chart:
        from model.evaluation.charts import names_and_strangers

        names_and_strangers(
            figures.known_scores,
            figures.stranger_scores,
            limits.score_among(figures.people),
            f"{figures.people} people enrolled, {figures.stranger_people} strangers",
            chart,
        )
    return figures


def evaluate_visitors(data: Path, strangers: int = HOUSEHOLD) -> Visitors:
    """Measure whose visits are put together where strangers come again; see visitors.

    Raises:
        DataError: the data cannot be read, or has too few people.
    """
    (embeddings,) = embed_people(read_people(data)).values()
    return visitors(embeddings, limits_of(read_recognition_card()), strangers)
