"""A whole node that knows people: from a command to the gallery on the disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from device.networks.recognition_card import read_recognition_card
from device.node.timing import Timing
from device.observation import Image
from device.people.embedding import Embedding
from device.people.enrolment import Candidate
from device.people.gallery_file import GalleryFile
from device.people.identity import Recognition
from device.people.matching import Limits
from device.people.reader import PEOPLE
from tests.node.fakes import SOON
from tests.node.gallery_bench import LIMITS, looks
from tests.node.strangers import perceived
from tests.node.whole_node import Node, running
from tests.people.faces import identity
from tests.people.references import new_references

QUICK = Timing(tick=0.05, enrolment_pause=0.2)


class Examiner:
    """Sees one face in each picture, and never the same twice.

    Attributes:
        asked: for how many pictures.
        at_first: called while it looks at the first of them.
    """

    def __init__(self) -> None:
        self._looks: list[Embedding] = looks(100)
        self.asked = 0
        self.at_first: Callable[[], object] = lambda: None

    @property
    def limits(self) -> Limits:
        """What it takes to claim a name."""
        return LIMITS

    def examine(self, image: Image) -> list[Candidate]:
        """Return one face."""
        assert image.size
        self.asked += 1
        if self.asked == 1:
            self.at_first()
        return [Candidate(self._looks.pop(), 0.9)]


def names(folder: Path) -> list[str]:
    """Who is enrolled, as another process reads it."""
    embedder = read_recognition_card().sha256
    with GalleryFile.open(folder / "state" / PEOPLE, embedder) as gallery:
        return [person.name for person in gallery.people()]


def shown(node: Node, key: str) -> object:
    """What Home Assistant shows of what is typed and chosen."""
    return node.sink.newest("people")[key]


def test_a_name_and_a_button_enrol_and_a_press_is_answered_meanwhile(tmp_path: Path) -> None:
    """The press does not wait for the eight pictures; afterwards the person is in the file."""
    examiner = Examiner()
    pictures: list[int] = []
    with running(tmp_path, QUICK, examiner=examiner, people={"enabled": True}) as node:

        def press() -> None:
            node.press()
            node.wait_until(lambda: bool(node.sink.triggers))

        examiner.at_first = press
        node.sink.on_observed = lambda: pictures.append(examiner.asked)
        node.command("person_name", "Anna")
        node.command("enrol", "PRESS")
        node.wait_until(lambda: node.is_answered(1))
        assert pictures[0] < 8
        node.wait_until(lambda: shown(node, "person_name") == "")
        assert examiner.asked == 8
        assert names(tmp_path) == ["Anna"]
        node.command("selected_person", "Anna")
        node.wait_until(lambda: shown(node, "selected_person") == "Anna")


def test_privacy_ends_an_enrolment_and_nobody_is_in_the_file(tmp_path: Path) -> None:
    """Switching it off does not resume it."""
    examiner, is_private = Examiner(), Event()
    with running(tmp_path, QUICK, examiner=examiner, people={"enabled": True}) as node:

        def switch_privacy_on() -> None:
            node.switch_privacy("ON")
            node.wait_until(lambda: node.sink.newest("settings")["privacy"] == "ON")
            is_private.set()

        examiner.at_first = switch_privacy_on
        node.command("person_name", "Anna")
        node.command("enrol", "PRESS")
        assert is_private.wait(SOON)
        node.switch_privacy("OFF")
        node.wait_until(lambda: node.camera.available)
        node.press()
        node.wait_until(lambda: node.is_answered(1))
        assert examiner.asked == 1
        assert names(tmp_path) == []
        assert shown(node, "person_name") == "Anna"


@pytest.mark.parametrize("key", ["enrol", "person_name", "forget"])
def test_a_node_that_recognises_nobody_takes_no_command_for_people_and_has_no_gallery(
    tmp_path: Path, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The default: nothing of it exists."""
    with running(tmp_path, QUICK) as node:
        node.command(key, "PRESS")
        node.wait_until(lambda: f"set/'{key}': no such command" in caplog.text)
        assert "people" not in {name for name, _ in node.sink.documents}
    assert not (tmp_path / "state" / PEOPLE).exists()


def test_a_stranger_is_counted_and_gets_a_name_without_a_picture(tmp_path: Path) -> None:
    """Though no camera is asked for it; with the rules that the pictures of an enrolment pass."""
    face = looks(1, seed=3)[0]
    stranger = perceived((identity(Recognition.UNKNOWN, "Bert", 0.1, frames=5), face))
    people = {"enabled": True, "visitors_days": 7}
    with running(tmp_path, QUICK, examiner=Examiner(), people=people) as node:
        node.perception.see = lambda *_: stranger
        node.wait_until(lambda: shown(node, "unknown_visitors") == 0)
        node.press()
        node.wait_until(lambda: shown(node, "unknown_visitors") == 1)
        node.command("selected_visitor", "Visitor 1")
        node.command("person_name", "Anna")
        node.command("name_visitor", "PRESS")
        node.wait_until(lambda: shown(node, "unknown_visitors") == 0)
        node.wait_until(lambda: shown(node, "person_name") == "")
        assert shown(node, "selected_visitor") is None
        assert names(tmp_path) == ["Anna"]


def test_a_node_that_recognises_nobody_any_more_deletes_the_visitors_of_before(
    tmp_path: Path,
) -> None:
    """Its people wait for the day on which it does again."""
    (tmp_path / "state").mkdir()
    with GalleryFile.open(tmp_path / "state" / PEOPLE, read_recognition_card().sha256) as gallery:
        gallery.enrol("Anna", new_references(1))
        gallery.visitors.record(new_references(1, seed=1), LIMITS)
    with running(tmp_path, QUICK, people={"visitors_days": 7}):
        pass
    with GalleryFile.open(tmp_path / "state" / PEOPLE) as gallery:
        assert gallery.visitors.encounters() == ()
    assert names(tmp_path) == ["Anna"]
