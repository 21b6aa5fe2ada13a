"""The record of a step in a work folder: from what it was begun, and whether it is finished."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from device.system.atomic_write import atomic_write

_FOLDER = "pipeline"


class Record(BaseModel):
    """How far a step is.

    Attributes:
        fingerprint: of everything that decides what the step makes; see plan.
        is_finished: False while it runs, and after it was interrupted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    fingerprint: str
    is_finished: bool


def read_records(work: Path) -> dict[str, Record]:
    """Return the records of a work folder by the names of the steps; one that cannot be read does not count."""
    records = {}
    for path in (work / _FOLDER).glob("*.json"):
        try:
            records[path.stem] = Record.model_validate_json(path.read_bytes())
        except ValidationError:
            continue
    return records


def write_record(work: Path, step: str, record: Record) -> None:
    """Write the record of a step so that a kill leaves either the old or the new one."""
    path = work / _FOLDER / f"{step}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, record.model_dump_json() + "\n")
