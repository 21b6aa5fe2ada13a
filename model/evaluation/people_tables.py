"""The figures of recognition as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from model.evaluation.open_set import Answers, OpenSet
from model.evaluation.visitors import Visitors


def verification_table(figures: Mapping[str, Any]) -> Table:
    """Return the figures of the pairs as a table, with those of what it was compared with."""
    table = Table(
        "embedding", "pairs", "without a face", "accuracy", "AUC", "accepted at FAR 1e-3", "at"
    )
    for name, row in {"as shipped": figures, **figures.get("compared", {})}.items():
        table.add_row(
            name,
            str(row["pairs"]),
            str(row["no_face"]),
            f"{row['accuracy']:.4f}",
            f"{row['auc']:.4f}",
            f"{row['tar_at_far_1e-3']:.4f}",
            f"{row['threshold']:.3f}",
        )
    return table


def open_set_table(figures: OpenSet) -> Table:
    """Return the answers about known people and strangers as a table."""
    enrolled = f"{figures.people} people enrolled with {figures.references} pictures each"
    title = f"{enrolled}, {figures.stranger_people} strangers"
    table = Table("what", "of", "share", title=title)
    for name, answers in {
        "one picture": figures.single,
        "one from the front": figures.frontal,
        "five pictures": figures.burst,
    }.items():
        for what, count, of in _shares(answers):
            table.add_row(f"{name}: {what}", f"{count} of {of}", f"{count / of:.2%}" if of else "")
    for name, visits in {
        "a known person's visit": figures.known_visits,
        "a stranger's visit": figures.stranger_visits,
        "a known person's visit of bursts": figures.known_bursts,
        "a stranger's visit of bursts": figures.stranger_bursts,
    }.items():
        for number, unknown in enumerate(visits.unknown_by, start=1):
            table.add_row(
                f"{name}: unknown by capture {number}",
                f"{unknown} of {visits.visits}",
                f"{unknown / visits.visits:.2%}" if visits.visits else "",
            )
    return table


def visitors_table(figures: Visitors) -> Table:
    """Return the figures about strangers who come again as a table."""
    title = f"{figures.strangers} strangers in {figures.draws} draws, {figures.visits} visits"
    table = Table("what", "of", "share", title=title)
    for what, count, of in (
        ("visits of whoever the visitor is", figures.right, figures.visits),
        ("visitors with visits of two strangers", figures.mixed, figures.visitors),
        ("visitors for each stranger", figures.visitors, figures.strangers),
        ("other visitors who go with a name", figures.others_gone, figures.others),
    ):
        table.add_row(what, f"{count} of {of}", f"{count / of:.2%}" if of else "")
    return table


def _shares(answers: Answers) -> list[tuple[str, int, int]]:
    known, strangers = answers.known, answers.strangers
    return [
        ("known, named rightly", answers.known_right, known),
        ("known, named wrongly", answers.known_wrong, known),
        ("known, between two", answers.known_ambiguous, known),
        ("known, called unknown", answers.known_unknown, known),
        ("known, not judged", answers.known_refused, known + answers.known_refused),
        ("stranger, named", answers.stranger_named, strangers),
        ("stranger, between two", answers.stranger_ambiguous, strangers),
        ("stranger, called unknown", answers.stranger_unknown, strangers),
        ("stranger, not judged", answers.stranger_refused, strangers + answers.stranger_refused),
    ]
