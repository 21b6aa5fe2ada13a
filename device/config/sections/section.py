"""What all sections of the configuration share: strict types, known keys only, and no change after loading."""

from __future__ import annotations

from typing import TypeGuard

from pydantic import (
    BaseModel,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
)
from pydantic_core import PydanticCustomError

from device.config.yaml.scalar import Reference, meaning


class Section(BaseModel):
    """A section: strict about types and keys, and frozen."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        defer_build=True,  # most sections are only needed as parts of the whole
        hide_input_in_errors=True,  # it may be a password in the wrong place
    )

    @field_validator("*", mode="wrap")
    @classmethod
    def _accept_references_and_empty_headings(
        cls, value: object, handler: ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> object:
        """Read a reference as the type that the setting needs, and a heading without content as an empty section."""
        if value is None and is_section(cls.model_fields[info.field_name or ""].annotation):
            return handler({})
        if not isinstance(value, Reference):
            return handler(value)
        try:
            return handler(str(value))
        except ValidationError:
            return handler(meaning(value))


def is_section(annotation: object) -> TypeGuard[type[Section]]:
    """Whether a field holds a section that is always there."""
    return isinstance(annotation, type) and issubclass(annotation, Section)


def conflict(message: str, *, key: str, **found: str) -> PydanticCustomError:
    """Return the error of a setting that conflicts with another one.

    Args:
        message: what is wrong and what to do; it may name values of found in braces.
        key: the setting at fault, relative to the section, with dots if it is nested deeper.
        **found: the values that message names.
    """
    return PydanticCustomError("conflict", message, {**found, "key": key})
