"""All sinks as one: what was seen reaches each of them, and so does the end of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from device.entities.documents import STATE
from device.entities.kinds import Document, Json
from device.entities.settings import Settings
from device.mqtt.waiting_event import Event
from device.node.expiring_state import ExpiringState
from device.node.observer import decision
from device.node.sink import Sink
from device.observation import Observation, Trigger

_LOG = logging.getLogger(__name__)

_NEVER = float("inf")


class FanOut:
    """A sink that hands everything on to others, in their order. The loop's thread uses it.

    What follows from an observation is decided here, once for all sinks: what of it may leave the node, the state
    document, and for how long state and picture hold.

    Args:
        sinks: receive everything.
        state: the state document.
        picture_expiry: seconds.
        hidden: attributes that never leave the node; they reach no sink.
        redact: takes the secrets of the configuration out of what a document says.
        offered: attributes that a node shows from the start; others are marked where their owner has enabled them.
        clock: monotonic, in seconds.
    """

    def __init__(
        self,
        sinks: Sequence[Sink],
        *,
        state: ExpiringState,
        picture_expiry: float,
        hidden: Collection[str],
        redact: Callable[[Mapping[str, Json]], Mapping[str, Json]],
        offered: Collection[str],
        clock: Callable[[], float],
    ) -> None:
        self._sinks = sinks
        self._state = state
        self._picture_expiry = picture_expiry
        self._hidden = frozenset(hidden)
        self._redact = redact
        self._offered = frozenset(offered)
        self._clock = clock
        self._picture_ends_at = _NEVER
        self._settings: Settings | None = None
        self._was_online = False

    def begin(self, newest: Event | None) -> None:
        """Take up the state of before this start.

        Args:
            newest: see ExpiringState.restore.
        """
        self._state.restore(newest)
        self.changed(STATE, self._state.document)

    def triggered(self, trigger: Trigger) -> None:
        """Hand on a trigger."""
        for sink in self._sinks:
            sink.triggered(trigger)

    def observed(self, observation: Observation, picture: bytes | None) -> None:
        """Hand on an observation without what is hidden, and the state that follows from it."""
        shown = self._shown(observation)
        state = self._state.observed(shown)
        self._picture_ends_at = _NEVER if picture is None else self._clock() + self._picture_expiry
        for sink in self._sinks:
            sink.observed(shown, picture)
            sink.changed(STATE, state)
        self._state.save()

    def reconsidered(self, observation: Observation) -> None:
        """Hand on the state that follows from newer decisions about the newest observation, and nothing else.

        Its event has said what was decided then, and its picture is the same. What is over stays over.
        """
        shown = self._shown(observation)
        if not self._state.reconsidered(shown):
            return
        if shown.primary is not None:
            _LOG.info("Decided again: %s (event %s)", decision(shown.primary), shown.event_id)
        self.changed(STATE, self._state.document)
        self._state.save()

    def changed(self, document: Document[Any], content: Mapping[str, Json]) -> None:
        """Hand on a document, with no secret in what it says: an error may have come from anywhere."""
        shown = self._redact(content)
        for sink in self._sinks:
            sink.changed(document, shown)

    def cleared(self) -> None:
        """Have every sink show no picture, if one is shown."""
        if self._picture_ends_at == _NEVER:
            return
        self._picture_ends_at = _NEVER
        for sink in self._sinks:
            sink.cleared()

    def camera(self, *, is_online: bool) -> None:
        """Hand on whether the camera gives pictures; once it is lost, what was seen is over."""
        was_online, self._was_online = self._was_online, is_online
        for sink in self._sinks:
            sink.camera(is_online=is_online)
        # At the start it has not been looked for.
        if was_online and not is_online:
            self._end_what_was_seen()

    def apply(self, settings: Settings) -> None:
        """Take other settings: the picture goes with what allowed it, and with privacy what was seen is over."""
        before, self._settings = self._settings, settings
        if before is not None and (before.privacy, before.picture_mode) != (
            settings.privacy,
            settings.picture_mode,
        ):
            self.cleared()
        if settings.privacy:
            self._end_what_was_seen()

    def tick(self) -> None:
        """End what was seen, and its picture, when that is over; to be called about once a second."""
        if self._clock() >= self._picture_ends_at:
            self.cleared()
        if self._state.expire():
            self.changed(STATE, self._state.document)

    def _shown(self, observation: Observation) -> Observation:
        return observation.without_attributes(self._hidden).offering(self._offered)

    def forget(self) -> None:
        """End what was seen, also on the disk, and its picture: somebody was forgotten, or has another name."""
        self.cleared()
        if self._state.forget():
            self.changed(STATE, self._state.document)

    def _end_what_was_seen(self) -> None:
        if self._state.end():
            self.changed(STATE, self._state.document)
