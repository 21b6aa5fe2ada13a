"""A JSON document that survives a restart."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_LOG = logging.getLogger(__name__)


class JsonStore:
    """One JSON object in one file, which is replaced as a whole or not at all.

    What it holds is convenient and not vital: a file that cannot be read counts as empty, one that
    cannot be written is reported, and the node goes on.

    Args:
        path: the file; its folder must exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> dict[str, Any]:
        """Return what was saved last; empty when there is nothing, or nothing readable."""
        try:
            document = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            _LOG.warning("%s cannot be read (%s) and counts as empty", self._path, error)
            return {}
        return document if isinstance(document, dict) else {}

    def save(self, document: Mapping[str, Any]) -> None:
        """Replace what was saved before."""
        unfinished = self._path.with_suffix(".part")
        try:
            with unfinished.open("w", encoding="utf-8") as file:
                file.write(json.dumps(document))
                file.flush()
                # Else a power cut may leave an empty file behind, and privacy would be off at the next start.
                os.fsync(file.fileno())
            unfinished.replace(self._path)
            _sync_folder(self._path.parent)
        except OSError as error:
            _LOG.error(
                "%s cannot be written (%s); make room, or set node.state_directory",
                self._path,
                error,
            )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
