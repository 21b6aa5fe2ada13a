"""Pydantic's errors as one line, whatever the document contains."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from device.system.validation import describe


class _Size(BaseModel):
    width: int = Field(ge=1)
    height: int


class _Picture(BaseModel):
    model_config = ConfigDict(extra="forbid")

    size: _Size
    name: str = "any"

    @model_validator(mode="after")
    def _is_not_square(self) -> _Picture:
        if self.size.width == self.size.height:
            message = "a picture is not square"
            raise ValueError(message)
        return self


def _error(values: Mapping[str, object]) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        _Picture.model_validate(values)
    return caught.value


def test_an_error_is_described_by_its_path_and_its_message() -> None:
    """The path is written with dots."""
    error = _error({"size": {"width": 0, "height": 2}})
    assert describe(error) == "size.width: Input should be greater than or equal to 1"


def test_an_error_of_the_whole_document_has_no_path() -> None:
    """Nothing precedes its message."""
    error = _error({"size": {"width": 2, "height": 2}})
    assert describe(error) == "Value error, a picture is not square"


def test_text_that_is_not_json_is_described() -> None:
    """With the place that the parser names."""
    with pytest.raises(ValidationError) as caught:
        _Picture.model_validate_json(b"{")
    assert describe(caught.value).startswith("Invalid JSON: ")


@pytest.mark.parametrize(
    ("limit", "described", "rest"),
    [
        (1, 1, "; and 4 more"),
        (3, 3, "; and 2 more"),
        (5, 5, ""),
        (9, 5, ""),
    ],
)
def test_errors_beyond_the_limit_are_counted(limit: int, described: int, rest: str) -> None:
    """A damaged document may have any number of them."""
    error = _error({"size": {}, "a": 1, "b": 2, "c": 3})
    text = describe(error, limit)
    assert text.endswith(rest)
    assert text.removesuffix(rest).count("; ") == described - 1


def test_the_default_limit_is_three() -> None:
    """As many as a person reads in an error message."""
    error = _error({"size": {}, "a": 1, "b": 2, "c": 3})
    assert describe(error) == describe(error, 3)


def test_no_value_that_was_found_is_shown() -> None:
    """It may be a password in the wrong place."""
    error = _error({"size": {"width": "hush-hush", "height": "hush-hush"}, "name": ["hush-hush"]})
    assert "hush" not in describe(error)


def test_the_text_is_printable_and_bounded_whatever_the_keys_are() -> None:
    """Unknown keys are shown, shortened, and cannot write to the terminal."""
    text = describe(_error({f"\x1b[31m\n{'k' * 10_000}{i}": 1 for i in range(100)}))
    assert text.isprintable()
    assert len(text) < 700
    assert text.endswith("and 98 more")
