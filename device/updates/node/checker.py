"""The node's side: looks at the index now and then, and has installed what the owner wants."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from random import random
from time import monotonic

from device import __version__
from device.config.sections.updates import UpdateSettings
from device.errors import UpdateError
from device.supervision.heartbeat import Heartbeat
from device.updates.artifact import Kind
from device.updates.node.index import ModelRelease, Release, read_index
from device.updates.node.staging import DOWNLOADING, download, order, withdraw
from device.updates.node.status import UpdateStatus
from device.updates.request import RESULT, Request, Result, read_result
from device.updates.signature import read_key

_LOG = logging.getLogger(__name__)

# Seconds between two looks at root's answer, which also comes after a restart that root has made.
_POLL = 2.0
# Seconds between two looks at the index, however often somebody says that there is something new.
_LEAST_INTERVAL = 60.0
# Seconds after which an index that could not be read is tried again.
_RETRY = 600.0
# Seconds in which root's unit has to begin, and to be done: pip, models and the restart, on the slowest board.
_BEGINNING = 60.0
_INSTALLING = 2400.0
# Seconds beyond all time-outs before the thread counts as hanging; a resolver may take minutes.
_MARGIN = 300.0


@dataclass(frozen=True, slots=True)
class _Asked:
    """An installation that root was asked for, and when."""

    request: Request
    at: float


class Updates:
    """What the node knows of newer versions. Its thread, "updates", is there only if an index is configured.

    Args:
        settings: the section of the configuration.
        folder: where downloads and the request go; it is made when it is needed.
        model: name and version of the attribute network; None for one that updates do not concern.
        heartbeat: hears of the thread's progress.
        result: where root answers.
    """

    def __init__(
        self,
        settings: UpdateSettings,
        folder: Path,
        model: tuple[str, str] | None,
        heartbeat: Heartbeat,
        result: Path = RESULT,
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._model, model_version = model or ("", None)
        self._heartbeat = heartbeat
        self._result = result
        # What others want, in as many words as come: one of each kind is remembered.
        self._wake = threading.Event()
        self._wanted: Kind | None = None
        self._wants_look = True
        self._stopping = threading.Event()
        self._next_look = self._last_look = float("-inf")
        self._asked: _Asked | None = None
        self._heard: Result | None = None
        self._said = ""
        self._thread = threading.Thread(target=self._run, name="updates", daemon=True)
        # The thread replaces it as a whole; others read it whenever they like.
        self.news = UpdateStatus(model_version=model_version, can_install=settings.allow_install)
        """What is known now."""

    def start(self) -> None:
        """Begin to look, in the background."""
        if self._settings.index is not None:
            self._thread.start()

    def look(self) -> None:
        """Look at the index soon: somebody said that there is something new."""
        self._wants_look = True
        self._wake.set()

    def install(self, kind: Kind) -> None:
        """Install what the index offers, if the owner allows it."""
        if not self._settings.allow_install:
            _LOG.warning("Nothing is installed: updates.allow_install is false")
        else:
            self._wanted = kind
            self._wake.set()

    def stop(self, timeout: float = 3.0) -> None:
        """End the thread, which may be downloading, within so many seconds if it can be done."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping.is_set():
            if self._wants_look:
                self._wants_look = False
                self._next_look = min(self._next_look, self._last_look + _LEAST_INTERVAL)
            if monotonic() >= self._next_look:
                self._last_look = monotonic()
                self._next_look = self._last_look + self._look()
            kind, self._wanted = self._wanted, None
            if kind is not None:
                self._install(kind)
            self._hear()
            self._heartbeat.begin("waiting", _POLL + _MARGIN)
            self._wake.wait(_POLL)
            self._wake.clear()

    def _look(self) -> float:
        """Read the index, and return after how many seconds to do so again."""
        interval = self._settings.check_interval
        self._heartbeat.begin("reading the index", _MARGIN)
        try:
            index = read_index(self._settings.index or "")
        except UpdateError as error:
            level = logging.DEBUG if str(error) == self._said else logging.WARNING
            self._said = str(error)
            _LOG.log(level, "%s", error)
            return min(interval, _RETRY)
        self._said = ""
        model = index.model(self._model)
        if (index.release, model) != (self.news.release, self.news.model):
            _LOG.info(
                "The index offers Facet %s, where %s runs, and the attribute network %s, where %s runs",
                index.release.version if index.release else "in no version",
                __version__,
                model.version if model else "in no version",
                self.news.model_version,
            )
        self.news = replace(self.news, release=index.release, model=model)
        # The nodes of many houses should not come to one server in the same moment.
        return interval * (0.9 + 0.2 * random())  # noqa: S311 - jitter, not cryptography

    def _install(self, kind: Kind) -> None:
        if self._asked is not None:
            _LOG.info("Nothing more is installed while the %s is", self.news.installing)
            return
        self.news = replace(self.news, installing=kind)
        try:
            self._asked = self._order(kind)
        except UpdateError as error:
            self._failed(str(error))

    def _order(self, kind: Kind) -> _Asked | None:
        """Download, and ask root; None if the node ends before."""
        listed: Release | ModelRelease | None = self.news.release
        installed = __version__
        if kind is Kind.MODEL:
            listed, installed = self.news.model, self.news.model_version or ""
        if listed is None:
            msg = f"{self._settings.index} offers no {kind}, or could not be read"
            raise UpdateError(msg)
        artifact = listed.artifact
        artifact.require_newer_than(installed)
        key = read_key(self._settings.public_key or "")
        self._heartbeat.begin(f"downloading {artifact}", DOWNLOADING + _MARGIN)
        if not download(self._folder, listed.url, artifact, key, self._stopping.is_set):
            return None
        request = order(self._folder, artifact)
        _LOG.info("%s is downloaded and verified; facet-update.service is to install it", artifact)
        return _Asked(request, monotonic())

    def _hear(self) -> None:
        result = read_result(self._result)
        if result is not None and result != self._heard:
            self._heard = result
            level = logging.INFO if result.is_installed else logging.ERROR
            _LOG.log(level, "The last update, at %s: %s", result.at, result.message)
            said = f"{result.at.isoformat(timespec='seconds')}: {result.message}"
            self.news = replace(self.news, last=said)
            if self._asked and result.request == self._asked.request.id:
                self._done()
        if self._asked is None:
            return
        waited = monotonic() - self._asked.at
        if waited > _BEGINNING and withdraw(self._folder):
            self._failed(
                "nobody took the request; run: sudo systemctl enable --now facet-update.path"
            )
        elif waited > _INSTALLING:
            self._failed("facet-update.service gave no answer; see: journalctl --unit facet-update")

    def _failed(self, why: str) -> None:
        _LOG.error("Nothing was installed: %s", why)
        self.news = replace(self.news, last=f"nothing was installed: {why}")
        self._done()

    def _done(self) -> None:
        self._asked = None
        self.news = replace(self.news, installing=None)
