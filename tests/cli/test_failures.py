"""What is wrong with one file, and what of that concerns the others."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from device.cli.failures import Failures
from device.errors import FacetError, OutputError

PATH = Path("x.jpg")


def test_nothing_is_printed_while_nothing_fails(capsys: pytest.CaptureFixture[str]) -> None:
    """Nor is it a failure."""
    failures = Failures()
    with failures.printed(PATH):
        pass
    assert not failures.any
    assert capsys.readouterr().err == ""


def test_an_error_of_facet_s_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """It names its file, and ends nothing but the body."""
    failures = Failures()
    with failures.printed(PATH):
        message = "x.jpg is damaged"
        raise FacetError(message)
    assert failures.any
    assert capsys.readouterr().err == "error: x.jpg is damaged\n"


def test_an_error_of_opencv_s_is_one_line_that_names_the_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """OpenCV's own text has several lines and no file."""
    failures = Failures()
    with failures.printed(PATH):
        cv2.imencode(".nothing", np.zeros((1, 1, 3), np.uint8))
    assert failures.any
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: x.jpg cannot be judged: OpenCV")


def test_a_picture_that_is_too_much_for_the_memory_is_a_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The next one may be smaller."""
    failures = Failures()
    with failures.printed(PATH):
        raise MemoryError
    assert failures.any
    assert "x.jpg cannot be judged: there is not enough memory" in capsys.readouterr().err


@pytest.mark.parametrize("error", [OutputError("full"), RuntimeError("a bug")])
def test_what_concerns_all_files_ends_the_command(error: Exception) -> None:
    """Standard output that cannot be written, and an error in the program."""
    with pytest.raises(type(error)), Failures().printed(PATH):
        raise error
