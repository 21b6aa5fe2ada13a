"""The page: what a run has measured, between the marks, and nothing else changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.errors import BenchmarkError
from benchmarks.rivals.command_line import Classified
from benchmarks.rivals.machine import Machine
from benchmarks.rivals.pictures import Picture
from benchmarks.rivals.process import SeenFace
from benchmarks.rivals.report import BEGIN, END, Report, with_new_figures
from benchmarks.rivals.summary import summarize
from tests.benchmarks.rivals.answers import (
    FACE,
    FACET,
    ORIGINAL,
    answer,
    one_round,
    picture,
)

_MAN = SeenFace(FACE, {"Male": True})


def _report(only: Picture) -> Report:
    measured = {
        FACET.key: [one_round([answer(10, _MAN)])],
        ORIGINAL.key: [one_round([answer(50, SeenFace(FACE, {}))], peak_mb=300)],
    }
    rivals = [FACET, ORIGINAL]
    return Report(
        "python -m benchmarks.rivals",
        Machine("Some CPU", 2, 8.2, "3.11.7", "", 0.5, 0.7),
        1,
        rivals,
        [only],
        summarize(rivals, [only], measured),
        {key: rounds[0].answers for key, rounds in measured.items()},
        {FACET.key: Classified(1.25, 90, 1)},
    )


def test_a_promise_that_does_not_hold_is_said_plainly() -> None:
    """Five times as fast is not ten times."""
    text = _report(picture("a.png", 1, Male=True)).markdown()
    assert (
        "| `ours` | at least 10 times as fast as First | **no** | 5.0 times the time, 5.0 times the CPU |"
        in text
    )
    assert "| `ours` | less memory than First | yes | 100 MB against 300 MB |" in text


def test_the_tables_have_a_row_for_each_rival_and_the_machine_is_named() -> None:
    """What is not said stays empty."""
    text = _report(picture("a.png", 1, Male=True)).markdown()
    assert (
        "`python -m benchmarks.rivals`, on 2 cores of Some CPU, 8 GB, Python 3.11.7. Pictures: 1; rounds: 1"
        in text
    )
    assert "| Ours | 10.0 ms | 10.0 ms | 10 ms | 10 ms | 1.0 s | 100 MB | 50 MB |" in text
    assert "| First | 1 | 0 | 0 | 1 |" in text
    assert "| Ours | 1 of 1 |  |  |  |  |" in text


def test_without_labels_the_answers_themselves_are_shown() -> None:
    """Nobody knows who is right."""
    text = _report(picture("a.png", None)).markdown()
    assert "| a.png | Male | nothing |" in text
    assert "found" not in text


def test_only_what_stands_between_the_marks_is_replaced(tmp_path: Path) -> None:
    """A page may go on after them."""
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n{BEGIN}\nold\n{END}\n\n## More\n", encoding="utf-8")
    assert with_new_figures(page, "new") == f"# Page\n\n{BEGIN}\nnew\n{END}\n\n## More\n"


@pytest.mark.parametrize(("text", "cause"), [("# Page\n", "rivals: begin"), (None, "No such file")])
def test_a_page_without_marks_is_left_alone(tmp_path: Path, text: str | None, cause: str) -> None:
    """The error names the option, and says what is missing."""
    page = tmp_path / "page.md"
    if text is not None:
        page.write_text(text, encoding="utf-8")
    with pytest.raises(BenchmarkError, match=f"--markdown .*page.md: .*{cause}"):
        with_new_figures(page, "new")
