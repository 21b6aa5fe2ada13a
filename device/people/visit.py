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
# A burst decides by itself that somebody is unknown from this number of frames on, if most of them say so.
_CONVINCING_FRAMES = 3
_MAJORITY = 0.5
# Captures in a row without a name that make a stranger, where no burst convinces.
_CONVINCING_CAPTURES = 2

_NOBODY: Mapping[str, Named] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Visit:
    """What is remembered from one capture to the next.

    Attributes:
        named: who has been named in this visit, by id.
        last_seen: the time of its latest capture, in seconds on a monotonic clock.
        nameless_captures: how many captures in a row had a face without a name.
    """

    named: Mapping[str, Named] = field(default_factory=lambda: _NOBODY)
    last_seen: float = float("-inf")
    nameless_captures: int = 0


def settle(
    identities: Sequence[Identity], visit: Visit, now: float
) -> tuple[list[Identity], Visit]:
    """Let the visit decide what a capture alone cannot, and return its results with the visit that follows.

    Whoever was named in the visit and still looks like it keeps the name. Nobody else is called unknown before two
    captures, or most frames of a burst, say so.

    Args:
        identities: of the faces of one capture.
        visit: as it was after the capture before.
        now: in seconds on a monotonic clock.
    """
    if now - visit.last_seen > VISIT_SECONDS:
        visit = Visit()
    nameless = visit.nameless_captures + 1
    settled = [_settled(identity, visit, nameless) for identity in identities]
    named = dict(visit.named) | {p.id: p for p in (each.person for each in settled) if p}
    has_nameless = any(
        identity.result in {Recognition.UNKNOWN, Recognition.UNSURE} for identity in settled
    )
    return settled, Visit(named, now, nameless if has_nameless else 0)


def _settled(identity: Identity, visit: Visit, nameless_captures: int) -> Identity:
    if identity.result is not Recognition.UNKNOWN:
        return identity
    nearest, score = identity.nearest, identity.score or 0.0
    if nearest and nearest.id in visit.named and score >= _SOMEBODY_ELSE_SCORE:
        return replace(identity, result=Recognition.KNOWN, people=(nearest,))
    is_convincing = (
        identity.frames >= _CONVINCING_FRAMES and identity.unknown_share > _MAJORITY
    ) or nameless_captures >= _CONVINCING_CAPTURES
    return identity if is_convincing else replace(identity, result=Recognition.UNSURE)
