"""The row of an update: a version that runs, and the newest one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from device.entities.kinds import Json, Platform, Readable, SubjectT
from device.entities.requests import Request
from device.updates.node.offer import Offer

BY_HAND = "by_hand"
"""The one sentence among the words of an update; see Offer.to_json."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(Readable[SubjectT]):
    """A version that runs, and the newest one.

    Attributes:
        install: what Home Assistant's button asks for.
        title: what is installed, by its own name; None where it has the entity's.
        is_installable: whether the owner allows Home Assistant to ask for it.
    """

    platform = Platform.UPDATE

    read: Callable[[SubjectT], Offer | None]
    install: Request
    title: str | None = None
    is_installable: bool = False

    @property
    def has_attributes(self) -> bool:
        """Its words are part of its state."""
        return self.explain is not None

    def value(self, subject: SubjectT) -> Json:
        """Return the whole state, as Home Assistant's update entity takes it."""
        offer = self.read(subject)
        return None if offer is None else offer.to_json(self.words[BY_HAND])
