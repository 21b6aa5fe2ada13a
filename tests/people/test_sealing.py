"""People on a shared topic: only who has the passphrase reads or writes them, each on a topic that is theirs alone."""

from __future__ import annotations

from random import Random

import pytest

from device.errors import PeopleDocumentError, SealError
from device.people.document import PeopleDocument
from device.people.embedding import encoded
from device.people.gallery_file import GalleryFile
from device.people.sealing import SealingKey
from tests.people.references import new_references

_PASSPHRASE = "correct horse battery staple"
_KEY = SealingKey.derive(_PASSPHRASE, "facet")


@pytest.fixture
def document(gallery: GalleryFile) -> PeopleDocument:
    """Of one person."""
    gallery.enrol("Anna", new_references(2))
    return gallery.export_people()


def test_what_is_sealed_can_be_opened(document: PeopleDocument) -> None:
    """By another node with the same passphrase."""
    person = document.people[0].id
    again = SealingKey.derive(_PASSPHRASE, "facet")
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
        SealingKey.derive("another horse battery staple", "facet"),
        SealingKey.derive(_PASSPHRASE, "elsewhere"),
    ],
    ids=["passphrase", "topics"],
)
def test_another_key_opens_nothing(document: PeopleDocument, key: SealingKey) -> None:
    """The error says what to look at."""
    person = document.people[0].id
    with pytest.raises(
        SealError, match=f"person {person} .* the same passphrase in its secrets.yaml"
    ):
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


def test_a_short_passphrase_is_refused() -> None:
    """With how to make a good one; it is not in the error."""
    with pytest.raises(
        SealError, match=r"has 7 characters, and needs 16 or more.*openssl"
    ) as error:
        SealingKey.derive("hunter2", "facet")
    assert "hunter2" not in str(error.value)


def test_a_key_does_not_show_itself() -> None:
    """In a log or a traceback."""
    shown = f"{_KEY!r} {_KEY}"
    assert "SealingKey" in shown
    assert not hasattr(_KEY, "__dict__")
    assert repr(_KEY._key) not in shown  # noqa: SLF001 - what must not be shown
