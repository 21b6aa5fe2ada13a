"""What came of enrolling, renaming, naming and forgetting, as events of Home Assistant's."""

from __future__ import annotations

from collections import Counter

from device.entities.roster import RosterEvent, RosterEventType, RosterReason
from device.people.enrolled import Enrolled
from device.people.enrolment import Enrolment
from device.people.hygiene import Refusal


def refused(name: str, reason: RosterReason, text: str) -> RosterEvent:
    """Return that something was refused.

    Args:
        name: of whom.
        reason: why.
        text: the same for people.
    """
    return RosterEvent(RosterEventType.REFUSED, name, text, reason)


def private(name: str) -> RosterEvent:
    """Return that nobody is enrolled in privacy."""
    text = "privacy is on, and the camera is released; switch it off, and press again"
    return refused(name, RosterReason.PRIVACY, text)


def enrolled_event(enrolled: Enrolled, what: str) -> RosterEvent:
    """Return that somebody was enrolled, or why not.

    Args:
        enrolled: what came of it.
        what: one of what the references were to be made from, for people: "picture".
    """
    name, enrolment = enrolled.person.name, enrolled.enrolment
    taken = len(enrolment.references)
    if not taken:
        count = len(enrolment.refusals)
        none = (
            f"none of the {count} {what}s was taken" if count > 1 else f"the {what} was not taken"
        )
        return RosterEvent(
            RosterEventType.REFUSED,
            name,
            f"{none}: {_commonest(enrolment)}",
            RosterReason.NOTHING_TAKEN,
            pictures=enrolment.refusals,
        )
    return RosterEvent(
        RosterEventType.ENROLLED,
        name,
        enrolled.sentence(),
        references=taken,
        pictures=enrolment.refusals,
    )


def _commonest(enrolment: Enrolment) -> str:
    """Return the explanation of the flaw that most pictures have."""
    found: list[Refusal] = [refusal for refusal in enrolment.refusals if refusal is not None]
    (flaw, _count), *_ = Counter(refusal.flaw for refusal in found).most_common(1)
    return next(refusal.explanation for refusal in found if refusal.flaw is flaw)
