"""Commands in the pages, held against what the programs accept."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from tests.documentation.pages import PAGES, blocks, name, prose

_PROGRAMS = {
    "facet": "device.cli.app",
    "model": "model.__main__",
    "device.updates.sign": "device.updates.release.sign",
    "benchmarks.rivals": "benchmarks.rivals.__main__",
}
"""Each program, by the word that calls it, or the module after `python -m`; and where its `app` is."""

_BEFORE = {"", "sudo", ".venv/bin", "sudo /opt/facet-store/bin"}
"""What may stand before `facet`, so that it is not the name of a user or a folder."""

_CALL = re.compile(r"(?:^|[\s/(])(?:(facet)|python -m ([\w.]+)) +(.*)")


def _lines(page: Path) -> Iterator[str]:
    """Find the lines of shell blocks, with those that go on joined, and the spans of code in the text."""
    for block in blocks(page, "sh"):
        yield from re.sub(r" *\\\n *", " ", block).splitlines()
    yield from (span.replace("\n", " ") for span in re.findall(r"`([^`]+)`", prose(page)))


def _calls(page: Path) -> Iterator[tuple[str, list[str]]]:
    """Find the calls of a program of Facet's: its name, and its arguments."""
    for line in _lines(page):
        for part in re.split(r" && | \| |; |^sudo ", line.removeprefix("$ ")):
            if (call := _CALL.search(part)) and (program := call[1] or call[2]) in _PROGRAMS:
                if call[1] and part[: call.start(1)].strip(" ./") not in _BEFORE:
                    continue
                yield program, shlex.split(call[3], comments=True)


@cache
def _command(program: str) -> Any:  # noqa: ANN401 - Typer does not export the types of what it makes
    return get_command(import_module(_PROGRAMS[program]).app)


def _require_known(program: str, words: list[str]) -> None:
    """Assert that a program has the commands and options of a call."""
    command = _command(program)
    for word in words:
        if word.startswith("-") and word != "-":
            known = {spelling for parameter in command.params for spelling in parameter.opts}
            assert word in known | {"--help"}, (program, words)
        elif hasattr(command, "commands"):
            assert word in command.commands, (program, words)
            command = command.commands[word]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_each_command_and_each_option_of_a_page_exists(page: Path) -> None:
    """Whatever the arguments are."""
    for program, words in _calls(page):
        _require_known(program, words)


@pytest.mark.parametrize("program", ["facet", "model"])
def test_each_example_below_the_help_of_a_command_is_accepted(program: str) -> None:
    """Of the program itself, and of each of its commands."""
    commands = _command(program)
    helps = [command.epilog for command in (commands, *commands.commands.values())]
    lines = [line for text in helps if text for line in text.split("\n\n")]
    calls = [call for line in lines if (call := _CALL.search(line))]
    assert calls
    for call in calls:
        _require_known(program, shlex.split(call[3]))


def _with_commands_below(command: Any) -> Iterator[Any]:  # noqa: ANN401 - as for _command
    yield command
    for one in getattr(command, "commands", {}).values():
        yield from _with_commands_below(one)


@pytest.mark.parametrize("program", _PROGRAMS)
def test_the_help_explains_each_command_argument_and_option(program: str) -> None:
    """In a sentence each."""
    for command in _with_commands_below(_command(program)):
        assert command.help, command.name
        for parameter in command.params:
            assert parameter.help, (command.name, parameter.name)
