"""`facet people export` and `import`: people as a file, on their way to another node or to a safe place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from device.cli.people.place import open_people, people_file
from device.cli.people.tables import shown_name
from device.errors import PeopleDocumentError, PeopleError
from device.people.document import PeopleDocument, parse_document
from device.people.gallery_file import GalleryFile
from device.people.importing import Imported
from device.people.person import Person
from device.system.atomic_write import atomic_write

_PRIVATE = 0o600
# A hundred people with as many references as are kept have a tenth of this.
_MAXIMUM_BYTES = 64 * 2**20


def export_people(configuration: Path, name: str | None, out: Path, *, force: bool) -> str:
    """Write an export, readable only by its owner, and return what was written, in a sentence.

    Args:
        configuration: the node's YAML file.
        name: or id, of the only person in it; None for everybody.
        out: the file.
        force: replace an existing file.

    Raises:
        PeopleError: the gallery cannot be used, nobody has the name, or the file cannot be written.
    """
    if not force and (out.exists() or out.is_symlink()):
        message = f"--out {out} exists and was not replaced; name another place, or add --force"
        raise PeopleError(message)
    with open_people(configuration) as gallery:
        document = gallery.export_people(None if name is None else gallery.find(name).id)
    try:
        atomic_write(out, json.dumps(document.to_json(), indent=1) + "\n", mode=_PRIVATE)
    except OSError as error:
        message = f"--out {out} cannot be written: {error.strerror}; name another place"
        raise PeopleError(message) from error
    return (
        f"{out} has {len(document.people)} people and {_references(document)} references, and the ids of "
        f"{len(document.tombstones)} who were forgotten. Whoever has it can recognise these people: keep it like a "
        "password"
    )


def import_people(configuration: Path, file: Path, *, may_bring_back: bool) -> Iterator[str]:
    """Join an export with the gallery, and yield what has changed, a sentence each.

    Args:
        configuration: the node's YAML file.
        file: the export.
        may_bring_back: import those who were forgotten here, too.

    Raises:
        PeopleError: the file is no export, or the gallery cannot take it; nothing was changed.
    """
    document = parse_document(_read(file), str(file))
    path = people_file(configuration)
    with GalleryFile.open(path) as gallery:
        imported = gallery.import_people(document, may_bring_back=may_bring_back)
    yield from _sentences(imported)


def _sentences(imported: Imported) -> Iterator[str]:
    for what, people in (
        ("added", imported.added),
        ("changed", imported.changed),
        ("forgotten, as where the export comes from", imported.forgotten),
    ):
        if people:
            yield f"{what}: {_names(people)}"
    if imported.withheld:
        yield (
            f"not imported, because they were forgotten here: {_names(imported.withheld)}; --bring-back imports them "
            "all the same"
        )
    if not imported.is_anything_changed:
        yield "nothing has changed"


def _names(people: tuple[Person, ...]) -> str:
    return ", ".join(map(shown_name, people))


def _references(document: PeopleDocument) -> int:
    return sum(len(person.references) for person in document.people)


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            data = opened.read(_MAXIMUM_BYTES + 1)
    except OSError as error:
        message = (
            f"{file} cannot be read: {error.strerror}; name an export of `facet people export`"
        )
        raise PeopleDocumentError(message) from error
    if len(data) > _MAXIMUM_BYTES:
        message = f"{file} has more than {_MAXIMUM_BYTES >> 20} MB, and is no export of people"
        raise PeopleDocumentError(message)
    return data
