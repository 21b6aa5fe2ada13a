"""What the owner wants installed, one after the other. It survives the restart that ends each installation."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from device.errors import StoreError
from device.system.aside import read_plain_file, set_aside
from device.system.atomic_write import atomic_write
from device.system.validation import describe
from device.updates.artifact import Kind
from device.updates.request import MAXIMUM_DOCUMENT_BYTES, Request

_LOG = logging.getLogger(__name__)

# A request, and what waits after it.
_MAXIMUM_BYTES = 2 * MAXIMUM_DOCUMENT_BYTES


class _Document(BaseModel):
    """What a restart must not lose.

    Attributes:
        asked_at: when root was asked, in UTC.
        request: what root was asked to install.
        waiting: what comes after that.
    """

    model_config = ConfigDict(defer_build=True, frozen=True, strict=True, extra="forbid")

    asked_at: AwareDatetime
    request: Request
    waiting: tuple[Kind, ...]


class InstallQueue:
    """Each kind stands in it once at most. Any thread may add; one thread does all else.

    It is on disk only while root is at work, for only then the node is restarted.

    Args:
        path: the file.
        now: returns the time in UTC.
    """

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._path = path
        self._now = now
        self._lock = threading.Lock()
        self._kinds: tuple[Kind, ...] = ()
        self._asked: tuple[Request, datetime] | None = None
        self._saved: _Document | None = None

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """All of them; the first one is being installed."""
        return self._kinds

    @property
    def request(self) -> Request | None:
        """What root was asked to install: the first kind. None before it was asked."""
        return self._asked[0] if self._asked else None

    def add(self, kind: Kind) -> bool:
        """Put a kind at the end, and return whether it was not there yet."""
        with self._lock:
            is_new = kind not in self._kinds
            if is_new:
                self._kinds = (*self._kinds, kind)
        return is_new

    def ask(self, request: Request) -> None:
        """Take note that root was asked to install the first one."""
        self._asked = request, self._now()

    def finish(self) -> None:
        """Take the first one away, however it ended."""
        with self._lock:
            self._kinds = self._kinds[1:]
        self._asked = None

    def save(self) -> None:
        """Bring the file up to date."""
        document = None
        if self._asked is not None:
            request, asked_at = self._asked
            document = _Document(asked_at=asked_at, request=request, waiting=self._kinds[1:])
        if document == self._saved:
            return
        self._saved = document
        try:
            if document is None:
                self._path.unlink(missing_ok=True)
            else:
                atomic_write(self._path, document.model_dump_json())
        except OSError as error:
            _LOG.error(
                "%s cannot be written (%s); what waits to be installed is lost if the node restarts",
                self._path,
                error,
            )

    def load(self, maximum_age: float) -> float | None:
        """Go on with what the file holds, and remove it if it is too old: nobody expects an installation any more.

        Args:
            maximum_age: in seconds.

        Returns:
            How long ago root was asked, in seconds; None when there is nothing to go on with.
        """
        document = self._read()
        if document is None:
            return None
        age = self._now() - document.asked_at
        if not timedelta() <= age <= timedelta(seconds=maximum_age):
            _LOG.warning(
                "The request to install %s is %s old and is given up; press Install again",
                document.request.artifact,
                age,
            )
            self._forget()
            return None
        with self._lock:
            added = [kind for kind in self._kinds if kind not in document.waiting]
            self._kinds = (document.request.artifact.kind, *document.waiting, *added)
        self._asked = document.request, document.asked_at
        self._saved = document
        return age.total_seconds()

    def _read(self) -> _Document | None:
        folder = self._path.parent
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            self._set_aside(folder, f"{folder} is not a folder")
            return None
        try:
            content = read_plain_file(self._path, _MAXIMUM_BYTES)
            return None if content is None else _Document.model_validate_json(content)
        except StoreError as error:
            self._set_aside(self._path, str(error))
        except ValidationError as error:
            self._set_aside(self._path, f"{self._path} is damaged ({describe(error)})")
        return None

    def _set_aside(self, path: Path, found: str) -> None:
        try:
            outcome = f"It is kept as {set_aside(path, self._now())}"
            path.unlink(missing_ok=True)
        except OSError as error:
            outcome = f"It cannot be set aside: {error.strerror or error}"
        _LOG.warning("%s. %s; nothing waits to be installed: press Install again", found, outcome)

    def _forget(self) -> None:
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            _LOG.error("%s cannot be removed: %s", self._path, error)
