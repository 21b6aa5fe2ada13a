"""What a node needs so that a row is in its table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from device.config import Config
from device.config.sections.triggers import ButtonKind
from device.networks.files import is_own_network


@dataclass(frozen=True, slots=True)
class Requirement:
    """A condition on the configuration.

    Attributes:
        is_met: by the node's configuration.
        sentence: for the documentation; empty where it is obvious.
    """

    is_met: Callable[[Config], bool]
    sentence: str = ""


def _has_network_updates(config: Config) -> bool:
    # An owner's own network has no updates.
    return config.updates.index is not None and not is_own_network(config.attributes.model)


def button_shown_as(kind: ButtonKind) -> Requirement:
    """Return the requirement of a button that is to be one kind of entity."""
    return Requirement(
        lambda config: config.triggers.button is not None and config.triggers.button.kind == kind,
        f"Needs a button with `triggers.button.kind: {kind}`.",
    )


NOTHING = Requirement(lambda _config: True)
BUTTON = Requirement(lambda config: config.triggers.button is not None)
MOTION_SENSOR = Requirement(
    lambda config: config.triggers.motion is not None, "Needs a motion sensor."
)
FACIAL_HAIR = Requirement(lambda config: config.facial_hair.enabled)
PEOPLE = Requirement(lambda config: config.people.enabled, "Needs `people.enabled`.")
VISITORS = Requirement(
    lambda config: config.people.enabled and config.people.visitors_days > 0,
    "Needs `people.enabled` and `people.visitors_days`.",
)
PICTURES = Requirement(lambda config: len(config.privacy.picture_modes) > 1)
UPDATE_INDEX = Requirement(lambda config: config.updates.index is not None)
NETWORK_UPDATES = Requirement(_has_network_updates)
