"""How a command ends, as a process: when it fails, and when nobody takes what it prints."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_TABLE = "from rich.table import Table; from device.system.console import open_console"


def _run(
    body: str,
    *,
    stdout: int | None = subprocess.PIPE,
    encoding: str = "utf-8",
    redirection: str = "",
) -> subprocess.CompletedProcess[bytes]:
    """Run the body of a command in another process.

    Args:
        body: Python statements.
        stdout: where it prints.
        encoding: of its output.
        redirection: a redirection, as a shell has it.
    """
    lines = ("import sys", "from device.errors import FacetError", _TABLE)
    function = "\n".join(f"    {line}" for line in body.splitlines())
    code = (
        "\n".join(lines)
        + f"\ndef command():\n{function}\n"
        + "from device.system.program import run_program\nrun_program(command)\n"
    )
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", sys.executable, "-c", code],
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        timeout=60,
        check=False,
    )


# From a buffer, from one that is full, and from a table.
_PRINTING = (
    "print('x')",
    "print('x' * 100_000)",
    "open_console().print(Table('column'))",
)


@pytest.mark.parametrize("body", _PRINTING)
def test_a_full_disk_is_one_line_and_exit_code_1(body: str) -> None:
    """No traceback, neither of the command nor of the interpreter that ends."""
    ended = _run(body, redirection=">/dev/full")
    assert ended.returncode == 1
    (line,) = ended.stderr.decode().splitlines()
    assert line.startswith("error: standard output cannot be written: No space left on device")


@pytest.mark.parametrize("body", _PRINTING)
def test_a_reader_that_left_ends_the_command_quietly(body: str) -> None:
    """With the exit code that a shell reports for the tools of Unix."""
    reader, writer = os.pipe()
    os.close(reader)
    ended = _run(body, stdout=writer)
    os.close(writer)
    assert ended.returncode == 141
    assert ended.stderr == b""


@pytest.mark.parametrize("body", _PRINTING)
def test_a_missing_standard_output_is_one_line(body: str) -> None:
    """As every tool of Unix answers to `>&-`."""
    ended = _run(body, redirection=">&-")
    assert ended.returncode == 1
    (line,) = ended.stderr.decode().splitlines()
    assert line.startswith("error: standard output cannot be written: Bad file descriptor")


def test_a_command_that_prints_nothing_needs_no_standard_output() -> None:
    """Such as a node, whose log is standard error."""
    ended = _run("pass", redirection=">&-")
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_an_error_of_the_owner_is_one_line_and_exit_code_1() -> None:
    """What was printed before it is there."""
    ended = _run("print('before')\nraise FacetError('no camera [bold]x[/]')")
    assert ended.returncode == 1
    assert ended.stdout == b"before\n"
    assert ended.stderr == b"error: no camera [bold]x[/]\n"


def test_an_error_without_a_standard_error_is_an_exit_code() -> None:
    """There is nobody to tell."""
    assert _run("raise FacetError('no camera')", redirection="2>&-").returncode == 1


def test_an_interrupted_command_says_so_by_its_exit_code() -> None:
    """130, as shells have it."""
    ended = _run("raise KeyboardInterrupt")
    assert (ended.returncode, ended.stderr) == (130, b"")


def test_a_command_s_own_exit_code_stays() -> None:
    """Typer ends every command with one."""
    assert _run("print('x')\nsys.exit(3)").returncode == 3


def test_a_name_that_is_not_utf_8_is_printed_as_the_bytes_that_it_is() -> None:
    """So that another program finds the file by it."""
    ended = _run(r"print('gr\udcfc.jpg')")
    assert (ended.returncode, ended.stdout) == (0, b"gr\xfc.jpg\n")


def test_what_the_encoding_does_not_have_is_escaped() -> None:
    """A screen of another time shows something, too."""
    ended = _run(r"print('gr\u00fc\udcfc')", encoding="ascii")
    assert (ended.returncode, ended.stdout) == (0, b"gr\\xfc\\udcfc\n")


def test_an_error_in_the_program_is_a_traceback(tmp_path: Path) -> None:
    """It is a bug, which a report should show."""
    ended = _run(f"open({str(tmp_path / 'absent')!r})")
    assert ended.returncode == 1
    assert b"FileNotFoundError" in ended.stderr


@pytest.mark.parametrize(
    "body",
    [
        "raise ValueError('rtsp://me:hu' 'sh@cam/1')",
        "import threading as t; a = t.Thread(target=lambda: open('http://cam/?hu' 'sh')); a.start(); a.join()",
    ],
)
def test_a_traceback_has_no_secret_of_an_address(body: str) -> None:
    """Whichever thread it is of: it ends in the journal, or in a bug report."""
    shown = _run(body).stderr.decode()
    assert "Traceback" in shown
    assert "://cam/***" in shown
    assert "hush" not in shown
