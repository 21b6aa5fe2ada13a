"""How well a face is seen: which faces the node rejects, and how much each frame's sample weighs."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, prod, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from device.observation import Detection, Image, Keypoints, Reason
from device.perception.arithmetic import in_plane
from device.perception.visibility import PROFILE, turn

FloatArray = NDArray[np.float32]

# The limits below come from `python -m model robustness`, which makes photographs worse step by step;
# docs/model-experiments.md has the figures.

# A face of more pixels (shorter side of the box) shows no more: it is about what the networks' input has.
_FULL_SIZE_PIXELS = 120.0
# The crop is compared at one size, that of the networks' inputs, so that sharpness means what the network can see of
# it: a large face may be blurred over many pixels of the frame, a small one over few.
_MEASURED_SIDE_PIXELS = 128
# Noise of single pixels would pass for detail.
_SMOOTHING_PIXELS = 0.8
# Energy of the second derivative across the direction that shows least detail, as a share of the crop's contrast, at
# which sharpness is one half. The Laplacian's energy is a common focus measure (Pech-Pacheco et al., "Diatom
# autofocusing in brightfield microscopy", 2000), but motion blurs in one direction only.
_HALF_SHARP = 0.0072
# The detail of a face of only a few grey levels is sensor noise; the floor keeps it from counting as sharpness.
_MIN_VARIANCE = 25.0
# Strong compression keeps edges, and leaves the same color in whole blocks. Of 600 CelebA test pictures the one with
# the fewest steps of color has them between 34 % of neighbouring pixels.
_FULL_COLOR_STEPS = 0.3
_COLOR_POWER = 3
# Of 0..255; with less color than this a picture is gray, as those of an infrared camera are.
_GRAY = 2.0
# Rows from the eyebrows to the mouth, and columns, as shares of the crop's side: no hair, hat, collar or background.
_FEATURES = (0.4, 0.8), (0.3, 0.7)
# Share of the pixels at either end that are left out: pupils, and highlights of glasses and skin.
_OUTLIERS = 0.05
# Of 0..255; from this luma on a pixel shows only that there was too much light.
_SATURATED = 250
# Each saturated pixel spoils the ones around it as well.
_SATURATED_WEIGHT = 2.0
# The limits for contrast and grain that belong to a limit of one for brightness, so that one setting moves all three.
# With the default of 0.2 contrast must be at least 0.25, and grain at most 0.035. Of 600 CelebA test pictures, which
# are what the network knows, 99.5 % have more than 0.24 of brightness and 0.25 of contrast, and none has a grain
# above 0.023.
_CONTRAST_AT_FULL_BRIGHTNESS = 1.25
_GRAIN_AT_FULL_BRIGHTNESS = 0.007
# Of 0..1; a face at least as well lit as this has full weight.
_FULL_LIGHT = 0.35
# Of 0..1; a brighter face without contrast is veiled or overexposed: more light would not help.
_BRIGHT = 0.4
# Below it a face is one grey, and a share of it would mean nothing.
_MIN_CONTRAST = 0.01
# The difference of two Laplacians: blind to edges and slopes.
_NOISE_FILTER = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
# A detection with at least this score has full weight.
_CERTAIN_SCORE = 0.9


@dataclass(frozen=True, slots=True)
class Quality:
    """How well one face is seen in one frame.

    Attributes:
        size: pixels, the shorter side of the box.
        sharpness: 0 (a smear, or the blocks of strong compression) to 1.
        brightness: mean luma of the face, 0 (black) to 1 (white).
        contrast: between the dark and the bright parts of the features, 0 (one grey) to 1.
        grain: standard deviation of the noise, as a share of the contrast.
        pose: 0 (profile) to 1 (frontal).
        certainty: the detector's score, 0..1.
    """

    size: float
    sharpness: float
    brightness: float
    contrast: float
    grain: float
    pose: float
    certainty: float

    @property
    def light(self) -> float:
        """Brightness, or less where the features have little contrast or drown in noise, 0..1."""
        return min(
            self.brightness,
            self.contrast / _CONTRAST_AT_FULL_BRIGHTNESS,
            _GRAIN_AT_FULL_BRIGHTNESS / max(self.grain, _GRAIN_AT_FULL_BRIGHTNESS),
        )

    @property
    def is_washed_out(self) -> bool:
        """Whether the face is bright, but hardly anything stands out: a dirty lens, haze, or too much light."""
        return (
            self.brightness >= _BRIGHT
            and self.light == self.contrast / _CONTRAST_AT_FULL_BRIGHTNESS
        )

    @property
    def score(self) -> float:
        """How much a frame counts, 0..1: the geometric mean of size, sharpness, light and pose, times the certainty.

        Each of them is 1 where more would not help. The detector's score is squared: on degraded photographs that
        pass the gate, answers at a score of 0.7 are wrong three times as often as at 0.9.
        """
        factors = (
            min(self.size / _FULL_SIZE_PIXELS, 1.0),
            self.sharpness,
            min(self.light / _FULL_LIGHT, 1.0),
            self.pose,
        )
        certainty = min(self.certainty / _CERTAIN_SCORE, 1.0) ** 2
        return prod(factors) ** (1 / len(factors)) * certainty


@dataclass(frozen=True, slots=True)
class Gate:
    """The minimum quality that the node judges, as configured.

    Attributes:
        min_size: pixels, the shorter side of the box.
        min_sharpness: 0..1.
        min_brightness: 0..1; of Quality.light.
    """

    min_size: float
    min_sharpness: float
    min_brightness: float

    def reject(self, quality: Quality) -> Reason | None:
        """Return why a face is not judged, or None."""
        if quality.size < self.min_size:
            return Reason.TOO_SMALL
        if quality.light < self.min_brightness:
            return Reason.TOO_BLURRED if quality.is_washed_out else Reason.TOO_DARK
        if quality.sharpness < self.min_sharpness:
            return Reason.TOO_BLURRED
        return None


def measure(detection: Detection, crop: Image) -> Quality:
    """Measure a face from its detection and its canonical crop, (side, side, 3) uint8 BGR."""
    # The middle of the crop, down to its lower edge: the face without hair and background.
    quarter = len(crop) // 4
    middle = crop[quarter:, quarter:-quarter]
    size = _MEASURED_SIDE_PIXELS // 2, _MEASURED_SIDE_PIXELS * 3 // 4
    small = cv2.resize(middle, size, interpolation=cv2.INTER_AREA)
    luma_chroma = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2YCrCb), np.uint8)
    face = luma_chroma[..., 0].astype(np.float32)
    # Without the collar.
    chroma = np.ascontiguousarray(luma_chroma[: size[0], :, 1:])
    detail, contrast = _detail(face), _contrast(face[_in_middle(_FEATURES)])
    return Quality(
        size=detection.box.size,
        sharpness=detail / (detail + _HALF_SHARP) * _color_detail(chroma),
        brightness=float(face.mean()) / 255,
        contrast=contrast,
        grain=_noise(face) / 255 / max(contrast, _MIN_CONTRAST),
        pose=_frontality(detection.keypoints),
        certainty=detection.score,
    )


def _detail(face: FloatArray) -> float:
    """Return the energy of the second derivative in the direction that has least, as a share of the variance."""
    smooth = cv2.GaussianBlur(face, (0, 0), _SMOOTHING_PIXELS)
    twice = 2 * smooth[1:-1, 1:-1]
    # Opposite neighbours: along rows, columns and both diagonals, where they are the square root of two apart.
    along = (
        smooth[1:-1, 2:] + smooth[1:-1, :-2] - twice,
        smooth[2:, 1:-1] + smooth[:-2, 1:-1] - twice,
        smooth[2:, 2:] + smooth[:-2, :-2] - twice,
        smooth[2:, :-2] + smooth[:-2, 2:] - twice,
    )
    rows, columns, *diagonals = (cv2.norm(second, cv2.NORM_L2SQR) for second in along)
    energy = min(rows, columns, min(diagonals) / 4) / twice.size
    return energy / max(cv2.meanStdDev(smooth)[1].item() ** 2, _MIN_VARIANCE)


def _color_detail(chroma: NDArray[np.uint8]) -> float:
    """Return 1 where color changes from pixel to pixel as it does on a face, less where it stays the same in blocks.

    Args:
        chroma: (H, W, 2) uint8.
    """
    if float(cv2.meanStdDev(chroma)[1].mean()) < _GRAY:
        return 1.0
    is_step = chroma[:, 1:] != chroma[:, :-1]
    steps = float(np.count_nonzero(is_step) / is_step.size)
    return min(steps / _FULL_COLOR_STEPS, 1.0) ** _COLOR_POWER


def _contrast(features: FloatArray) -> float:
    """Return how far dark and bright parts of the features are apart, less what is overexposed, 0..1."""
    # As np.percentile has it, which takes longer to prepare than to compute.
    ordered = np.sort(features, axis=None)
    dark, bright = _quantile(ordered, _OUTLIERS), _quantile(ordered, 1 - _OUTLIERS)
    saturated = 1 - int(ordered.searchsorted(_SATURATED)) / len(ordered)
    return (bright - dark) / 255 * max(0.0, 1 - _SATURATED_WEIGHT * saturated)


def _in_middle(shares: tuple[tuple[float, float], ...]) -> tuple[slice, ...]:
    """Return where shares of the crop's side are in its middle, which begins a quarter from each edge."""
    side = _MEASURED_SIDE_PIXELS
    return tuple(slice(*(round(share * side) - side // 4 for share in ends)) for ends in shares)


def _quantile(ordered: FloatArray, share: float) -> float:
    place = (len(ordered) - 1) * share
    lower, upper = ordered[int(place) : int(place) + 2].tolist()
    return float(lower + (upper - lower) * (place % 1))


def _noise(face: FloatArray) -> float:
    """Return the standard deviation of the noise (Immerkaer, "Fast noise variance estimation", 1996), 0..255."""
    response = cv2.filter2D(face, -1, _NOISE_FILTER)[1:-1, 1:-1]
    return cv2.norm(response, cv2.NORM_L1) / response.size * sqrt(pi / 2) / 6


def _frontality(keypoints: Keypoints) -> float:
    right, left = in_plane(keypoints[:2].tolist())
    if abs(left - right) < 1:
        return 0.0
    return max(0.0, 1 - (turn(keypoints) / PROFILE) ** 2)
