"""People on their way from one gallery to another: the JSON of an export, and of what is sealed for other nodes."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from device.errors import PeopleDocumentError, PersonNameError
from device.people.dropped import MOST_DROPPED
from device.people.embedding import DIGEST, Embedding, decoded, digest, encoded
from device.people.names import checked_name, name_key
from device.people.person import PERSON_ID, NewReference, Person, Reference, Tombstone
from device.people.thinning import MOST_REFERENCES
from device.system.validation import describe

FORMAT = "facet-people"
VERSION = 1
"""Of the document; a step is added to the reader when it changes, so that older exports stay readable."""

_ADVICE = "export the people again with `facet people export`"


def _name(name: str) -> str:
    try:
        is_as_kept = checked_name(name) == name
    except PersonNameError as error:
        raise ValueError(str(error)) from error
    if not is_as_kept:
        message = "a name is not in its normal form"
        raise ValueError(message)
    return name


def _embedding(text: str) -> str:
    decoded(base64.b64decode(text, validate=True))
    return text


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:  # at the ends of the calendar
        raise ValueError(str(error)) from error


Moment: TypeAlias = Annotated[AwareDatetime, AfterValidator(_utc)]
PersonId: TypeAlias = Annotated[str, Field(pattern=rf"^{PERSON_ID}$")]
Digest: TypeAlias = Annotated[str, Field(pattern=rf"^{DIGEST}$")]


class _Part(BaseModel):
    model_config = ConfigDict(
        defer_build=True, extra="forbid", frozen=True, strict=True, allow_inf_nan=False
    )


class ReferenceEntry(_Part):
    """A reference.

    Attributes:
        embedding: (192,) little-endian float32, in base64.
        quality: 0..1.
        added_at: when, with its time zone.
        is_set_aside: whether it is kept and not compared with.
        marked_at: when somebody set it aside or restored it last.
    """

    embedding: Annotated[str, AfterValidator(_embedding)]
    quality: float = Field(ge=0, le=1)
    added_at: Moment
    is_set_aside: bool
    marked_at: Moment | None = None

    @classmethod
    def of(cls, reference: Reference) -> ReferenceEntry:
        """Return the entry of a reference."""
        return cls(
            embedding=base64.b64encode(encoded(reference.embedding)).decode("ascii"),
            quality=reference.quality,
            added_at=reference.added_at,
            is_set_aside=reference.is_set_aside,
            marked_at=reference.marked_at,
        )

    @property
    def digest(self) -> str:
        """By what it is recognised; see embedding.digest()."""
        return digest(base64.b64decode(self.embedding))

    @property
    def reference(self) -> NewReference:
        """What a gallery takes."""
        vector: Embedding = decoded(base64.b64decode(self.embedding))
        return NewReference(vector, self.quality)


class PersonEntry(_Part):
    """A person with all references; see Person.

    Attributes:
        dropped: the digests of references that went as redundant.
    """

    id: PersonId
    name: Annotated[str, AfterValidator(_name)]
    enrolled_at: Moment
    named_at: Moment
    references: tuple[ReferenceEntry, ...] = Field(max_length=2 * MOST_REFERENCES)
    dropped: tuple[Digest, ...] = Field((), max_length=MOST_DROPPED)

    @property
    def person(self) -> Person:
        """The person."""
        return Person(self.id, self.name, self.enrolled_at, self.named_at)


class TombstoneEntry(_Part):
    """See Tombstone."""

    id: PersonId
    forgotten_at: Moment

    @property
    def tombstone(self) -> Tombstone:
        """The tombstone."""
        return Tombstone(self.id, self.forgotten_at)


class PeopleDocument(_Part):
    """Some people, or all of a gallery, and who was forgotten in it.

    Attributes:
        embedder: the sha256 of the network that has made the references; None where there are none.
        exported_at: when.
        people: each once.
        tombstones: of others than these people.
    """

    embedder: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None
    exported_at: Moment
    people: tuple[PersonEntry, ...]
    tombstones: tuple[TombstoneEntry, ...]

    @model_validator(mode="after")
    def _require_consistency(self) -> PeopleDocument:
        ids = [*(person.id for person in self.people), *(gone.id for gone in self.tombstones)]
        if len(set(ids)) != len(ids):
            message = "a person is in it twice"
            raise ValueError(message)
        if len({name_key(person.name) for person in self.people}) != len(self.people):
            message = "two people in it have the same name"
            raise ValueError(message)
        if self.embedder is None and any(person.references for person in self.people):
            message = "it does not say which network has made the references"
            raise ValueError(message)
        return self

    def to_json(self) -> dict[str, Any]:
        """Return the document as JSON, with what it is recognised by and a checksum."""
        content: dict[str, Any] = json.loads(self.model_dump_json())
        return {
            "format": FORMAT,
            "version": VERSION,
            "sha256": _checksum(content),
            **content,
        }


def export_document(
    people: list[tuple[Person, list[Reference], list[str]]],
    tombstones: list[Tombstone],
    embedder: str | None,
    at: datetime,
) -> PeopleDocument:
    """Return the document of some people, each with all references and what was dropped, and of who was forgotten."""
    return PeopleDocument(
        embedder=embedder,
        exported_at=at,
        people=tuple(
            PersonEntry(
                id=person.id,
                name=person.name,
                enrolled_at=person.enrolled_at,
                named_at=person.named_at,
                references=tuple(ReferenceEntry.of(reference) for reference in references),
                dropped=tuple(dropped),
            )
            for person, references, dropped in people
        ),
        tombstones=tuple(
            TombstoneEntry(id=tombstone.id, forgotten_at=tombstone.forgotten_at)
            for tombstone in tombstones
        ),
    )


def parse_document(data: bytes | str, source: str) -> PeopleDocument:
    """Read the JSON of a document.

    Args:
        data: the whole of it.
        source: what errors call it, for instance the path of a file.

    Raises:
        PeopleDocumentError: it is truncated, changed, foreign, or of a newer Facet.
    """
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        message = f"{source} is damaged or no export of people ({error}); {_ADVICE}"
        raise PeopleDocumentError(message) from error
    if not isinstance(content, dict) or content.pop("format", None) != FORMAT:
        message = f"{source} is no export of people: it is JSON of something else; {_ADVICE}"
        raise PeopleDocumentError(message)
    version = content.pop("version", None)
    if version != VERSION:
        message = f"{source} has version {version!r:.20}, and this Facet reads {VERSION}; install the newest Facet here"
        raise PeopleDocumentError(message)
    if content.pop("sha256", None) != _checksum(content):
        message = f"{source} was damaged or changed since it was exported: its checksum differs; {_ADVICE}"
        raise PeopleDocumentError(message)
    try:
        return PeopleDocument.model_validate_json(json.dumps(content))
    except ValidationError as error:
        message = f"{source} is no export of people: {describe(error)}; {_ADVICE}"
        raise PeopleDocumentError(message) from error


def _checksum(content: dict[str, Any]) -> str:
    # The same text whatever the order of the keys and the white space of the file.
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()
