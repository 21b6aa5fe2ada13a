"""A JSON document that survives a restart, and whose damages are found."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from device.errors import StoreError
from device.observation import utc_now
from device.system.aside import read_plain_file, set_aside
from device.system.atomic_write import atomic_write
from device.system.checksums import Checked, check, with_checksums

_LOG = logging.getLogger(__name__)

# The longest has some kilobytes.
_MAXIMUM_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Shape:
    """What a document must look like, whoever has written it.

    Attributes:
        kinds: the types of its values by key, where it has such a key; others are not looked at.
        required: a key that no such document is without, unless checksums say that it is whole.
        may_be_empty: whether one without anything is such a document too.
    """

    kinds: Mapping[str, tuple[type, ...]] = field(default_factory=dict)
    required: str | None = None
    may_be_empty: bool = False

    def fault(self, checked: Checked) -> str | None:
        """Return what is wrong with a document; None when nothing is."""
        values = checked.values
        wrong = sorted(values.keys() - self.fitting(values).keys())
        if wrong:
            return f"it is damaged: what it has as {', '.join(wrong)} is of another kind"
        is_whole = (
            self.required is None or self.required in values or (self.may_be_empty and not values)
        )
        if not (is_whole or checked.is_certain):
            return f"it is damaged, or another file: it has no {self.required}"
        return None

    def fitting(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return a document without what is of another kind; a boolean is no number."""
        return {
            key: value
            for key, value in values.items()
            if key not in self.kinds or type(value) in self.kinds[key]
        }


ANY = Shape()


class JsonStore:
    """One JSON object in one file, which is replaced as a whole or not at all.

    read() and write() raise, for vital data; load() and save() log what is wrong and go on, for what is only
    convenient.

    Args:
        path: the file; its folder must exist.
        now: returns the time in UTC, for the name of a damaged file.
        has_checksums: False for a file in which an older Facet would take a key of ours for one of its own.
    """

    def __init__(
        self, path: Path, now: Callable[[], datetime] = utc_now, *, has_checksums: bool = True
    ) -> None:
        self.path = path
        self._now = now
        self._has_checksums = has_checksums
        self._reported: str | None = None

    @property
    def is_damaged(self) -> bool:
        """Whether load() has found the file damaged since this object was made."""
        return self._reported is not None

    def read(self, shape: Shape = ANY) -> dict[str, Any] | None:
        """Return what was written last; None when there is no file.

        Args:
            shape: of the document.

        Raises:
            StoreError: the file exists, but cannot be read, does not hold a JSON object, or not the one that was
                written. It has the values that are certain.
        """
        content = read_plain_file(self.path, _MAXIMUM_BYTES)
        if content is None:
            return None
        checked = check(content, self.path.name)
        damage = checked.damage or shape.fault(checked)
        if damage is not None:
            raise StoreError(self.path, damage, shape.fitting(checked.values))
        return checked.values

    def write(self, document: Mapping[str, Any]) -> None:
        """Replace what was written before.

        Raises:
            StoreError: it could not be written; what was written before is still there.
        """
        checked = with_checksums(document, self.path.name) if self._has_checksums else document
        try:
            atomic_write(self.path, json.dumps(checked))
        except OSError as error:
            found = f"it cannot be written: {error.strerror or error}; make room, or set node.state_directory"
            raise StoreError(self.path, found) from error

    def load(self, shape: Shape = ANY) -> dict[str, Any]:
        """Return what was written last, without what is damaged; a damaged file is logged, set aside and replaced.

        Args:
            shape: of the document.
        """
        try:
            return self.read(shape) or {}
        except StoreError as error:
            values = dict(error.readable)
            if str(error) != self._reported:
                self._reported = str(error)
                outcome = self.replace_damaged(values)
                rest = "what cannot be read counts as empty" if values else "it counts as empty"
                _LOG.warning("%s. %s; %s", error, outcome, rest)
            return values

    def save(self, document: Mapping[str, Any]) -> None:
        """Replace what was written before; a failure is logged."""
        try:
            self.write(document)
        except StoreError as error:
            _LOG.error("%s", error)

    def replace_damaged(self, document: Mapping[str, Any]) -> str:
        """Keep a damaged file under a second name, and have a document take its place, if both can be done.

        Returns:
            What became of the file, for the log: a sentence without its full stop.
        """
        try:
            aside = set_aside(self.path, self._now())
        except OSError as error:
            return f"It cannot be set aside ({error.strerror or error}) and stays as it is"
        self.save(document)
        return f"It is kept as {aside}"
