"""The code of the setup page: hard to guess, easy to type, good for one log-in."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from device.errors import StateDirectoryError
from device.setup.code import CODE, SetupCode


def test_a_code_stays_until_it_is_taken(tmp_path: Path) -> None:
    """The installer prints the code that the page asks for, and prints it again."""
    code = SetupCode(tmp_path).make()
    assert re.fullmatch(r"[A-Z2-9]{4}(-[A-Z2-9]{4}){2}", code)
    assert SetupCode(tmp_path).make() == code
    assert stat.S_IMODE((tmp_path / CODE).stat().st_mode) == 0o600


def test_a_code_is_taken_once(tmp_path: Path) -> None:
    """The next one is another."""
    codes = SetupCode(tmp_path)
    code = codes.make()
    assert codes.take(code)
    assert not codes.take(code)
    assert codes.make() != code


def test_a_code_may_be_typed_in_any_form(tmp_path: Path) -> None:
    """On a phone."""
    codes = SetupCode(tmp_path)
    assert codes.take(f" {codes.make().lower().replace('-', ' ')} ")


@pytest.mark.parametrize("given", ["", "-", "AAAA-AAAA-AAAA", "ß" * 1000])
def test_a_wrong_code_is_refused_and_the_right_one_stays(tmp_path: Path, given: str) -> None:
    """Also an empty one, and when there is none at all."""
    codes = SetupCode(tmp_path)
    assert not codes.take(given)
    code = codes.make()
    assert not codes.take(given)
    assert codes.take(code)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """It names the file."""
    with pytest.raises(StateDirectoryError, match="setup-code cannot be used"):
        SetupCode(tmp_path / "absent").make()
