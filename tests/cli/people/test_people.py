"""`facet people`: what its owner sees and does at the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from device.cli.app import app
from device.cli.diagnostics import write_diagnostics
from device.cli.people.place import people_file
from device.errors import (
    NobodyEnrolledError,
    PeopleDocumentError,
    PeopleError,
    PersonNameError,
    UnknownPersonError,
)
from device.people.embedding import encoded
from device.people.gallery_file import GalleryFile
from device.people.reader import PEOPLE
from device.system.share_key import share_key_bytes
from tests.people.references import EMBEDDER, new_references

_LONG = "Wolfeschlegelsteinhausenbergerdorff Senior"[:40]


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """A node's file; people are not recognised by it, and nobody is enrolled."""
    (tmp_path / "state").mkdir()
    path = tmp_path / "facet.yaml"
    document = {"mqtt": {"host": "127.0.0.1"}, "node": {"state_directory": str(tmp_path / "state")}}
    path.write_text(yaml.safe_dump(document))
    return path


@pytest.fixture
def gallery(configuration: Path, tmp_path: Path) -> Iterator[GalleryFile]:
    """The gallery of a running node, with Anna and somebody whose name is long."""
    assert people_file(configuration) == tmp_path / "state" / PEOPLE
    with GalleryFile.open(people_file(configuration), EMBEDDER) as opened:
        opened.enrol("Anna", new_references(3))
        opened.enrol(_LONG, new_references(2, seed=1))
        yield opened


def _facet(configuration: Path, *arguments: str | Path, answer: str | None = None) -> Result:
    """Run a command, on a terminal of 80 columns; errors that are not the owner's end the test."""
    result = CliRunner().invoke(
        app,
        ["people", *map(str, arguments), "--config", str(configuration)],
        input=answer,
        env={"COLUMNS": "80"},
    )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def _json(configuration: Path, *arguments: str) -> dict[str, object]:
    document: dict[str, object] = json.loads(_facet(configuration, *arguments, "--json").stdout)
    return document


@pytest.mark.parametrize("command", [("list",), ("show", "Anna")])
@pytest.mark.usefixtures("gallery")
def test_tables_fit_into_eighty_columns(configuration: Path, command: tuple[str, ...]) -> None:
    """Whatever a name is like."""
    shown = _facet(configuration, *command).stdout
    assert "Anna" in shown
    assert max(map(cell_len, shown.splitlines())) <= 80


def test_the_list_has_everybody(configuration: Path, gallery: GalleryFile) -> None:
    """For people and for programs."""
    anna, long = gallery.people()
    gallery.set_aside(gallery.references(anna.id)[0].id)
    assert "2 enrolled, 0 forgotten" in _facet(configuration, "list").stdout
    assert _json(configuration, "list") == {
        "people": [
            {
                "id": anna.id,
                "name": "Anna",
                "enrolled_at": anna.enrolled_at.isoformat(timespec="milliseconds"),
                "references": 2,
                "set_aside": 1,
            },
            {
                "id": long.id,
                "name": _LONG,
                "enrolled_at": long.enrolled_at.isoformat(timespec="milliseconds"),
                "references": 2,
                "set_aside": 0,
            },
        ],
        "forgotten": 0,
    }


def test_a_node_that_knows_nobody_gets_no_file_by_being_asked(
    configuration: Path, tmp_path: Path
) -> None:
    """Other commands say how people come in."""
    assert "0 enrolled, 0 forgotten" in _facet(configuration, "list").stdout
    assert _json(configuration, "list") == {"people": [], "forgotten": 0}
    with pytest.raises(
        NobodyEnrolledError, match=r"there is no .*people\.db; `facet people enrol`"
    ):
        _facet(configuration, "forget", "Anna")
    assert list((tmp_path / "state").iterdir()) == []


def test_a_person_s_references_are_shown_without_their_numbers(
    configuration: Path, gallery: GalleryFile
) -> None:
    """One that is far from the person's others shows by its likeness."""
    anna = gallery.find("Anna")
    gallery.add(anna.id, [new_references(1)[0]])
    document = _json(configuration, "show", "anna")
    assert isinstance(document["references"], list)
    likenesses = {entry["reference"]: entry["likeness"] for entry in document["references"]}
    first, *others, last = likenesses
    assert likenesses[first] == likenesses[last] == pytest.approx(1)
    assert all(abs(likenesses[other]) < 0.3 for other in others)
    assert "embedding" not in json.dumps(document)


def test_a_person_is_renamed(configuration: Path, gallery: GalleryFile) -> None:
    """The node, which runs, notices."""
    gallery.snapshot()
    assert _facet(configuration, "rename", "ANNA", "Ann").stdout == "Anna is now Ann\n"
    assert gallery.has_changed()
    assert gallery.snapshot().people[0].name == "Ann"
    with pytest.raises(PersonNameError, match="shows nothing"):
        _facet(configuration, "rename", "Ann", " ")


def test_forgetting_asks_first(configuration: Path, gallery: GalleryFile) -> None:
    """Without an answer nothing happens."""
    for answer in ("n\n", ""):
        refused = _facet(configuration, "forget", "Anna", answer=answer)
        assert refused.exit_code == 1
        assert "Forget Anna, with 3 references? This cannot be undone" in refused.stdout
    assert len(gallery.people()) == 2
    assert "Anna is forgotten" in _facet(configuration, "forget", "Anna", answer="y\n").stdout
    assert _facet(configuration, "forget", _LONG, "--yes").exit_code == 0
    assert gallery.people() == ()
    with pytest.raises(UnknownPersonError, match="enrolled: nobody yet"):
        _facet(configuration, "forget", "Anna", "--yes")


def test_merging_asks_first(configuration: Path, gallery: GalleryFile) -> None:
    """And says who is left."""
    assert _facet(configuration, "merge", "Anna", _LONG, answer="n\n").exit_code == 1
    merged = _facet(configuration, "merge", "Anna", _LONG, "--yes").stdout
    assert merged == f"{_LONG} is now Anna, with 5 references\n"
    assert [person.name for person in gallery.people()] == ["Anna"]


def test_a_reference_is_set_aside_and_restored(configuration: Path, gallery: GalleryFile) -> None:
    """By its number in `show`."""
    number = str(gallery.references(gallery.find("Anna").id)[0].id)
    assert f"facet people restore {number}" in _facet(configuration, "set-aside", number).stdout
    assert len(gallery.snapshot().embeddings) == 4
    _facet(configuration, "restore", number)
    assert len(gallery.snapshot().embeddings) == 5


def test_a_reset_asks_first(configuration: Path, gallery: GalleryFile) -> None:
    """It keeps the people."""
    assert _facet(configuration, "reset", answer="n\n").exit_code == 1
    assert len(gallery.snapshot().embeddings) == 5
    assert _facet(configuration, "reset", "--yes").exit_code == 0
    assert len(gallery.snapshot().embeddings) == 0
    assert len(gallery.people()) == 2


def test_an_export_is_private_and_replaces_nothing(
    configuration: Path, gallery: GalleryFile, tmp_path: Path
) -> None:
    """Unless it is asked to."""
    out = tmp_path / "people.json"
    exported = _facet(configuration, "export", "--out", out).stdout
    assert "has 2 people and 5 references" in exported
    assert out.stat().st_mode & 0o777 == 0o600
    before = out.read_bytes()
    with pytest.raises(PeopleError, match=r"people\.json exists and was not replaced.*--force"):
        _facet(configuration, "export", "Anna", "--out", out)
    assert out.read_bytes() == before
    _facet(configuration, "export", "Anna", "--out", out, "--force")
    assert [person["name"] for person in json.loads(out.read_bytes())["people"]] == ["Anna"]
    with pytest.raises(PeopleError, match="cannot be written: No such file or directory"):
        _facet(configuration, "export", "--out", tmp_path / "missing" / "people.json")
    assert len(gallery.people()) == 2


def test_an_import_says_what_it_changed(
    configuration: Path, gallery: GalleryFile, tmp_path: Path
) -> None:
    """Who was forgotten here comes back only when asked for."""
    out = tmp_path / "people.json"
    _facet(configuration, "export", "--out", out)
    assert _facet(configuration, "import", out).stdout == "nothing has changed\n"
    gallery.forget(gallery.find("Anna").id)
    withheld = _facet(configuration, "import", out).stdout
    assert "forgotten here: Anna; --bring-back imports them" in withheld
    assert _facet(configuration, "import", out, "--bring-back").stdout == "added: Anna\n"
    assert sorted(person.name for person in gallery.people()) == sorted(["Anna", _LONG])


@pytest.mark.usefixtures("gallery")
def test_people_come_to_a_node_that_knew_nobody(configuration: Path, tmp_path: Path) -> None:
    """The file is made, for its owner alone."""
    out = tmp_path / "people.json"
    _facet(configuration, "export", "--out", out)
    (tmp_path / "state" / PEOPLE).unlink()
    assert _facet(configuration, "import", out).stdout == f"added: Anna, {_LONG}\n"
    assert (tmp_path / "state" / PEOPLE).stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_no_export_makes_no_gallery(configuration: Path, tmp_path: Path) -> None:
    """Nor does one that is missing."""
    with pytest.raises(PeopleDocumentError, match=r"facet\.yaml is damaged or no export"):
        _facet(configuration, "import", configuration)
    with pytest.raises(PeopleDocumentError, match=r"none\.json cannot be read: No such file"):
        _facet(configuration, "import", tmp_path / "none.json")
    assert list((tmp_path / "state").iterdir()) == []


def test_an_error_is_one_line_and_exit_code_1(configuration: Path, tmp_path: Path) -> None:
    """The damaged file is left as it is."""
    path = tmp_path / "state" / PEOPLE
    path.write_bytes(b"%PDF-1.4 " * 100)
    ended = subprocess.run(
        [sys.executable, "-m", "device", "people", "list", "-c", configuration],
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"error: {path} is damaged or no gallery of Facet")
    assert ended.stderr.count("\n") == 1
    assert path.read_bytes() == b"%PDF-1.4 " * 100


def test_the_installed_service_s_gallery_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its unit has the state directory, and a command has only the file."""
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    service = tmp_path / "facet.yaml"
    service.write_text("mqtt: {host: broker}\n")
    assert people_file(service, service) == Path("/var/lib/facet/people.db")
    assert people_file(service) != Path("/var/lib/facet/people.db")
    service.write_text("mqtt: {host: broker}\nnode: {state_directory: here}\n")
    assert people_file(service, service) == tmp_path / "here" / PEOPLE


def test_no_name_and_no_embedding_is_in_the_archive_for_a_bug_report(
    configuration: Path, gallery: GalleryFile, tmp_path: Path
) -> None:
    """Only that there is a gallery, and how large it is."""
    archive = tmp_path / "report.zip"
    write_diagnostics(configuration, archive)
    with zipfile.ZipFile(archive) as bundle:
        contents = [bundle.read(name) for name in bundle.namelist()]
    everything = b"\0".join(contents)
    assert PEOPLE.encode() in everything
    for person in gallery.people():
        assert person.name.encode() not in everything
        for reference in gallery.references(person.id):
            assert encoded(reference.embedding)[:8] not in everything


def test_a_new_key_is_printed_alone_and_never_the_same(configuration: Path) -> None:
    """So that a script can take it; where it belongs is said beside it."""
    first, second = (CliRunner().invoke(app, ["people", "new-key"]) for _ in range(2))
    key = first.stdout.strip()
    assert share_key_bytes(key)
    assert second.stdout.strip() != key
    assert "secrets.yaml" in first.stderr
    document = {"mqtt": {"host": "127.0.0.1"}, "people": {"enabled": True, "share_key": key}}
    configuration.write_text(yaml.safe_dump(document))
    archive = configuration.with_name("report.zip")
    write_diagnostics(configuration, archive)
    with zipfile.ZipFile(archive) as bundle:
        assert all(key.encode() not in bundle.read(name) for name in bundle.namelist())
