"""A visit: the captures of one node within a few minutes, in which people keep their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from device.people.identity import Identity, Named, Recognition

# The commonest complaint about recognition is a resident who is called a stranger minutes after they were named.
VISIT_SECONDS = 180.0
"""Between two captures of one visit, at most."""
# Below this a face is not that person turned or badly lit, but somebody else: compared with the three references of
# somebody else 98 % of CelebA's pictures are below it, and with those of the person 3 %.
_SOMEBODY_ELSE_SCORE = 0.35
# A burst decides by itself that somebody is unknown from this number of frames on, if most of them say so and the face
# is this far from everybody. Its frames show one moment, and what was wrong with one of them is wrong with all: of the
# pictures of known people on CelebA 3 % look like a stranger's, and below this score one in 200, which mostly show
# somebody else than their label says.
_CONVINCING_FRAMES = 3
_MAJORITY = 0.5
_FAR_SCORE = 0.22
# Captures in a row with a stranger's face that make a stranger, where no burst convinces.
_CONVINCING_CAPTURES = 2

_HIDDEN = frozenset({Recognition.TURNED_AWAY, Recognition.COVERED})
_NOBODY: Mapping[str, Named] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Visit:
    """What is remembered from one capture to the next.

    Attributes:
        named: who has been named in this visit, by id.
        last_seen: the time of its latest capture, in seconds on a monotonic clock.
        strange_captures: how many captures in a row had a face like nobody's.
    """

    named: Mapping[str, Named] = field(default_factory=lambda: _NOBODY)
    last_seen: float = float("-inf")
    strange_captures: int = 0


def settle(
    identities: Sequence[Identity], visit: Visit, now: float
) -> tuple[list[Identity], Visit]:
    """Let the visit decide what a capture alone cannot, and return its results with the visit that follows.

    Whoever was named in the visit and still looks like it keeps the name. Nobody else is called unknown before two
    captures in a row, or most frames of a burst and clearly, say so. A capture in which no face shows enough says
    nothing about that; one in which a face almost has a name, or nobody is there, speaks against it.

    Args:
        identities: of the faces of one capture.
        visit: as it was after the capture before.
        now: in seconds on a monotonic clock.
    """
    if now - visit.last_seen > VISIT_SECONDS:
        visit = Visit()
    kept = [_kept(identity, visit) for identity in identities]
    strange = visit.strange_captures
    if any(identity.result is Recognition.UNKNOWN for identity in kept):
        strange += 1
    elif not kept or any(identity.result not in _HIDDEN for identity in kept):
        strange = 0
    settled = [_settled(identity, strange) for identity in kept]
    named = dict(visit.named) | {p.id: p for p in (each.person for each in settled) if p}
    return settled, Visit(named, now, strange)


def _kept(identity: Identity, visit: Visit) -> Identity:
    nearest, score = identity.nearest, identity.score or 0.0
    is_unknown = identity.result is Recognition.UNKNOWN
    if is_unknown and nearest and nearest.id in visit.named and score >= _SOMEBODY_ELSE_SCORE:
        return replace(identity, result=Recognition.KNOWN, people=(nearest,))
    return identity


def _settled(identity: Identity, strange_captures: int) -> Identity:
    if identity.result is not Recognition.UNKNOWN or strange_captures >= _CONVINCING_CAPTURES:
        return identity
    is_clear = (
        identity.frames >= _CONVINCING_FRAMES
        and identity.unknown_share > _MAJORITY
        and (identity.score or 0.0) < _FAR_SCORE
    )
    return identity if is_clear else replace(identity, result=Recognition.UNSURE)
