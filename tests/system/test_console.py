"""Tables and lines show text from outside as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.table import Table

import device
import model
from device.system.console import open_console

OUTSIDE = "[bold]x[/] :cat: [link=nowhere]"
"""A name that a file, a label or a node may have."""


def test_text_is_neither_markup_nor_emoji(capsys: pytest.CaptureFixture[str]) -> None:
    """In a line, a title, a header and a cell."""
    console = open_console()
    console.print(OUTSIDE)
    table = Table(OUTSIDE, title=OUTSIDE)
    table.add_row(OUTSIDE)
    console.print(table)
    assert capsys.readouterr().out.count(OUTSIDE) == 4


def test_standard_error_is_printed_on_if_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """Progress does not mix with results."""
    open_console(stderr=True).print("progress")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "progress\n")


def test_every_command_prints_on_this_console() -> None:
    """One that makes its own would take text for markup again."""
    makers = [
        path
        for package in (device, model)
        for path in Path(package.__path__[0]).rglob("*.py")
        if "Console(" in path.read_text(encoding="utf-8")
    ]
    assert [path.name for path in makers] == ["console.py"]
