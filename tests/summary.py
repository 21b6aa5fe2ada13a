"""The summary at the end of a tier's run: what it ran with, and what it measured."""

from __future__ import annotations

from typing import Protocol

import pytest

_LINES = pytest.StashKey[dict[str, list[str]]]()
_OUTPUT = "facet_summary"


class WorkerNode(Protocol):
    """What pytest-xdist hands over when a worker has ended.

    Attributes:
        config: of the process that reports.
        workeroutput: what the worker left; not there if it crashed.
    """

    config: pytest.Config
    workeroutput: dict[str, dict[str, list[str]]]


def say(config: pytest.Config, title: str, line: str) -> None:
    """Add a line to those under a title."""
    config.stash.setdefault(_LINES, {}).setdefault(title, []).append(line)


def hand_over(config: pytest.Config) -> None:
    """In a worker of pytest-xdist: leave the lines to the process that reports."""
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output[_OUTPUT] = config.stash.get(_LINES, {})


def take_over(node: WorkerNode) -> None:
    """In the process that reports: add the lines that a worker has left."""
    for title, lines in getattr(node, "workeroutput", {}).get(_OUTPUT, {}).items():
        for line in lines:
            say(node.config, title, line)


def show(reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write all of them."""
    for title, lines in config.stash.get(_LINES, {}).items():
        reporter.section(title)
        for line in lines:
            reporter.line(line)
