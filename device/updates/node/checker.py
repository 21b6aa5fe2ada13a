"""The node's side of updates, on a thread for that alone: reads the index, and has installed what the owner wants."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import monotonic

from device import __version__
from device.config.sections.updates import UpdateSettings
from device.observation import utc_now
from device.supervision.heartbeat import Heartbeat
from device.updates.artifact import Kind
from device.updates.node.index import Index
from device.updates.node.index_reader import IndexReader
from device.updates.node.installer import Installer
from device.updates.node.status import UpdateStatus
from device.updates.node.timing import Timing
from device.updates.request import RESULT

_LOG = logging.getLogger(__name__)


class Updates:
    """What the node knows of newer versions, and what it does with them.

    Args:
        settings: the section of the configuration; without an index nothing happens.
        folder: where downloads and the request go; it is made when it is needed.
        model: name and version of the attribute network; None for one that updates do not concern.
        heartbeat: of the thread.
        result: where root writes its result.
        timing: how often and how long.
        clock: monotonic, in seconds.
        now: returns the time in UTC.
    """

    def __init__(
        self,
        settings: UpdateSettings,
        folder: Path,
        model: tuple[str, str] | None,
        heartbeat: Heartbeat,
        result: Path = RESULT,
        *,
        timing: Timing | None = None,
        clock: Callable[[], float] = monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._settings = settings
        self._model = model[0] if model else ""
        self._model_version = model[1] if model else None
        self._heartbeat = heartbeat
        self._timing = timing or Timing()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._index = Index(format=1)
        self._reader = IndexReader(
            settings.index,
            settings.check_interval,
            heartbeat,
            timing=self._timing,
            clock=clock,
        )
        self._installer = Installer(
            settings,
            folder,
            heartbeat,
            result,
            self._stopping.is_set,
            timing=self._timing,
            clock=clock,
            now=now,
        )
        self._thread = threading.Thread(target=self._run, name="facet-updates", daemon=True)

    @property
    def status(self) -> UpdateStatus:
        """What is known now; any thread may ask."""
        # The thread replaces the index as a whole.
        index = self._index
        return UpdateStatus(
            release=index.release,
            model=index.model(self._model),
            model_version=self._model_version,
            installing=self._installer.installing,
            percent=self._installer.percent,
            can_install=self._settings.allow_install,
            last=self._installer.last,
        )

    @property
    def is_running(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin in the background, if an index is configured."""
        if self._settings.index is not None:
            self._thread.start()

    def check_soon(self) -> None:
        """Read the index soon: somebody published that there is a new version."""
        self._reader.hint()
        self._wake.set()

    def install(self, kind: Kind) -> None:
        """Install what the index offers, after what is being installed, if the owner allows it."""
        if not self._settings.allow_install:
            _LOG.warning("Nothing is installed: updates.allow_install is false")
            return
        self._installer.add(kind)
        self._wake.set()

    def stop(self, timeout: float = 3.0) -> None:
        """End the thread, which may be downloading.

        Args:
            timeout: how long to wait for its end, in seconds.
        """
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def resume(self) -> None:
        """Go on with an installation that has restarted the node; before the first turn()."""
        if self._settings.allow_install:
            self._installer.resume()

    def turn(self) -> None:
        """Do what is due; the thread does this over and over."""
        index = self._reader.read_if_due()
        if index is not None:
            self._note(index)
        self._installer.advance(self.status)

    def _run(self) -> None:
        self.resume()
        while not self._stopping.is_set():
            self.turn()
            self._heartbeat.begin("waiting", self._timing.poll + self._timing.margin)
            self._wake.wait(self._timing.poll)
            self._wake.clear()

    def _note(self, index: Index) -> None:
        before, self._index = self._index, index
        model = index.model(self._model)
        if (index.release, model) == (before.release, before.model(self._model)):
            return
        _LOG.info(
            "The index offers Facet %s, where %s runs, and the attribute network %s, where %s runs",
            index.release.version if index.release else "in no version",
            __version__,
            model.version if model else "in no version",
            self._model_version,
        )
