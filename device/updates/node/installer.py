"""The way of an installation on the node's side: download, ask root, wait for its result; then the next one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from device.config.sections.updates import UpdateSettings
from device.errors import UpdateError
from device.supervision.heartbeat import Heartbeat
from device.updates.artifact import Kind
from device.updates.node.install_queue import InstallQueue
from device.updates.node.progress import HANDED_OVER_PERCENT, download_percent
from device.updates.node.staging import download, stage, withdraw
from device.updates.node.status import UpdateStatus
from device.updates.node.timing import Timing
from device.updates.request import Result, read_result
from device.updates.signature import read_key

_LOG = logging.getLogger(__name__)

# Root reads other names in the folder only.
_QUEUE = "queue.json"


class Installer:
    """Has installed what waits, one at a time.

    Args:
        settings: the section of the configuration.
        folder: where downloads and the request go; it is made when it is needed.
        heartbeat: of the thread that calls advance().
        result: where root writes its result.
        is_stopping: whether a download should end, because the node does.
        timing: how long to wait.
        clock: monotonic, in seconds.
        now: returns the time in UTC.

    Attributes:
        last: when something was last installed, and the result; None if nothing ever was.
    """

    def __init__(
        self,
        settings: UpdateSettings,
        folder: Path,
        heartbeat: Heartbeat,
        result: Path,
        is_stopping: Callable[[], bool],
        *,
        timing: Timing,
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._heartbeat = heartbeat
        self._result_path = result
        self._is_stopping = is_stopping
        self._timing = timing
        self._clock = clock
        self._queue = InstallQueue(folder / _QUEUE, now)
        self._asked_at = 0.0
        self._downloaded_percent: int | None = None
        self._last_result: Result | None = None
        self.last: str | None = None

    @property
    def installing(self) -> tuple[Kind, ...]:
        """What is being installed, and what waits for that."""
        return self._queue.kinds

    @property
    def percent(self) -> int | None:
        """How far the first of them is; None when that is not known. Any thread may ask."""
        return self._downloaded_percent if self._queue.request is None else HANDED_OVER_PERCENT

    def add(self, kind: Kind) -> None:
        """Install a kind after those that wait; any thread may call this."""
        if not self._queue.add(kind):
            _LOG.info("The %s is being installed already", kind)

    def resume(self) -> None:
        """Go on after a restart, which the installation itself may have brought."""
        age = self._queue.load(self._timing.installation)
        if age is not None:
            self._asked_at = self._clock() - age

    def advance(self, status: UpdateStatus) -> None:
        """Do the next step, if it can be done.

        Args:
            status: what there is to install.
        """
        self._read_result()
        if self._queue.request is not None:
            self._give_up_if_late()
        elif self._queue.kinds:
            self._begin(self._queue.kinds[0], status)
        self._queue.save()

    def _begin(self, kind: Kind, status: UpdateStatus) -> None:
        try:
            self._download_and_ask(kind, status)
        except UpdateError as error:
            self._fail(str(error))
        finally:
            self._downloaded_percent = None

    def _download_and_ask(self, kind: Kind, status: UpdateStatus) -> None:
        listed = status.listed(kind)
        if listed is None:
            message = f"updates.index {self._settings.index} offers no {kind}, or could not be read"
            raise UpdateError(message)
        artifact = listed.artifact
        artifact.require_newer_than(status.installed(kind))
        key = read_key(self._settings.public_key or "")
        limit = self._timing.download
        self._heartbeat.begin(f"downloading {artifact}", limit + self._timing.margin)
        is_there = download(
            self._folder,
            listed.address,
            artifact,
            key,
            self._is_stopping,
            self._note_progress,
            limit,
        )
        if not is_there:
            return
        self._queue.ask(stage(self._folder, artifact))
        self._asked_at = self._clock()
        _LOG.info("%s is downloaded and verified; facet-update.service is to install it", artifact)

    def _note_progress(self, received: int, total: int | None) -> None:
        self._downloaded_percent = download_percent(received, total)

    def _read_result(self) -> None:
        result = read_result(self._result_path)
        if result is None or result == self._last_result:
            return
        self._last_result = result
        level = logging.INFO if result.is_installed else logging.ERROR
        _LOG.log(level, "The last update, at %s: %s", result.at, result.message)
        self.last = f"{result.at.isoformat(timespec='seconds')}: {result.message}"
        if self._queue.request and result.request == self._queue.request.id:
            self._queue.finish()

    def _give_up_if_late(self) -> None:
        waited = self._clock() - self._asked_at
        if waited > self._timing.pickup and withdraw(self._folder):
            self._fail(
                "nobody took the request; run: sudo systemctl enable --now facet-update.path"
            )
        elif waited > self._timing.installation:
            self._fail("facet-update.service wrote no result; see: journalctl --unit facet-update")

    def _fail(self, reason: str) -> None:
        _LOG.error("Nothing was installed: %s", reason)
        self.last = f"nothing was installed: {reason}"
        self._queue.finish()
