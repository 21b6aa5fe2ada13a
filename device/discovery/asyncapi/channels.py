"""Each topic that a node publishes or receives: who sends what there, and whether the broker keeps it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from device.discovery.asyncapi.contents import document_schema, event_schema
from device.discovery.asyncapi.schemas import Schema, Schemas
from device.discovery.asyncapi.values import command_schema
from device.discovery.message import DiscoveryJson
from device.discovery.reference import shipped_catalogue
from device.entities.commands import LONGEST, VERSION, takes_commands
from device.entities.documents import (
    DIAGNOSTICS,
    ENROLMENT,
    EVENT,
    EVENTS,
    MOTION,
    PRESSED,
    RECOGNISED,
    RETAINED,
    ROSTER,
    SEEN,
    SETTINGS,
    STATE,
)
from device.entities.kinds import Document, Number, Row
from device.entities.person_device import PERSON_DEVICE, SIGHTING
from device.entities.update import Update
from device.mqtt.topics import BIRTH_TOPIC, OFFLINE, ONLINE, Topics

TOPICS = Topics("{base_topic}", "{node}", "{discovery_prefix}")
"""Of any node."""

_PERSON = "{person}"
_SUMMARIES: dict[Document[Any], str] = {
    STATE: "The result of the newest observation.",
    SETTINGS: "The settings that can be changed over MQTT.",
    DIAGNOSTICS: "The condition of the node.",
    MOTION: "What the motion sensor says; only if there is one.",
    ROSTER: "What is typed and chosen for people, and which unknown visitors came; only with people.enabled.",
    EVENT: "One observation. It waits on the node's disk until the broker has confirmed it.",
    SEEN: "One attribute of the newest observation; event_type is the name of its entity, in the node's language.",
    RECOGNISED: "Somebody of the newest observation who is enrolled, or somebody unknown; only with people.enabled.",
    PRESSED: "A press of the button on the node.",
    ENROLMENT: "What came of Enrol, Rename, Name this visitor or Forget; only with people.enabled.",
}


class Content(StrEnum):
    """The media types of payloads."""

    JSON = "application/json"
    TEXT = "text/plain"
    JPEG = "image/jpeg"
    SEALED = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One topic.

    Attributes:
        name: of the channel in the document.
        address: the topic, with parameters in braces.
        summary: what is on it.
        payload: its schema.
        content: its media type.
        is_sent: by the node.
        is_received: by the node.
        is_retained: by the broker, if the node sends it.
        is_cleared: whether an empty message takes back what was there.
        qos: with which it is sent, or subscribed to.
    """

    name: str
    address: str
    summary: str
    payload: Schema
    content: Content = Content.JSON
    is_sent: bool = True
    is_received: bool = False
    is_retained: bool = False
    is_cleared: bool = False
    qos: int = 1


def channels(schemas: Schemas) -> Iterator[Channel]:
    """Yield every topic.

    Args:
        schemas: collects definitions.
    """
    table = shipped_catalogue()
    yield from _availability()
    for document in RETAINED:
        yield _retained(
            document,
            TOPICS.document(document),
            _SUMMARIES[document],
            document_schema(document, table, schemas),
        )
    for document in EVENTS:
        payload = event_schema(document, table, schemas)
        summary = _SUMMARIES[document]
        yield Channel(
            name=document, address=TOPICS.document(document), summary=summary, payload=payload
        )
    yield _PICTURE
    yield from _people(schemas)
    yield from _home_assistant(schemas)
    yield _NEWEST_VERSION
    yield from _commands(table)


def _retained(
    name: str,
    address: str,
    summary: str,
    payload: Schema,
    *,
    content: Content = Content.JSON,
    is_received: bool = False,
) -> Channel:
    return Channel(
        name=name,
        address=address,
        summary=summary,
        payload=payload,
        content=content,
        is_received=is_received,
        is_retained=True,
        is_cleared=True,
    )


def _availability() -> Iterator[Channel]:
    for name, address, summary in (
        (
            "status",
            TOPICS.status,
            "Whether the node is there. The broker itself publishes offline when it vanishes.",
        ),
        (
            "camera_status",
            TOPICS.camera_status,
            "Whether the camera gives pictures; offline while privacy is on.",
        ),
        (
            "picture_status",
            TOPICS.picture_status,
            "Whether there is a picture to show; only if privacy.picture lets pictures leave the node.",
        ),
    ):
        yield _retained(name, address, summary, {"enum": [ONLINE, OFFLINE]}, content=Content.TEXT)


_PICTURE = Channel(
    name="picture",
    address=TOPICS.picture,
    summary="What the newest capture shows, if privacy.picture lets it leave the node; empty when that is over.",
    payload={"type": "string", "format": "binary"},
    content=Content.JPEG,
    is_cleared=True,
    # So that no broker keeps it for a client that is away.
    qos=0,
)

_NEWEST_VERSION = Channel(
    name="newest_version",
    address=TOPICS.newest_version,
    summary="The newest version of Facet, which the owner may publish, retained, for all nodes.",
    payload={"type": "string", "pattern": f"^{VERSION.pattern}$", "maxLength": LONGEST},
    content=Content.TEXT,
    is_sent=False,
    is_received=True,
)


def _people(schemas: Schemas) -> Iterator[Channel]:
    yield _retained(
        "person",
        TOPICS.person(_PERSON),
        "Where and when somebody was seen last, by whichever node.",
        document_schema(SIGHTING, PERSON_DEVICE, schemas),
    )
    yield _retained(
        "person_forgotten",
        TOPICS.forgotten(_PERSON),
        "When somebody was forgotten; each node with people.enabled listens to it.",
        {"type": "string", "format": "date-time"},
        content=Content.TEXT,
        is_received=True,
    )
    yield _retained(
        "person_sealed",
        TOPICS.sealed(_PERSON),
        "What somebody is recognised by, or that they were forgotten, encrypted; only with people.share_key.",
        {"type": "string", "format": "binary"},
        content=Content.SEALED,
        is_received=True,
    )


def _home_assistant(schemas: Schemas) -> Iterator[Channel]:
    discovery = schemas.define("Discovery", schemas.of(DiscoveryJson))
    yield _retained(
        "discovery",
        TOPICS.discovery,
        "Device-based discovery of the node, for Home Assistant 2024.11 and later.",
        discovery,
        # A new card's, of what the node left behind.
        is_received=True,
    )
    yield _retained(
        "person_discovery",
        TOPICS.person_discovery(_PERSON),
        "Discovery of a person, who is a device of all nodes; the same from each of them.",
        discovery,
    )
    yield Channel(
        name="home_assistant_status",
        address=BIRTH_TOPIC,
        summary="Whether Home Assistant is there.",
        payload={"enum": [ONLINE, OFFLINE]},
        content=Content.TEXT,
        is_sent=False,
        is_received=True,
    )


def _commands(table: Iterable[Row]) -> Iterator[Channel]:
    for row in table:
        asked = replace(row, is_installable=True) if isinstance(row, Update) else row
        if takes_commands(asked):
            yield Channel(
                name=f"set_{row.key}",
                address=TOPICS.command(row.key),
                summary=row.meaning,
                payload=command_schema(row),
                # A number as text is JSON.
                content=Content.JSON if isinstance(row, Number) else Content.TEXT,
                is_sent=False,
                is_received=True,
            )
