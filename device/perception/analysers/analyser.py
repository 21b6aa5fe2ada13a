"""What an analyser does; the pipeline knows nothing more of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from device.networks.section import Aim
from device.observation import FactT
from device.perception.aligned_face import AlignedFace

EvidenceT = TypeVar("EvidenceT")


@dataclass(frozen=True, slots=True)
class Judgement:
    """How cautious the owner wants decisions to be; it may change from one observation to the next.

    Attributes:
        aim: which of a label's thresholds decides.
        threshold_offset: added to every threshold; above zero the node is more reluctant.
        hysteresis: how far below its threshold a probability must fall to end what was present.
    """

    aim: Aim = "balanced"
    threshold_offset: float = 0.0
    hysteresis: float = 0.0


BALANCED = Judgement()
"""What decides where no owner has asked for anything else."""


@dataclass(frozen=True, slots=True)
class Weighted(Generic[EvidenceT]):
    """What was measured on a face in one frame, and how much it counts: the quality there, above 0 to 1."""

    evidence: EvidenceT
    weight: float


class FaceAnalyser(Protocol[EvidenceT, FactT]):
    """Finds out one thing about a face. One thread at a time uses it.

    To add one: write a class like this, and hand it to perception.open_perception.
    """

    @property
    def name(self) -> str:
        """Names its stage in the timings and its fact in Face.facts; no two analysers have the same one."""

    def measure(self, face: AlignedFace) -> EvidenceT:
        """Return what one face of one frame shows; only called for faces that pass the quality gate.

        It is kept until the next burst, or until privacy begins, and so must not contain the picture.
        """

    def decide(
        self, evidence: Sequence[Weighted[EvidenceT]], before: FactT | None, judgement: Judgement
    ) -> FactT:
        """Return what a whole burst shows of one person. Without I/O and clock.

        It is called again with the same evidence, and the same fact of before, when the owner's settings change.

        Args:
            evidence: of at least one frame, in the order of time.
            before: the fact about the same person a moment ago, if there was one.
            judgement: the owner's settings, for an analyser that uses them.
        """
