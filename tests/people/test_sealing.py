"""People on a shared topic: only who has the key reads or writes them, each on a topic that is theirs alone."""

from __future__ import annotations

from random import Random

import pytest

from device.errors import PeopleDocumentError, SealError
from device.people.document import PeopleDocument
from device.people.embedding import encoded
from device.people.gallery_file import GalleryFile
from device.people.sealing import SealingKey
from device.system.share_key import new_share_key
from tests.people.references import new_references

_SHARE_KEY = new_share_key()
_KEY = SealingKey.derive(_SHARE_KEY, "facet")


@pytest.fixture
def document(gallery: GalleryFile) -> PeopleDocument:
    """Of one person."""
    gallery.enrol("Anna", new_references(2))
    return gallery.export_people()


def test_what_is_sealed_can_be_opened(document: PeopleDocument) -> None:
    """By another node with the same key."""
    person = document.people[0].id
    again = SealingKey.derive(_SHARE_KEY, "facet")
    assert again.unseal(_KEY.seal(document, person), person) == document


def test_nothing_of_a_person_can_be_read(document: PeopleDocument) -> None:
    """Neither name nor numbers; and two messages of the same content have nothing in common."""
    person = document.people[0].id
    sealed, again = _KEY.seal(document, person), _KEY.seal(document, person)
    for reference in document.people[0].references:
        assert encoded(reference.reference.embedding)[:8] not in sealed
        assert reference.embedding[:8].encode() not in sealed
    assert b"Anna" not in sealed
    assert sum(a == b for a, b in zip(sealed[5:], again[5:], strict=True)) < len(sealed) / 50


@pytest.mark.parametrize(
    "key",
    [
        SealingKey.derive(new_share_key(), "facet"),
        SealingKey.derive(_SHARE_KEY, "elsewhere"),
    ],
    ids=["key", "topics"],
)
def test_another_key_opens_nothing(document: PeopleDocument, key: SealingKey) -> None:
    """The error says what to look at."""
    person = document.people[0].id
    with pytest.raises(SealError, match=f"person {person} .* the same people.share_key"):
        key.unseal(_KEY.seal(document, person), person)


def test_a_message_cannot_be_moved_to_another_person_s_topic(document: PeopleDocument) -> None:
    """Whoever can write to the broker could otherwise give one person the face of another."""
    with pytest.raises(SealError, match="for somebody else"):
        _KEY.unseal(_KEY.seal(document, document.people[0].id), "0123456789ab")


def test_a_message_about_somebody_else_is_refused(document: PeopleDocument) -> None:
    """Also one that was sealed for this topic."""
    with pytest.raises(SealError, match="is about somebody else"):
        _KEY.unseal(_KEY.seal(document, "0123456789ab"), "0123456789ab")


def test_any_damage_is_noticed(document: PeopleDocument) -> None:
    """Every bit of a message counts, and so does its end."""
    person = document.people[0].id
    sealed = _KEY.seal(document, person)
    random = Random(2026)  # noqa: S311 - a test that fails should fail again
    places = [*range(40), *random.sample(range(len(sealed)), 100)]
    damaged = [
        *(sealed[:at] + bytes([sealed[at] ^ 1 << at % 8]) + sealed[at + 1 :] for at in places),
        *(sealed[:end] for end in range(0, len(sealed), 50)),
        sealed + b"\0",
        b"",
    ]
    for message in damaged:
        with pytest.raises(SealError, match=f"^the sealed message of person {person} "):
            _KEY.unseal(message, person)


def test_a_message_of_a_newer_facet_says_so(document: PeopleDocument) -> None:
    """The version is the fifth byte."""
    person = document.people[0].id
    sealed = _KEY.seal(document, person)
    with pytest.raises(SealError, match="version 2, and this Facet reads 1; install"):
        _KEY.unseal(sealed[:4] + b"\2" + sealed[5:], person)


def test_what_is_sealed_and_no_document_is_refused() -> None:
    """Another program may use the same key."""
    cipher = _KEY._cipher()  # noqa: SLF001 - there is no other way to seal something else
    header, person = b"fctp\1", "0123456789ab"
    sealed = header + bytes(12) + cipher.encrypt(bytes(12), b"{}", header + person.encode())
    with pytest.raises(PeopleDocumentError, match="is no export of people"):
        _KEY.unseal(sealed, person)


@pytest.mark.parametrize(
    "text",
    ["", "hunter2", "facet-people-" + "A" * 48, _SHARE_KEY[:-1], _SHARE_KEY[13:]],
    ids=["nothing", "a word", "zeros", "its end is missing", "its beginning is missing"],
)
def test_a_key_that_no_command_has_made_is_refused(text: str) -> None:
    """With how to make one; it is not in the error."""
    with pytest.raises(SealError, match="`facet people new-key` prints") as error:
        SealingKey.derive(text, "facet")
    assert not text or text not in str(error.value)


def test_a_key_does_not_show_itself() -> None:
    """In a log or a traceback."""
    shown = f"{_KEY!r} {_KEY}"
    assert "SealingKey" in shown
    assert not hasattr(_KEY, "__dict__")
    assert repr(_KEY._key) not in shown  # noqa: SLF001 - what must not be shown
