"""The document in which people travel: nothing but a whole and true one is read."""

from __future__ import annotations

import base64
import hashlib
import json
from random import Random
from typing import Any

import pytest

from device.errors import PeopleDocumentError
from device.people.document import parse_document
from device.people.gallery_file import GalleryFile
from device.people.thinning import MOST_REFERENCES
from tests.people.references import EMBEDDER, embeddings, new_references


def test_a_document_cut_anywhere_is_an_error(gallery: GalleryFile) -> None:
    """As after a full disk or a broken download."""
    gallery.enrol("Anna", new_references(2))
    text = json.dumps(gallery.export_people().to_json())
    for end in range(0, len(text), 97):
        with pytest.raises(PeopleDocumentError, match=r"people\.json is .*`facet people export`"):
            parse_document(text[:end], "people.json")


def test_a_document_with_one_wrong_character_is_an_error(gallery: GalleryFile) -> None:
    """Also one that is still JSON, and whose numbers are still an embedding."""
    gallery.enrol("Anna", new_references(2))
    document = gallery.export_people()
    text = json.dumps(document.to_json())
    random = Random(2026)  # noqa: S311 - a test that fails should fail again
    for _ in range(300):
        place = random.randrange(len(text))
        wrong = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
        with pytest.raises(PeopleDocumentError, match=r"^people\.json"):
            parse_document(wrong, "people.json")


@pytest.mark.parametrize(
    "text",
    [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"format": "facet-people"}'],
)
def test_something_else_is_no_document(text: bytes) -> None:
    """The error names it."""
    with pytest.raises(PeopleDocumentError, match=r"^people\.json "):
        parse_document(text, "people.json")


def test_the_document_of_a_newer_facet_says_so(gallery: GalleryFile) -> None:
    """The next step is to install that."""
    content = {**gallery.export_people().to_json(), "version": 2}
    with pytest.raises(PeopleDocumentError, match="version 2, and this Facet reads 1; install"):
        parse_document(json.dumps(content), "people.json")


def _entry(**changes: object) -> dict[str, Any]:
    reference = {
        "embedding": base64.b64encode(embeddings(1)[0].tobytes()).decode(),
        "quality": 0.5,
        "added_at": "2026-11-24T18:02:11Z",
        "is_set_aside": False,
    }
    entry = {
        "id": "0123456789ab",
        "name": "Anna",
        "enrolled_at": "2026-11-24T18:02:11Z",
        "named_at": "2026-11-24T18:02:11Z",
        "references": [{**reference, **{k: v for k, v in changes.items() if k in reference}}],
    }
    return {**entry, **{k: v for k, v in changes.items() if k in entry}}


def _with_checksum(people: list[dict[str, Any]]) -> str:
    content: dict[str, Any] = {
        "embedder": EMBEDDER,
        "exported_at": "2026-11-24T18:02:11Z",
        "people": people,
        "tombstones": [],
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return json.dumps({"format": "facet-people", "version": 1, "sha256": sha256, **content})


def test_times_of_any_zone_are_kept_in_utc(gallery: GalleryFile) -> None:
    """A document may come from another program."""
    entry = _entry(enrolled_at="2026-11-24T20:02:11+02:00")
    (person,) = gallery.import_people(parse_document(_with_checksum([entry]), "people.json")).added
    assert person.enrolled_at.isoformat() == "2026-11-24T18:02:11+00:00"
    assert gallery.people() == (person,)


@pytest.mark.parametrize(
    "people",
    [
        [_entry(id="../../etc/pw")],
        [_entry(id="0123456789AB")],
        [_entry(name="An\nna")],
        [_entry(name=" Anna ")],
        [_entry(name="x" * 41)],
        [_entry(enrolled_at="2026-11-24T18:02:11")],
        [_entry(enrolled_at="0001-01-01T00:00:00+02:00")],
        [_entry(quality=1.5)],
        [_entry(quality=True)],
        [_entry(embedding="AAAA")],
        [_entry(embedding="$" * 1024)],
        [_entry(embedding=base64.b64encode(bytes(768)).decode())],
        [_entry(references=[_entry()["references"][0]] * (2 * MOST_REFERENCES + 1))],
        [_entry(), _entry(name="Bert")],
        [_entry(), _entry(id="ba9876543210", name="ANNA")],
    ],
)
def test_a_document_with_what_no_gallery_holds_is_an_error(people: list[dict[str, Any]]) -> None:
    """Whoever can write one could also compute its checksum."""
    with pytest.raises(PeopleDocumentError, match=r"people\.json is no export of people: "):
        parse_document(_with_checksum(people), "people.json")
