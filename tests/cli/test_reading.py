"""What people read of a face: each thing once, in one spelling."""

from __future__ import annotations

import pytest

from device.cli.reading import Reading, facial_hair, hair_color, result
from device.config import Config
from device.entities.attributes import attribute_name
from device.entities.kinds import AttributeSensor
from device.entities.table import LABELS, entities
from device.entities.vocabulary import Vocabulary
from device.networks.card import Groups, read_card
from device.networks.files import model_path
from device.observation import Attribute, FaceAttributes, LeftOut, Reason

CARD = read_card(model_path("attributes"))
READING = Reading.of(CARD)


def fact(hair: str | None = None, beard: str | None = None, **present: float) -> FaceAttributes:
    """Return what was decided about a face; what is not present has a probability of zero."""
    attributes = {name: Attribute(0.0, present=False) for name in CARD.names}
    return FaceAttributes(
        attributes | {name: Attribute(p, present=True) for name, p in present.items()}, hair, beard
    )


def test_people_read_the_name_that_home_assistant_shows() -> None:
    """Of every label that Facet knows, and of one that only an owner's network has."""
    own = "Wearing_Face_Mask"
    config = Config.model_validate({"mqtt": {"host": "b"}})
    rows = [
        row
        for row in entities(config, Vocabulary(labels=(*LABELS, own)))
        if isinstance(row, AttributeSensor)
    ]
    assert {row.attribute for row in rows} == {*LABELS, own}
    for row in rows:
        assert attribute_name(row.attribute) == row.name
    assert attribute_name(own) == "Wearing face mask"


@pytest.mark.parametrize(
    ("hair", "beard", "present", "listed"),
    [
        ("brown", "none", {"Brown_Hair": 0.9, "No_Beard": 1.0, "Bangs": 0.8}, ["Bangs"]),
        (None, "none", {"No_Beard": 1.0, "Smiling": 0.9}, ["Smiling"]),
        # What is compatible with a conclusion says more than it.
        ("bald", "goatee", {"Goatee": 0.9, "Gray_Hair": 0.8}, ["Gray hair"]),
        ("gray", "beard", {"Gray_Hair": 0.9, "Eyeglasses": 0.8}, ["Eyeglasses"]),
    ],
)
def test_what_a_conclusion_says_is_not_listed_again(
    hair: str | None, beard: str | None, present: dict[str, float], listed: list[str]
) -> None:
    """The color of the hair and the kind of facial hair stand for their labels."""
    everything = Reading(CARD.names, frozenset(), CARD.groups)
    assert [name for name, _ in everything.attributes(fact(hair, beard, **present))] == listed


def test_a_network_s_groups_decide_what_is_said_already() -> None:
    """Not the names of CelebA's labels."""
    groups = Groups(
        hair_color={"Red": "red"}, no_facial_hair="Shaven", facial_hair={"Full": "full"}
    )
    assert groups.said_by("red", "none") == {"Red", "Shaven"}
    assert groups.said_by(None, "full") == {"Full"}
    assert groups.said_by(None, None) == frozenset()


def test_the_most_probable_is_read_first() -> None:
    """Whatever the order of the network's outputs is."""
    seen = fact(Smiling=0.7, Eyeglasses=0.9)
    assert READING.attributes(seen) == [("Eyeglasses", 0.9), ("Smiling", 0.7)]


def test_what_is_not_offered_is_read_apart_and_only_on_request() -> None:
    """A matter of opinion does not stand among what is there to be seen."""
    seen = fact(Smiling=0.7, Attractive=0.9)
    assert READING.not_offered(seen) == []
    everything = Reading.of(CARD, everything=True)
    assert everything.attributes(seen) == [("Smiling", 0.7)]
    assert everything.not_offered(seen) == [("Attractive", 0.9)]


def test_what_is_absent_is_named_unless_a_conclusion_excludes_it() -> None:
    """Whose hair is brown has no other color; and nobody has to read that somebody is not without a beard."""
    brown = READING.absent(fact("brown", "goatee", Smiling=0.9))
    assert "Eyeglasses" in brown
    assert not {"Black hair", "Gray hair", "No beard", "Smiling"} & {*brown}
    assert "Black hair" in READING.absent(fact())
    assert "No beard" not in READING.absent(fact())


def test_hair_is_in_words() -> None:
    """What a network of an owner's says is read as it is."""
    assert (hair_color(fact("gray")), facial_hair("none")) == ("Gray", "None")
    assert (hair_color(fact("green")), hair_color(fact())) == ("green", "cannot tell")


@pytest.mark.parametrize(
    ("reason", "judged", "left_out", "text"),
    [
        (None, 3, {}, "3 of 3 faces judged"),
        (
            None,
            1,
            {LeftOut.TOO_DARK: 1, LeftOut.TOO_MANY: 1},
            "1 of 3 faces judged; 1 too dark, 1 too many",
        ),
        (Reason.TOO_SMALL, 0, {LeftOut.TOO_SMALL: 3}, "Face too small (3 faces seen)"),
        (
            Reason.TOO_SMALL,
            0,
            {LeftOut.TOO_SMALL: 2, LeftOut.TOO_DARK: 1},
            "Face too small (3 faces seen); 1 too dark",
        ),
    ],
)
def test_faces_that_are_left_out_are_counted_by_their_reason(
    reason: Reason | None, judged: int, left_out: dict[LeftOut, int], text: str
) -> None:
    """A reason that is the result is not given twice."""
    assert result(reason, judged, 3, left_out) == text
