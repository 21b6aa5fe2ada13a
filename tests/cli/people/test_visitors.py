"""`facet people visitors`, `name-visitor` and `forget-visitors`: what the owner sees and does at the command line."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from device.cli.app import app
from device.cli.diagnostics import write_diagnostics
from device.errors import PersonNameError, UnknownVisitorError
from device.networks.recognition_card import read_recognition_card
from device.observation import iso_time
from device.people.embedding import encoded
from device.people.gallery_file import GalleryFile
from device.people.person import NewReference
from device.people.reader import PEOPLE
from device.people.visitors import visitors_of
from tests.people.conftest import Clock
from tests.people.faces import LIMITS, axis, near


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """A node's file; visitors are kept for a week."""
    (tmp_path / "state").mkdir()
    return configure(tmp_path, {"enabled": True, "visitors_days": 7})


@pytest.fixture
def gallery(configuration: Path) -> Iterator[GalleryFile]:
    """The gallery of a running node: Bert is known, and two others came, one of them twice."""
    path, clock = configuration.parent / "state" / PEOPLE, Clock()
    with GalleryFile.open(path, read_recognition_card().sha256, clock) as opened:
        opened.enrol("Bert", [NewReference(axis(9), 0.5)])
        for face in (axis(0), axis(1), near({0: 0.9})):
            opened.visitors.record([NewReference(face, 0.5)], LIMITS)
            clock.advance()
        yield opened


def configure(folder: Path, people: dict[str, object]) -> Path:
    """Write a node's file."""
    path = folder / "facet.yaml"
    state = {"state_directory": str(folder / "state")}
    document = {"mqtt": {"host": "127.0.0.1"}, "node": state, "people": people}
    path.write_text(yaml.safe_dump(document))
    return path


def facet(configuration: Path, *arguments: str, answer: str | None = None) -> Result:
    """Run a command; errors that are not the owner's end the test."""
    command = ["people", *arguments, "--config", str(configuration)]
    result = CliRunner().invoke(app, command, input=answer, env={"COLUMNS": "80"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def kept(gallery: GalleryFile) -> list[str]:
    """Who is unknown."""
    return [visitor.label for visitor in visitors_of(gallery.visitors.encounters())]


def test_the_list_says_who_came_and_how_often(configuration: Path, gallery: GalleryFile) -> None:
    """For people and for programs, without what they look like."""
    shown = facet(configuration, "visitors").stdout
    assert "Visitor 1" in shown
    assert "2 unknown visitors; kept for 7 days" in shown
    document = json.loads(facet(configuration, "visitors", "--json").stdout)
    one, two = visitors_of(gallery.visitors.encounters())
    assert document == {"days": 7, "visitors": [one.to_json(), two.to_json()]}
    assert document["visitors"][0] == {
        "label": "Visitor 1",
        "first_seen": iso_time(one.first_seen),
        "last_seen": iso_time(one.last_seen),
        "visits": 2,
    }


def test_where_nobody_is_kept_the_list_says_why(tmp_path: Path) -> None:
    """It makes no file."""
    for people in ({}, {"visitors_days": 7}, {"enabled": True}):
        path = configure(tmp_path, dict(people))
        shown = facet(path, "visitors").stdout
        assert "0 unknown visitors; none are kept" in " ".join(shown.split())
    assert not (tmp_path / "state").exists()


def test_a_visitor_gets_a_name(configuration: Path, gallery: GalleryFile) -> None:
    """And is somebody enrolled; the node, which runs, notices."""
    gallery.snapshot()
    shown = facet(configuration, "name-visitor", "Visitor 1", "Anna").stdout
    assert shown == "Anna is enrolled with 2 references\n"
    assert kept(gallery) == ["Visitor 2"]
    assert [person.name for person in gallery.snapshot().people] == ["Bert", "Anna"]


def test_a_visitor_who_looks_otherwise_than_the_name_is_left(
    configuration: Path, gallery: GalleryFile
) -> None:
    """With the reason, as for pictures."""
    result = facet(configuration, "name-visitor", "2", "bert")
    assert result.exit_code == 1
    assert "a visit was not taken: it resembles none of Bert's references" in result.stderr
    assert kept(gallery) == ["Visitor 1", "Visitor 2"]
    with pytest.raises(UnknownVisitorError, match="no visits of Visitor 7 are kept"):
        facet(configuration, "name-visitor", "7", "Anna")
    with pytest.raises(PersonNameError):
        facet(configuration, "name-visitor", "2", " ")


def test_visitors_are_forgotten_after_a_question(configuration: Path, gallery: GalleryFile) -> None:
    """One of them, or all; people stay."""
    assert facet(configuration, "forget-visitors", "2", answer="n\n").exit_code == 1
    assert kept(gallery) == ["Visitor 1", "Visitor 2"]
    shown = facet(configuration, "forget-visitors", "2", answer="y\n").stdout
    assert shown.endswith("1 forgotten\n")
    with pytest.raises(UnknownVisitorError):
        facet(configuration, "forget-visitors", "2", "--yes")
    assert kept(gallery) == ["Visitor 1"]
    assert facet(configuration, "forget-visitors", "--yes").stdout == "1 forgotten\n"
    assert kept(gallery) == []
    assert len(gallery.people()) == 1


def test_nothing_of_a_visitor_is_in_the_diagnostics(
    configuration: Path, gallery: GalleryFile, tmp_path: Path
) -> None:
    """Neither a label nor a number of an embedding."""
    archive = tmp_path / "diagnostics.zip"
    write_diagnostics(configuration, archive)
    with zipfile.ZipFile(archive) as bundle:
        everything = b"\0".join(bundle.read(name) for name in bundle.namelist())
    assert PEOPLE.encode() in everything
    assert b"Visitor" not in everything
    for encounter in gallery.visitors.encounters():
        assert encoded(encounter.face.embedding)[:8] not in everything
