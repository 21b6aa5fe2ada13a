"""What tests have to say at the end of a run reaches it from the workers of pytest-xdist too."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import pytest

from tests.summary import WorkerNode, hand_over, say, show, take_over


@dataclass
class _Config:
    stash: pytest.Stash = field(default_factory=pytest.Stash)
    workeroutput: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def __call__(self) -> pytest.Config:
        return cast("pytest.Config", self)


@dataclass
class _Node:
    config: pytest.Config
    workeroutput: dict[str, dict[str, list[str]]]


class _Reporter:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def section(self, title: str) -> None:
        self.lines.append(f"= {title}")

    def line(self, line: str) -> None:
        self.lines.append(line)


def _shown(config: _Config) -> list[str]:
    reporter = _Reporter()
    show(cast("pytest.TerminalReporter", reporter), config())
    return reporter.lines


def test_lines_of_several_workers_stand_under_one_title() -> None:
    """In the order in which the workers end; those of the reporting process itself come first."""
    reporting = _Config()
    say(reporting(), "Figures", "here")
    for name in ("first", "second"):
        worker = _Config()
        say(worker(), "Figures", name)
        hand_over(worker())
        take_over(cast("WorkerNode", _Node(reporting(), worker.workeroutput)))
    assert _shown(reporting) == ["= Figures", "here", "first", "second"]


def test_a_worker_that_crashed_has_nothing_to_say() -> None:
    """Xdist reports the crash; the others' lines are shown all the same."""
    reporting = _Config()
    say(reporting(), "Figures", "here")
    take_over(cast("WorkerNode", _Node(reporting(), {})))
    assert _shown(reporting) == ["= Figures", "here"]
