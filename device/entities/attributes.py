"""The rows of the attributes: CelebA's 40, and those of an owner's own network."""

from __future__ import annotations

import re
from dataclasses import replace

from device.entities.device_triggers import AttributeTrigger
from device.entities.documents import STATE
from device.entities.kinds import AttributeSensor
from device.entities.outcome import Outcome


def objective(label: str, icon: str, meaning: str) -> AttributeSensor[Outcome]:
    """Return the row of a label on which two people would agree at a glance."""
    return AttributeSensor(
        document=STATE,
        key=re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_"),
        name=_spelled(label),
        meaning=meaning,
        icon=icon,
        needs_camera=True,
        attribute=label,
        read=lambda outcome: outcome.has(label),
    )


def attribute_name(label: str) -> str:
    """Return what people read for an attribute network's label, wherever they read it, in English.

    Args:
        label: for instance "Wearing_Hat", which is "Wearing hat"; or one of an owner's own network.
    """
    return _NAMES.get(label) or _spelled(label)


def detected(row: AttributeSensor[Outcome]) -> AttributeTrigger:
    """Return the device trigger that fires when an attribute is seen in any face."""
    return AttributeTrigger(
        key=f"{row.key}_detected",
        name=row.key,
        meaning="Fires when any face of a capture has the attribute.",
        attribute=row.attribute,
    )


def _spelled(label: str) -> str:
    return label.replace("_", " ").capitalize()


def _subjective(label: str, icon: str, meaning: str) -> AttributeSensor[Outcome]:
    """Return the row of a matter of opinion, or of who someone is rather than what they wear."""
    return replace(objective(label, icon, meaning), is_enabled_by_default=False)


def _superseded(label: str, icon: str, meaning: str) -> AttributeSensor[Outcome]:
    """Return the row of what CelebA's annotators often got wrong; the rows of facial hair tell it better."""
    row = objective(label, icon, f"{meaning} As CelebA means it; *Facial hair* is more accurate.")
    return replace(row, is_enabled_by_default=False, is_superseded=True)


ATTRIBUTES = (
    replace(
        _superseded("5_o_Clock_Shadow", "mdi:razor-double-edge", "Has stubble."),
        name="5 o'clock shadow",
    ),
    _subjective("Arched_Eyebrows", "mdi:chevron-up", "The eyebrows are arched."),
    _subjective("Attractive", "mdi:star-face", "People called such faces attractive."),
    _subjective("Bags_Under_Eyes", "mdi:sleep", "Has bags under the eyes."),
    objective("Bald", "mdi:head-outline", "Has no hair on the top of the head."),
    objective("Bangs", "mdi:content-cut", "Hair falls over the forehead."),
    _subjective("Big_Lips", "mdi:emoticon-kiss-outline", "The lips are full."),
    _subjective("Big_Nose", "mdi:face-man-profile", "The nose is large."),
    objective("Black_Hair", "mdi:palette", "The hair is black."),
    objective("Blond_Hair", "mdi:palette", "The hair is blond."),
    _subjective("Blurry", "mdi:blur", "The face is out of focus."),
    objective("Brown_Hair", "mdi:palette", "The hair is brown."),
    _subjective("Bushy_Eyebrows", "mdi:chevron-double-up", "The eyebrows are thick."),
    _subjective("Chubby", "mdi:circle-outline", "The face is round and full."),
    _subjective("Double_Chin", "mdi:chevron-double-down", "Has a double chin."),
    objective("Eyeglasses", "mdi:glasses", "Wears glasses, sunglasses included."),
    _superseded("Goatee", "mdi:mustache", "Has a goatee."),
    # Hair color tells it too. Not every network can promise it; whoever has this entity keeps it then.
    replace(
        objective("Gray_Hair", "mdi:palette", "The hair is gray or white."), is_superseded=True
    ),
    _subjective("Heavy_Makeup", "mdi:brush", "Wears much make-up."),
    _subjective("High_Cheekbones", "mdi:emoticon-neutral-outline", "The cheekbones stand out."),
    _subjective("Male", "mdi:gender-male", "People called such faces male."),
    objective("Mouth_Slightly_Open", "mdi:emoticon-lol-outline", "The mouth is open."),
    _superseded("Mustache", "mdi:mustache", "Has a mustache."),
    _subjective("Narrow_Eyes", "mdi:eye-minus-outline", "The eyes are narrow."),
    _superseded("No_Beard", "mdi:razor-single-edge", "Has no facial hair."),
    _subjective("Oval_Face", "mdi:egg-outline", "The face is oval."),
    _subjective("Pale_Skin", "mdi:invert-colors", "The skin looks pale."),
    _subjective("Pointy_Nose", "mdi:face-woman-profile", "The nose is pointed."),
    _subjective("Receding_Hairline", "mdi:head-minus-outline", "The hairline recedes."),
    _subjective("Rosy_Cheeks", "mdi:flower-outline", "The cheeks are red."),
    _superseded("Sideburns", "mdi:face-man-profile", "Has sideburns."),
    objective("Smiling", "mdi:emoticon-happy-outline", "Smiles."),
    _subjective("Straight_Hair", "mdi:hair-dryer-outline", "The hair is straight."),
    _subjective("Wavy_Hair", "mdi:waves", "The hair is wavy."),
    objective("Wearing_Earrings", "mdi:diamond-stone", "Wears earrings."),
    objective("Wearing_Hat", "mdi:hat-fedora", "Wears a hat, a cap or a hood."),
    objective("Wearing_Lipstick", "mdi:lipstick", "Wears lipstick."),
    objective("Wearing_Necklace", "mdi:necklace", "Wears a necklace."),
    objective("Wearing_Necktie", "mdi:tie", "Wears a necktie."),
    _subjective("Young", "mdi:cake-variant-outline", "People called such faces young."),
)

_NAMES = {row.attribute: row.name for row in ATTRIBUTES}
