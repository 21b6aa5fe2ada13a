"""The faces of a picture as enrolment needs them: each with its embedding, or with what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from device.config import PerceptionSettings
from device.observation import Detection, Image, Reason
from device.people.enrolment import Candidate
from device.people.hygiene import Flaw, Refusal
from device.people.identity import Recognition
from device.people.matching import Limits
from device.people.person import NewReference
from device.perception import Perception
from device.perception.aligned_face import AlignedFace, View
from device.perception.analysers.attributes import AttributeAnalyser
from device.perception.analysers.recognition import Appearance, RecognitionAnalyser
from device.perception.pipeline import Person
from device.perception.quality import Gate, Quality
from device.perception.tracking import Sample, Track

# Of the shorter side of a face's box. A face may be recognised when it is smaller; what it is compared with should show
# all that the network can see, which is 112 pixels from the eyebrows to the chin.
MIN_SIZE_PIXELS = 80


def open_examiner(perception: Perception, settings: PerceptionSettings) -> Examiner:
    """Return what looks at pictures for enrolment, with the networks of a perception that recognises people."""
    if perception.recognition is None:
        message = "this perception was opened without a gallery: it recognises nobody"
        raise ValueError(message)
    return Examiner(
        perception.detector.detect,
        perception.detector.less_strict().detect,
        Gate(settings.min_face_size, settings.min_sharpness, settings.min_brightness),
        perception.attributes,
        perception.recognition,
    )


class Examiner:
    """Looks at pictures for enrolment. One thread at a time uses it.

    Args:
        detect: finds the faces of a picture; see FaceDetector.detect.
        detect_again: the same at a lower score, asked where nobody is found.
        gate: the minimum quality.
        attributes: measured first; they tell whether something covers the eyes.
        recognition: the embeddings.
    """

    def __init__(
        self,
        detect: Callable[[Image], Sequence[Detection]],
        detect_again: Callable[[Image], Sequence[Detection]],
        gate: Gate,
        attributes: AttributeAnalyser,
        recognition: RecognitionAnalyser,
    ) -> None:
        self._detect = detect
        self._detect_again = detect_again
        self._gate = gate
        self._attributes = attributes
        self._recognition = recognition

    @property
    def limits(self) -> Limits:
        """What it takes to claim a name."""
        return self._recognition.limits

    @property
    def view(self) -> View:
        """The crop on which quality is measured."""
        return self._attributes.view

    def examine(self, image: Image) -> list[Candidate]:
        """Return the faces of a picture, (H, W, 3) uint8 BGR."""
        candidates = self._candidates(image, self._detect(image))
        if candidates:
            return candidates
        # At the lower score cups and curtains are found as well: what cannot be used is no face.
        weak = self._candidates(image, self._detect_again(image))
        return [candidate for candidate in weak if candidate.refusal is None]

    def _candidates(self, image: Image, found: Sequence[Detection]) -> list[Candidate]:
        return [self._candidate(AlignedFace(image, face, self.view)) for face in found]

    def _candidate(self, face: AlignedFace) -> Candidate:
        face.measured[self._attributes.name] = self._attributes.measure(face)
        appearance = self._recognition.measure(face)
        reason = self._gate.reject(face.quality)
        if face.quality.size < MIN_SIZE_PIXELS:
            reason = Reason.TOO_SMALL
        refusal = _poor(reason, face.quality) if reason else None
        return Candidate(
            appearance.embedding,
            face.quality.score,
            refusal or (_hidden(appearance.hidden) if appearance.hidden else None),
        )


def candidates_of(seen: Person) -> list[Candidate]:
    """Return what was measured of somebody whom a burst has shown, one for each frame that was judged.

    Args:
        seen: by a pipeline that recognises people.
    """
    candidates: list[Candidate] = []
    for sample in seen.track.samples:
        if not sample.is_judged or sample.quality is None:
            continue
        appearance = _appearance(sample)
        too_small = sample.quality.size < MIN_SIZE_PIXELS
        refusal = _poor(Reason.TOO_SMALL, sample.quality) if too_small else None
        if appearance.hidden is not None:
            refusal = refusal or _hidden(appearance.hidden)
        candidates.append(Candidate(appearance.embedding, sample.quality.score, refusal))
    return candidates


def reference_of(track: Track) -> NewReference | None:
    """Return the best that a burst shows of somebody as a reference; None if no frame is what enrolment would take.

    Args:
        track: measured by a perception that recognises people.
    """
    good = [sample for sample in track.samples if _may_be_reference(sample)]
    best = max(good, key=lambda sample: sample.score, default=None)
    return None if best is None else NewReference(_appearance(best).embedding, best.score)


def _may_be_reference(sample: Sample) -> bool:
    is_large = sample.quality is not None and sample.quality.size >= MIN_SIZE_PIXELS
    return is_large and sample.is_judged and _appearance(sample).hidden is None


def _appearance(sample: Sample) -> Appearance:
    measured: Appearance = sample.evidence[RecognitionAnalyser.name]
    return measured


def _poor(reason: Reason, quality: Quality) -> Refusal:
    match reason:
        case Reason.TOO_SMALL:
            return Refusal(
                Flaw.TOO_SMALL,
                f"the face is only {quality.size:.0f} pixels large, {MIN_SIZE_PIXELS} are needed; come closer",
            )
        case Reason.TOO_DARK:
            return Refusal(
                Flaw.TOO_DARK,
                f"the face is too dark or too noisy (light {quality.light:.2f}); let light fall on it from the front",
            )
        case _:
            return Refusal(
                Flaw.TOO_BLURRED,
                f"the face is blurred (sharpness {quality.sharpness:.2f}); hold still, or clean the lens",
            )


def _hidden(reason: Recognition) -> Refusal:
    if reason is Recognition.TURNED_AWAY:
        return Refusal(Flaw.TURNED_AWAY, "the face is turned away; look towards the camera")
    return Refusal(
        Flaw.COVERED,
        "something covers the face; take off sunglasses, mask or hat, or mind the light",
    )
