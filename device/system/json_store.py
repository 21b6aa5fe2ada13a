"""A JSON document that survives a restart."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from device.errors import StoreError
from device.observation import utc_now
from device.system.atomic_write import atomic_write

_LOG = logging.getLogger(__name__)


class JsonStore:
    """One JSON object in one file, which is replaced as a whole or not at all.

    read() and write() raise, for vital data; load() and save() log what is wrong and go on, for what is only
    convenient.

    Args:
        path: the file; its folder must exist.
        now: returns the time in UTC, for the name of a damaged file.
    """

    def __init__(self, path: Path, now: Callable[[], datetime] = utc_now) -> None:
        self.path = path
        self._now = now

    def read(self) -> dict[str, Any] | None:
        """Return what was written last; None when there is no file.

        Raises:
            StoreError: the file exists, but cannot be read or does not hold a JSON object.
        """
        try:
            document = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(self.path, f"it cannot be read: {error.strerror or error}") from error
        except (ValueError, RecursionError) as error:
            raise StoreError(self.path, f"it is damaged: {error}") from error
        if not isinstance(document, dict):
            raise StoreError(self.path, "it is damaged: it does not hold an object")
        return document

    def write(self, document: Mapping[str, Any]) -> None:
        """Replace what was written before.

        Raises:
            StoreError: it could not be written; what was written before is still there.
        """
        try:
            atomic_write(self.path, json.dumps(document))
        except OSError as error:
            found = f"it cannot be written: {error.strerror or error}; make room, or set node.state_directory"
            raise StoreError(self.path, found) from error

    def load(self) -> dict[str, Any]:
        """Return what was written last; a file that cannot be read is logged and counts as empty."""
        try:
            return self.read() or {}
        except StoreError as error:
            _LOG.warning("%s. It counts as empty", error)
            return {}

    def save(self, document: Mapping[str, Any]) -> None:
        """Replace what was written before; a failure is logged."""
        try:
            self.write(document)
        except StoreError as error:
            _LOG.error("%s", error)

    def keep_aside(self) -> bool:
        """Keep the content of the file under a second name; return whether that was possible.

        The file itself stays until another takes its place: there is no moment without one.
        """
        aside = self.path.with_name(f"{self.path.name}.damaged-{self._now():%Y%m%dT%H%M%S}")
        try:
            try:
                os.link(self.path, aside)
            except OSError:  # a file system such as FAT has no hard links
                shutil.copyfile(self.path, aside)
        except OSError as error:
            _LOG.error("%s cannot be kept as %s: %s", self.path, aside.name, error.strerror)
            return False
        _LOG.warning("%s is kept as %s", self.path, aside.name)
        return True
