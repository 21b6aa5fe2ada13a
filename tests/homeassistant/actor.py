"""A node that is only an actor: what it would publish, and what Home Assistant should then have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from device.config import Config
from device.discovery.payload import discovery_payload, entity_id
from device.discovery.selection import announced_rows
from device.entities.condition import Condition
from device.entities.documents import (
    DIAGNOSTICS,
    EVENT,
    MOTION,
    PRESSED,
    ROSTER,
    SEEN,
    SETTINGS,
    STATE,
    blank_state,
    content,
    happened,
    hidden_attributes,
    state_content,
)
from device.entities.kinds import Image, Platform, Row
from device.entities.outcome import Outcome
from device.entities.roster import Roster
from device.entities.settings import Settings
from device.entities.table import CELEBA, LABELS, entities
from device.mqtt.topics import OFFLINE, ONLINE, Topics
from device.observation import MotionLevel, Observation, Source, Trigger
from device.people.visitors import Visitor
from device.system.compact_json import compact
from device.system.vitals import Vitals
from device.updates.node.status import UpdateStatus
from tests.boards import RASPBERRY_PI

Message = tuple[str, str | dict[str, str]]

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
# No room has this id: no other node publishes under it.
NODE = "actor"


class Actor:
    """What a configured node publishes."""

    def __init__(self, sections: Mapping[str, Any]) -> None:
        self.config = Config.model_validate(sections)
        self.topics = Topics.of(self.config)
        self.table = entities(self.config, CELEBA)

    def script(
        self,
        messages: Iterable[Message],
        *,
        without: Sequence[str] = (),
        states: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Return the announcement, then these messages, and the states that Home Assistant should have in the end.

        Args:
            messages: after the announcement.
            without: keys of what should be gone.
            states: by key, where they are not obvious.
        """
        published = [*self.announcement(), *messages]
        rows = {
            entity_id(row, self.config.node.id): row
            for row in announced_rows(self.table, self.config)
            if row.key not in without and row.platform is not Platform.DEVICE_TRIGGER
        }
        last = dict(published)
        node, camera = last[self.topics.status] == ONLINE, last[self.topics.camera_status] == ONLINE
        picture = last.get(self.topics.picture_status) == ONLINE
        away = [
            name
            for name, row in rows.items()
            if row.is_enabled_by_default
            and not (
                node
                and (camera or not row.needs_camera)
                and (picture or not isinstance(row, Image))
            )
        ]
        ids = {row.key: name for name, row in rows.items()}
        return {
            "messages": published,
            "entities": list(rows),
            "unavailable": away,
            "states": {ids[key]: state for key, state in (states or {}).items()},
        }

    def announcement(self) -> list[Message]:
        """Return what is published at each connection."""
        settings = content(SETTINGS, self.table, Settings.configured(self.config))
        return [
            self._discovery(announced_rows(self.table, self.config)),
            (self.topics.camera_status, ONLINE),
            *self.picture(None),
            (self.topics.document(STATE), compact(blank_state(self.table))),
            (self.topics.document(SETTINGS), compact(settings)),
            self.diagnostics(newest="0.0.1", temperature=None),
            *self.motion(is_active=None),
            *self.roster(),
            (self.topics.status, ONLINE),
        ]

    def motion(self, *, is_active: bool | None) -> list[Message]:
        """What the motion sensor says; nothing if there is none."""
        document = content(MOTION, self.table, MotionLevel(is_active))
        return [(self.topics.document(MOTION), compact(document))] if document else []

    def roster(self, name: str = "", visitors: tuple[Visitor, ...] = ()) -> list[Message]:
        """What is typed for people, and who came; nothing if nobody is recognised."""
        document = content(ROSTER, self.table, Roster(name=name, visitors=visitors))
        return [(self.topics.document(ROSTER), compact(document))] if document else []

    def pressed(self) -> list[Message]:
        """A press of the button."""
        events = happened(PRESSED, self.table, Trigger(Source.BUTTON, NOW))
        return [(self.topics.document(PRESSED), compact(event)) for event in events]

    def picture(self, jpeg: bytes | None) -> list[Message]:
        """A picture, or that there is none; nothing if none may leave the node."""
        if not any(isinstance(row, Image) for row in self.table):
            return []
        content: Message = (self.topics.picture, {"hex": (jpeg or b"").hex()})
        if jpeg is None:
            return [(self.topics.picture_status, OFFLINE), content]
        return [content, (self.topics.picture_status, ONLINE)]

    def diagnostics(
        self,
        newest: str = "0.0.1",
        temperature: float | None = 48.5,
        updates: UpdateStatus | None = None,
    ) -> Message:
        """Return the diagnostics of the node."""
        condition = Condition(
            model="attributes 1",
            vitals=Vitals(cpu_temperature=temperature),
            newest_version=newest,
            updates=updates
            or UpdateStatus(model_version="1", can_install=self.config.updates.allow_install),
        )
        return self.topics.document(DIAGNOSTICS), compact(
            content(DIAGNOSTICS, self.table, condition)
        )

    def farewell(self, *keys: str) -> list[Message]:
        """Return what is published when rows have left the table."""
        rest = [row for row in self.table if row.key not in keys]
        gone = {row.key: row.platform.value for row in self.table if row.key in keys}
        return [self._discovery(rest, gone), self._discovery(rest)]

    def changed_settings(self) -> list[Message]:
        """Return every mode, and both limits of every number."""
        plain = Settings.configured(self.config)
        changes: list[dict[str, Any]] = [
            *({"picture_mode": mode} for mode in self.config.privacy.picture_modes),
            {"privacy": True, "motion_trigger": False},
            {"threshold_offset": -0.4, "motion_cool_down": 0.0},
            {"threshold_offset": 0.4, "motion_cool_down": 3600.0},
        ]
        topic = self.topics.document(SETTINGS)
        return [
            (topic, compact(content(SETTINGS, self.table, replace(plain, **change))))
            for change in changes
        ]

    def observed(self, observation: Observation) -> list[Message]:
        """The state, the event with the sender's stamps, and what is seen, of an observation."""
        published = NOW + timedelta(milliseconds=130)
        stamps = {
            "occurred_at": NOW.isoformat(),
            "delivered_at": published.isoformat(),
            "waited": 0.13,
            "time_uncertain": False,
        }
        shown = observation.without_attributes(hidden_attributes(LABELS, self.table))
        (event,) = happened(EVENT, self.table, shown)
        state = state_content(self.table, Outcome(observation, published))
        return [
            (self.topics.document(STATE), compact(state)),
            (self.topics.document(EVENT), compact(event | stamps | {"repeated": False})),
            *(
                (self.topics.document(SEEN), compact(one))
                for one in happened(SEEN, self.table, shown)
            ),
        ]

    def _discovery(self, table: Iterable[Row], gone: Mapping[str, str] | None = None) -> Message:
        payload = discovery_payload(self.config.node, self.topics, table, RASPBERRY_PI, gone)
        return self.topics.discovery, compact(payload)
