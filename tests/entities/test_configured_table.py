"""The table of entities of one node: what the owner and the network make of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from device.entities.commands import takes_commands
from device.entities.kinds import AttributeSensor, Platform, Readable, Row, Select, Sensor
from device.entities.table import CATALOGUE, CELEBA, entities
from device.entities.vocabulary import Vocabulary
from device.errors import EntityError
from tests.entities.rows import attribute_sensors, by_key, configured


def test_the_owner_enables_and_disables() -> None:
    """`enabled` makes a shy attribute start enabled, `disabled` takes one out of the table."""
    config = configured(attributes={"enabled": ["Wavy_Hair"], "disabled": ["Bald"]})
    table = by_key(entities(config, CELEBA))
    assert table["wavy_hair"].is_enabled_by_default
    assert "bald" not in table
    assert not table["young"].is_enabled_by_default


def test_an_unreliable_label_starts_disabled_unless_the_owner_asks() -> None:
    """What the network cannot promise is not offered; who wants it anyway gets it."""
    wanted = configured(attributes={"enabled": ["Goatee"]})
    table = by_key(entities(wanted, replace(CELEBA, unreliable=frozenset({"Goatee", "Bald"}))))
    assert not table["bald"].is_enabled_by_default
    assert table["goatee"].is_enabled_by_default
    assert table["smiling"].is_enabled_by_default


@pytest.mark.parametrize("motion", [None, {"pin": 4}], ids=["no sensor", "sensor"])
def test_motion_has_entities_only_with_a_sensor(motion: dict[str, int] | None) -> None:
    """A switch without anything behind it would only ask questions."""
    table = by_key(entities(configured(triggers={"motion": motion}), CELEBA))
    for key in ("motion_trigger", "motion_cool_down", "motion"):
        assert (key in table) == (motion is not None)


@pytest.mark.parametrize(
    ("allowed", "modes"),
    [
        ("off", None),
        ("blurred", ("off", "blurred")),
        ("crop", ("off", "blurred", "crop")),
        ("full", ("off", "blurred", "crop", "full")),
    ],
)
def test_pictures_have_entities_only_where_they_may_leave(
    allowed: str, modes: tuple[str, ...] | None
) -> None:
    """And Home Assistant may choose less than the file allows, never more."""
    table = by_key(entities(configured(privacy={"picture": allowed}), CELEBA))
    assert ("picture" in table) == (modes is not None)
    row = table.get("picture_mode")
    assert (row.options if isinstance(row, Select) else None) == modes


@pytest.mark.parametrize("model", ["attributes", "/srv/own.tflite"])
@pytest.mark.parametrize("allow_install", [True, False])
def test_updates_have_entities_as_far_as_the_owner_wants_them(
    model: str, allow_install: bool
) -> None:
    """Without an index only the software's; the owner's own network has no updates; none installs by itself."""
    plain = by_key(entities(configured(), CELEBA))
    assert "attribute_network" not in plain
    assert "last_update" not in plain
    assert not takes_commands(plain["software"])
    updates = {"index": "/srv/index.json", "allow_install": allow_install, "public_key": "/srv/key"}
    table = by_key(entities(configured(updates=updates, attributes={"model": model}), CELEBA))
    assert "last_update" in table
    assert ("attribute_network" in table) == (model == "attributes")
    assert takes_commands(table["software"]) is allow_install


def test_a_language_changes_what_people_read_and_nothing_else() -> None:
    """An automation or a dashboard works in all of them, except for the types of *Seen*, which are names."""
    english, german = (
        by_key(entities(configured(node={"language": language}), CELEBA))
        for language in ("en", "de")
    )
    assert german["eyeglasses"].name == "Brille"
    assert german["eyeglasses_detected"].name == english["eyeglasses_detected"].name
    assert {key: _wordless(row) for key, row in german.items() if key != "seen"} == {
        key: _wordless(row) for key, row in english.items() if key != "seen"
    }


def _wordless(row: Row) -> Row:
    nameless = replace(row, name="")
    return replace(nameless, words={}) if isinstance(nameless, Readable) else nameless


def test_enabled_attributes_and_a_button_are_device_triggers() -> None:
    """What does not leave the node has none, and neither has a node without a button."""
    table = entities(configured(triggers={"button": {"pin": 17}}), CELEBA)
    triggers = {row.key for row in table if row.platform is Platform.DEVICE_TRIGGER}
    published = {row.key for row in attribute_sensors(CATALOGUE).values() if row.is_published}
    assert triggers == {"button_pressed", *(f"{key}_detected" for key in published)}
    assert "button_pressed" not in by_key(entities(configured(), CELEBA))


def test_attributes_are_those_of_the_network() -> None:
    """A network that answers less or something else gets the entities for what it answers."""
    table = entities(configured(), Vocabulary(labels=("Smiling", "Wearing_Mask")))
    rows = attribute_sensors(table)
    assert set(rows) == {"Smiling", "Wearing_Mask"}
    assert rows["Wearing_Mask"].key == "wearing_mask"
    assert rows["Wearing_Mask"].name == "Wearing mask"


@pytest.mark.parametrize(
    "labels",
    [
        ["Red Hair", "Red_Hair"],  # one key for both
        ["Face Count"],  # the key of a fixed row
        ["???"],  # nothing is left for a key
    ],
)
def test_labels_that_cannot_be_told_apart_are_an_error(labels: list[str]) -> None:
    """The error names the labels, and where to change them."""
    with pytest.raises(EntityError, match=r"attributes\.model: .*rename the labels"):
        entities(configured(), Vocabulary(labels=tuple(labels)))


def test_the_colors_and_styles_are_those_of_the_network() -> None:
    """A network that says "red" has a sensor that Home Assistant accepts it from."""
    vocabulary = replace(CELEBA, hair_colors=("red", "black"), facial_hair=("none", "moustache"))
    table = by_key(entities(configured(facial_hair={"enabled": False}), vocabulary))
    hair, beard = table["hair_color"], table["facial_hair"]
    assert isinstance(hair, Sensor)
    assert isinstance(beard, Sensor)
    assert (hair.options, beard.options) == (("red", "black"), ("none", "moustache"))


_DETAILS = {"facial_hair_length", "facial_hair_mustache", "facial_hair_sideburns"}


def test_facial_hair_has_details_where_the_network_tells_them_and_the_owner_wants_them() -> None:
    """Otherwise it is concluded from CelebA's attributes, which know none."""
    assert set(by_key(entities(configured(), CELEBA))) >= _DETAILS
    untold = replace(CELEBA, tells_facial_hair=False)
    assert not _DETAILS & set(by_key(entities(configured(), untold)))
    unwanted = configured(facial_hair={"enabled": False})
    assert not _DETAILS & set(by_key(entities(unwanted, CELEBA)))


def test_an_attribute_that_is_told_better_elsewhere_leaves_the_node_unless_it_is_unreliable() -> (
    None
):
    """As before: what the network cannot promise is published only where the owner asks for it."""
    table = by_key(entities(configured(), replace(CELEBA, unreliable=frozenset({"Goatee"}))))
    goatee, sideburns = table["goatee"], table["sideburns"]
    assert isinstance(goatee, AttributeSensor)
    assert isinstance(sideburns, AttributeSensor)
    assert (goatee.is_published, sideburns.is_published) == (False, True)
