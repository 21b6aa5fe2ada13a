"""What one node has to tell the others about a person: pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from device.people.document import PeopleDocument, PersonEntry, TombstoneEntry

_NEVER = datetime.min.replace(tzinfo=UTC)


def one_each(document: PeopleDocument) -> Mapping[str, PeopleDocument]:
    """Return a document of each person alone, by id: first of those who were forgotten, then of those who are enrolled.

    So whoever was merged into somebody else is gone before that person has their references.
    """
    nobody = document.model_copy(update={"people": (), "tombstones": (), "embedder": None})
    gone = {
        each.id: nobody.model_copy(update={"tombstones": (each,)}) for each in document.tombstones
    }
    return gone | {
        each.id: nobody.model_copy(
            update={
                "people": (each,),
                "embedder": document.embedder if each.references else None,
            }
        )
        for each in document.people
    }


def fingerprint(document: PeopleDocument) -> str:
    """Return what two documents have in common that say the same, whenever they were made."""
    text = document.model_dump_json(exclude={"exported_at"})
    return hashlib.sha256(text.encode()).hexdigest()


def says_more(document: PeopleDocument, known: PeopleDocument | None) -> bool:
    """Return whether joining a document with what is known would change that.

    Args:
        document: of one person.
        known: of the same person; None if nothing is known.
    """
    if known is None:
        return True
    for said in (*document.people, *document.tombstones):
        for before in (*known.people, *known.tombstones):
            match said, before:
                case TombstoneEntry(), TombstoneEntry():
                    return said.forgotten_at > before.forgotten_at
                case TombstoneEntry(), PersonEntry():
                    return said.forgotten_at >= before.enrolled_at
                case PersonEntry(), TombstoneEntry():
                    return said.enrolled_at > before.forgotten_at
                case PersonEntry(), PersonEntry():
                    return _is_newer(said, before) or _has_other_references(said, before)
    return False


def _is_newer(said: PersonEntry, known: PersonEntry) -> bool:
    return said.named_at > known.named_at or said.enrolled_at > known.enrolled_at


def _has_other_references(said: PersonEntry, known: PersonEntry) -> bool:
    there = {each.digest: each for each in said.references}
    here = {each.digest: each for each in known.references}
    new = there.keys() - here.keys() - set(known.dropped)
    gone = here.keys() & set(said.dropped) - there.keys()
    marked = (
        (there[key].marked_at or _NEVER) > (here[key].marked_at or _NEVER)
        for key in there.keys() & here.keys()
    )
    return bool(new or gone) or any(marked)
