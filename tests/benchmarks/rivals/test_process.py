"""The line protocol between the measurement and a rival, and what happens when a rival fails."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.errors import BenchmarkError
from benchmarks.rivals.process import Memory, SeenFace, parse_answer, parse_memory, start
from device.observation import Box

_READY = 'import sys; print("{}", flush=True); '


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_an_answer_has_what_is_compared_and_nothing_else() -> None:
    """Words that nobody has labelled are left out."""
    line = (
        '{"milliseconds": 1.5, "cpu_milliseconds": 2, "faces": '
        '[{"box": [1, 2, 3, 4], "says": {"Male": true, "Bangs": true}}, {"box": [5, 6, 7, 8], "says": {}}]}'
    )
    answer = parse_answer(line)
    assert (answer.milliseconds, answer.cpu_milliseconds) == (1.5, 2)
    assert answer.faces == (
        SeenFace(Box(1, 2, 3, 4), {"Male": True}),
        SeenFace(Box(5, 6, 7, 8), {}),
    )


def test_memory_is_read_in_millions_of_bytes() -> None:
    """The kernel counts in units of 1024 bytes."""
    status = "Name:\tpython\nVmPeak:\t 9000 kB\nVmHWM:\t    2000 kB\nVmRSS:\t    1000 kB\n"
    assert parse_memory(status) == Memory(peak_mb=2.048, resident_mb=1.024)


def test_a_rival_is_asked_line_by_line(tmp_path: Path) -> None:
    """It names the picture that it was asked about by its box, and ends with its input."""
    answer = (
        '[print(\'{"milliseconds": 1, "cpu_milliseconds": 1, "faces": '
        '[{"box": [%s, 0, 1, 1], "says": {}}]}\' % line.strip(), flush=True) for line in sys.stdin]'
    )
    with start("a", _python(_READY + answer), tmp_path / "log") as running:
        boxes = [running.ask(Path(name)).faces[0].box.x for name in ("1", "2")]
        assert running.memory().peak_mb > 1
    assert boxes == [1, 2]


def test_a_rival_that_does_not_start_is_named_with_what_it_printed(tmp_path: Path) -> None:
    """And how to go on without it."""
    failing = _python("raise SystemExit('no such wheel')")
    with (
        pytest.raises(BenchmarkError, match=r"(?s)rival a ends.*no such wheel.*--without a"),
        start("a", failing, tmp_path / "log"),
    ):
        pass


def test_a_rival_that_dies_while_it_is_asked_is_named(tmp_path: Path) -> None:
    """It has become ready before."""
    dying = _python(_READY + "sys.stdin.readline(); sys.exit('out of memory')")
    with (
        pytest.raises(BenchmarkError, match=r"(?s)rival a ends.*out of memory"),
        start("a", dying, tmp_path / "log") as running,
    ):
        running.ask(Path("1"))


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Node.js, for instance."""
    with (
        pytest.raises(BenchmarkError, match=r"rival a cannot be started.*no-such-program"),
        start("a", [str(tmp_path / "no-such-program")], tmp_path / "log"),
    ):
        pass
