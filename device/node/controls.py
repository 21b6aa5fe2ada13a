"""What Home Assistant asks of the node: settings to change, things to install, and what the loop itself has to do."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from device import __version__
from device.entities.commands import parse_version, read_command
from device.entities.documents import SETTINGS, content
from device.entities.kinds import Row
from device.entities.requests import Capture, Change, Install, PeopleRequest, Restart
from device.entities.settings import Settings
from device.entities.table import documented
from device.errors import CommandError, StoreError
from device.node.settings_store import Loaded
from device.node.sink import Sink
from device.node.timing import Timing
from device.updates.artifact import Kind

_LOG = logging.getLogger(__name__)


class Store(Protocol):
    """What of the settings' store is needed here; see settings_store.SettingsStore."""

    def load(self) -> Loaded:
        """Return the settings to start with."""

    def save(self, settings: Settings) -> None:
        """Keep the settings."""


class Updating(Protocol):
    """What of the updates is needed here; see checker.Updates."""

    def install(self, kind: Kind) -> None:
        """Install what the index offers."""

    def check_soon(self) -> None:
        """Read the index soon."""


class Controls:
    """Reads commands, keeps the settings, and has them applied. The loop's thread uses it.

    A setting that cannot be kept is not applied: what Home Assistant shows is what the next start will have. But
    privacy is applied at once, before it is kept, and stays on even if it cannot be.

    Args:
        table: the node's rows.
        store: keeps the settings.
        sink: receives the settings.
        apply: each is given the settings at the start and whenever they have changed, in this order.
        updates: installs newer versions.
        people: does what is asked for the people who are enrolled.
        clock: monotonic, in seconds.
        timing: when to try again what could not be kept.
    """

    def __init__(
        self,
        table: Iterable[Row],
        store: Store,
        sink: Sink,
        *,
        apply: Sequence[Callable[[Settings], object]],
        updates: Updating,
        people: Callable[[PeopleRequest], None],
        clock: Callable[[], float],
        timing: Timing,
    ) -> None:
        self._table = tuple(table)
        self._store = store
        self._sink = sink
        self._applied_by = apply
        self._updates = updates
        self._people = people
        self._clock = clock
        self._timing = timing
        self._settings: Settings | None = None
        self._damage: str | None = None
        self._unkept: str | None = None
        self._save_again_at: float | None = None
        self._owes_settings = False
        self.newest_version = __version__
        """Of Facet, as somebody published it on the broker."""

    @property
    def settings(self) -> Settings:
        """As they are now; there are none before begin()."""
        if self._settings is None:
            message = "begin() comes first"
            raise RuntimeError(message)
        return self._settings

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with the settings, for the owner."""
        return tuple(fault for fault in (self._damage, self._unkept) if fault)

    def begin(self) -> None:
        """Load the settings, and have them applied."""
        loaded = self._store.load()
        self._damage = loaded.fault
        self._apply(loaded.settings)
        self._publish()

    def obey(self, key: str, payload: bytes) -> Capture | Restart | None:
        """Do what a command asks.

        Args:
            key: the last part of the command topic; anything.
            payload: as it came from the broker; anything.

        Returns:
            What the loop itself has to do; None when nothing is left.
        """
        try:
            request = read_command(self._table, key, payload)
        except CommandError as error:
            _LOG.warning("%s", error)
            # Home Assistant shows what it asked for until the actual value is published.
            self._owes_settings = True
            return None
        match request:
            case Change():
                self._change(request)
                return None
            case Install(kind):
                self._updates.install(kind)
                return None
            case Capture() | Restart():
                return request
            case _:
                self._people(request)
                return None

    def take_version(self, payload: bytes) -> None:
        """Take what somebody published as the newest version of Facet; nothing takes back what was published before."""
        try:
            self.newest_version = parse_version(payload) if payload else __version__
        except CommandError as error:
            _LOG.warning("%s", error)
        self._updates.check_soon()

    def tick(self) -> None:
        """Try again to keep that privacy is on, if it is time to; to be called about once a second."""
        if self._save_again_at is not None and self._clock() >= self._save_again_at:
            self._keep(self.settings)

    def publish_if_owed(self) -> None:
        """Publish the settings if a command came; to be called when nothing waits: a flood gets one answer."""
        if self._owes_settings:
            self._publish()

    def _change(self, change: Change) -> None:
        before = self.settings
        settings = change.apply(before)
        self._owes_settings = True
        if settings == before:
            return
        if settings.privacy and not before.privacy:
            self._apply(settings)
            self._keep(settings)
            _LOG.info("%s is set to %s", change.key, change.value)
            self._publish()
            return
        try:
            self._save(settings)
        except StoreError as error:
            self._unkept = f"{change.key} stays as it was, because it could not be kept: {error}"
            _LOG.error("%s", self._unkept)
            return
        _LOG.info("%s is set to %s", change.key, change.value)
        self._apply(settings)
        if not settings.privacy:
            self._damage = None

    def _keep(self, settings: Settings) -> None:
        """Keep settings that are applied already."""
        try:
            self._save(settings)
        except StoreError as error:
            fault = f"privacy is on, but not after a restart, because it could not be kept: {error}"
            if fault != self._unkept:
                _LOG.error("%s", fault)
            self._unkept = fault
            self._save_again_at = self._clock() + self._timing.save_interval

    def _save(self, settings: Settings) -> None:
        self._store.save(settings)
        self._unkept = None
        self._save_again_at = None

    def _apply(self, settings: Settings) -> None:
        self._settings = settings
        for apply in self._applied_by:
            apply(settings)

    def _publish(self) -> None:
        self._owes_settings = False
        self._sink.changed(SETTINGS, content(SETTINGS, documented(self._table), self.settings))
