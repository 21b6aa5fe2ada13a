"""Perception that knows people: with the newest gallery, and with names that last for a visit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from device.node.known_people import KnownPeople
from device.node.observer import Perceive, Reconsider
from device.observation import Face, Frame
from device.people.identity import Identity, Recognition
from device.people.person import NewReference
from device.people.visit import Visit, settle
from device.perception.analysers.recognition import RecognitionAnalyser
from device.perception.examination import reference_of
from device.perception.pipeline import Judgement, Perceived


class RecognisingPerception:
    """Lets a visit settle what one burst alone cannot. The capture thread uses it.

    Args:
        perceive: see pipeline.Perception.perceive.
        reconsider: see pipeline.Perception.reconsider.
        known: who is known.
    """

    def __init__(self, perceive: Perceive, reconsider: Reconsider, known: KnownPeople) -> None:
        self._perceive = perceive
        self._reconsider = reconsider
        self._known = known
        self._before = self._visit = Visit()
        self._at = float("-inf")

    def perceive(
        self,
        frames: Sequence[Frame],
        judgement: Judgement,
        previous: Sequence[Face],
        should_stop: Callable[[], bool],
    ) -> Perceived:
        """Return what a burst shows; see Pipeline.perceive."""
        self._known.refresh()
        seen = self._perceive(frames, judgement, previous, should_stop)
        self._before, self._at = self._visit, frames[0].monotonic
        settled, self._visit = self._settled(seen)
        if self._known.keeps_visitors:
            self._known.saw(_strangers(settled))
        return settled

    def glance(
        self,
        frames: Sequence[Frame],
        judgement: Judgement,
        previous: Sequence[Face],
        should_stop: Callable[[], bool],
    ) -> Perceived:
        """Return what frames show by themselves; the visit goes on as if nobody had looked."""
        self._known.refresh()
        return self._perceive(frames, judgement, previous, should_stop)

    def reconsider(self, seen: Perceived, judgement: Judgement) -> Perceived:
        """Return what the newest burst would have shown with another judgement, in the same visit."""
        return self._settled(self._reconsider(seen, judgement))[0]

    def forget(self) -> None:
        """End the visit and close the gallery, for privacy or at the end; whoever asks next opens it again."""
        self._before = self._visit = Visit()
        self._known.close()

    def _settled(self, seen: Perceived) -> tuple[Perceived, Visit]:
        """Return what is seen after settling it with the visit before, and the visit that follows."""
        identities = [_identity(face) for face in seen.faces]
        settled, visit = settle(identities, self._before, self._at)
        faces = tuple(
            replace(face, facts={**face.facts, RecognitionAnalyser.name: identity})
            for face, identity in zip(seen.faces, settled, strict=True)
        )
        return replace(seen, faces=faces), visit


def _identity(face: Face) -> Identity:
    identity = face.fact(Identity)
    return Identity(Recognition.UNSURE) if identity is None else identity


def _strangers(seen: Perceived) -> list[NewReference]:
    """Return the faces that are nobody's who is enrolled, as far as they are good enough to be enrolled."""
    references = (
        reference_of(person.track)
        for face, person in zip(seen.faces, seen.people, strict=True)
        if _identity(face).result is Recognition.UNKNOWN
    )
    return [reference for reference in references if reference is not None]
