"""People are enrolled, renamed, named and forgotten from the page as from Home Assistant."""

from __future__ import annotations

from pathlib import Path

from device.mqtt.events import Command
from device.people.gallery_file import GalleryFile
from device.people.reader import PEOPLE
from tests.node.gallery_bench import LIMITS
from tests.people.references import EMBEDDER, new_references
from tests.web.bench import PageBench


def test_people_are_asked_for_by_the_same_commands_as_home_assistant_s(bench: PageBench) -> None:
    """A name is typed or chosen, then the button is pressed."""
    browser = bench.log_in()
    assert browser.post("/people/enrol", content=b"Anna").status_code == 202
    assert browser.post("/people/rename", content=b"Anna\nAnne").status_code == 202
    assert browser.post("/people/forget", content=b"Anne").status_code == 202
    assert browser.post("/people/enrol", content=b"x" * 200).status_code == 422
    assert bench.commands == [
        Command("person_name", b"Anna"),
        Command("enrol", b"PRESS"),
        Command("selected_person", b"Anna"),
        Command("person_name", b"Anne"),
        Command("rename", b"PRESS"),
        Command("selected_person", b"Anne"),
        Command("forget", b"PRESS"),
    ]


def test_an_unknown_visitor_is_named_by_the_same_commands_as_home_assistant_s(
    tmp_path: Path,
) -> None:
    """If the node keeps any: otherwise there are none, and nobody to name."""
    with PageBench(tmp_path, {"people": {"enabled": True, "visitors_days": 7}}) as bench:
        browser = bench.log_in()
        assert browser.get("/people/visitors").json() == []
        with GalleryFile.open(tmp_path / PEOPLE, EMBEDDER) as gallery:
            gallery.visitors.record(new_references(1), LIMITS)
        [visitor] = browser.get("/people/visitors").json()
        assert (visitor["label"], visitor["visits"]) == ("Visitor 1", 1)
        assert visitor.keys() == {"label", "visits", "first_seen", "last_seen"}
        named = browser.post("/people/visitors/name", content=b"Visitor 1\nAnna")
        assert named.status_code == 202
        assert browser.post("/people/visitors/name", content=b"Visitor 1").status_code == 202
        too_long = browser.post("/people/visitors/name", content=b"Visitor 1\n" + b"x" * 200)
        assert too_long.status_code == 422
        assert bench.commands[:3] == [
            Command("selected_visitor", b"Visitor 1"),
            Command("person_name", b"Anna"),
            Command("name_visitor", b"PRESS"),
        ]


def test_a_node_that_keeps_no_visitors_names_none(bench: PageBench) -> None:
    """It shows no list either."""
    browser = bench.log_in()
    assert browser.get("/people/visitors").json() is None
    assert browser.post("/people/visitors/name", content=b"Visitor 1\nAnna").status_code == 404
    assert bench.commands == []
