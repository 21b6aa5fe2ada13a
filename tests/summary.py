"""What a tier has to say at the end of its run: what it ran with, and what it measured."""

from __future__ import annotations

import pytest

_LINES = pytest.StashKey[dict[str, list[str]]]()


def say(config: pytest.Config, title: str, line: str) -> None:
    """Add a line to those under a title."""
    config.stash.setdefault(_LINES, {}).setdefault(title, []).append(line)


def show(reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write all of them."""
    for title, lines in config.stash.get(_LINES, {}).items():
        reporter.section(title)
        for line in lines:
            reporter.line(line)
