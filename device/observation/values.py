"""What the values of a document are, as types from which schemas are made, and how a time is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias


@dataclass(frozen=True, slots=True, eq=False)
class Keywords:
    """What JSON Schema says of a value in addition to its type, beside the type in an annotation.

    Attributes:
        of_schema: keywords and their values.
    """

    of_schema: Mapping[str, Any]

    def __get_pydantic_json_schema__(
        self, core: object, handler: Callable[[object], Mapping[str, Any]]
    ) -> dict[str, Any]:
        """Return the schema of a value; pydantic asks for it."""
        return {**handler(core), **self.of_schema}


Time: TypeAlias = Annotated[str, Keywords({"format": "date-time"})]
"""ISO 8601; see iso_time."""

Share: TypeAlias = Annotated[float, Keywords({"minimum": 0, "maximum": 1})]
"""0..1."""

Count: TypeAlias = Annotated[int, Keywords({"minimum": 0})]


def utc_now() -> datetime:
    """Return the time in UTC; the default of every clock that records a time."""
    return datetime.now(UTC)


def iso_time(moment: datetime) -> str:
    """Return a time as every document has it: ISO 8601, with milliseconds."""
    return moment.isoformat(timespec="milliseconds")
