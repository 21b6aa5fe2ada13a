"""Decisions follow the thresholds, have hysteresis, and never contradict each other."""

from __future__ import annotations

import numpy as np
import pytest

from device.networks.files import model_path, shipped_models
from device.observation import Attribute
from device.perception.analysers.attributes import AttributeClassifier, calibrate, decide
from tests.networks.cards import NAMES, make_card


def _row(**probabilities: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array([probabilities.get(name, 0.0) for name in NAMES], np.float32)


def test_an_attribute_is_present_from_its_threshold_on() -> None:
    """At the threshold it is present, just below it is not."""
    assert decide(_row(Eyeglasses=0.6), make_card(0.6)).attributes["Eyeglasses"].present
    assert not decide(_row(Eyeglasses=0.59), make_card(0.6)).attributes["Eyeglasses"].present


def test_the_owner_may_choose_precise_thresholds() -> None:
    """What the balanced threshold calls present, the precise one may not."""
    row = _row(Eyeglasses=0.8)
    assert decide(row, make_card()).attributes["Eyeglasses"].present
    assert not decide(row, make_card(), aim="precise").attributes["Eyeglasses"].present


def test_an_offset_makes_the_node_more_reluctant() -> None:
    """The owner's offset is added to the model's threshold."""
    row = _row(Eyeglasses=0.6)
    assert decide(row, make_card(), threshold_offset=0.05).attributes["Eyeglasses"].present
    assert not decide(row, make_card(), threshold_offset=0.15).attributes["Eyeglasses"].present


def test_the_threshold_that_was_compared_is_kept() -> None:
    """With the owner's offset, and with the hysteresis of what was present."""
    row = _row(Eyeglasses=0.6, Bald=0.2)
    seen = {"Eyeglasses": Attribute(0.9, present=True), "Bald": Attribute(0.1, present=False)}
    found = decide(row, make_card(), threshold_offset=0.05, hysteresis=0.1, previous=seen)
    plain = decide(row, make_card())
    for name, change in (("Eyeglasses", -0.05), ("Bald", 0.05)):
        before, after = plain.attributes[name].threshold, found.attributes[name].threshold
        assert before is not None
        assert after == pytest.approx(before + change)


def test_what_was_present_stays_until_it_falls_below_the_hysteresis() -> None:
    """A present attribute survives a dip, an absent one does not gain from it."""
    seen = {"Eyeglasses": Attribute(0.9, present=True)}
    unseen = {"Eyeglasses": Attribute(0.1, present=False)}

    def present(probability: float, before: dict[str, Attribute]) -> bool:
        row = _row(Eyeglasses=probability)
        decision = decide(row, make_card(), hysteresis=0.1, previous=before)
        return decision.attributes["Eyeglasses"].present

    assert present(0.42, seen)
    assert not present(0.38, seen)
    assert not present(0.42, unseen)


def test_hair_has_at_most_one_color() -> None:
    """Of two colors above their thresholds the more certain one stays."""
    decision = decide(_row(Black_Hair=0.7, Brown_Hair=0.8), make_card())
    assert decision.hair_color == "brown"
    assert not decision.attributes["Black_Hair"].present
    assert decision.attributes["Black_Hair"].probability == pytest.approx(0.7)


def test_hair_of_no_clear_color_is_none() -> None:
    """Below every threshold the node does not guess."""
    assert decide(_row(Black_Hair=0.3), make_card()).hair_color is None


def test_a_bald_person_may_be_gray_at_the_sides() -> None:
    """The more certain one names the color, and both stay; neither stays together with a more certain black."""
    both = decide(_row(Bald=0.9, Gray_Hair=0.7, Brown_Hair=0.6), make_card())
    assert both.hair_color == "bald"
    assert [both.attributes[n].present for n in ("Bald", "Gray_Hair", "Brown_Hair")] == [
        True,
        True,
        False,
    ]
    black = decide(_row(Bald=0.7, Gray_Hair=0.7, Black_Hair=0.8), make_card())
    assert black.hair_color == "black"
    assert not black.attributes["Bald"].present
    assert not black.attributes["Gray_Hair"].present


def test_stubble_is_not_a_beard() -> None:
    """It stays present together with No_Beard, and names the facial hair."""
    decision = decide(_row(No_Beard=0.9, Stubble=0.6, Goatee=0.7), make_card())
    assert decision.facial_hair == "stubble"
    assert decision.attributes["No_Beard"].present
    assert decision.attributes["Stubble"].present
    assert not decision.attributes["Goatee"].present


def test_a_smooth_face_has_no_facial_hair() -> None:
    """No_Beard rules out the weaker signs of a beard."""
    decision = decide(_row(No_Beard=0.9, Goatee=0.6, Sideburns=0.55), make_card())
    assert decision.facial_hair == "none"
    assert not decision.attributes["Goatee"].present
    assert not decision.attributes["Sideburns"].present


def test_a_certain_goatee_rules_out_no_beard() -> None:
    """The more certain side of the contradiction wins."""
    decision = decide(_row(No_Beard=0.55, Goatee=0.9), make_card())
    assert decision.facial_hair == "goatee"
    assert not decision.attributes["No_Beard"].present


def test_goatee_and_mustache_may_both_be_present() -> None:
    """They do not exclude each other; the more certain one names the style."""
    decision = decide(_row(Goatee=0.7, Mustache=0.8), make_card())
    assert decision.facial_hair == "mustache"
    assert decision.attributes["Goatee"].present


def test_a_beard_without_a_style_is_a_beard() -> None:
    """Clearly not smooth and of no style: beard; not clear to a cautious owner: unknown."""
    assert decide(_row(No_Beard=0.2), make_card()).facial_hair == "beard"
    assert decide(_row(No_Beard=0.4), make_card(), threshold_offset=0.2).facial_hair is None


@pytest.mark.parametrize("seed", range(200))
def test_no_decision_contradicts_itself(seed: int) -> None:
    """Whatever the probabilities, one hair color at most, or bald and gray, and no beard together with No_Beard."""
    random = np.random.default_rng(seed)
    row = random.random(len(NAMES), np.float32)
    offset = float(random.uniform(-0.4, 0.4))
    decision = decide(row, make_card(), threshold_offset=offset)
    present = {name for name, attribute in decision.attributes.items() if attribute.present}
    colors = present & {"Black_Hair", "Brown_Hair", "Gray_Hair", "Bald"}
    assert len(colors) <= 1 or colors == {"Bald", "Gray_Hair"}
    assert (decision.hair_color is None) == (not colors)
    if "No_Beard" in present:
        assert not present & {"Goatee", "Mustache", "Sideburns"}
        assert decision.facial_hair == ("stubble" if "Stubble" in present else "none")
    if decision.facial_hair == "none":
        assert "No_Beard" in present


def test_calibration_is_the_logistic_function_of_the_scaled_logit() -> None:
    """Scale and bias act before the sigmoid; huge logits do not overflow."""
    logits = np.array([[0.0, 2.0, -1e9]], np.float32)
    calibrated = calibrate(logits, np.full((1, 3), 0.5, np.float32), 1.0)
    assert calibrated == pytest.approx([0.731059, 0.880797, 0.0], abs=1e-6)


def test_members_are_weighted_label_by_label() -> None:
    """Of two members, the one that knows a label better counts for more."""
    logits = np.array([[2.0, 2.0], [-2.0, -2.0]], np.float32)
    scales = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)
    assert calibrate(logits, scales, 0.0) == pytest.approx([0.880797, 0.119203], abs=1e-6)


def test_every_shipped_model_fits_its_description() -> None:
    """Network and JSON in the zoo belong together and know CelebA's 40 attributes."""
    assert "attributes" in shipped_models()
    for name in shipped_models():
        classifier = AttributeClassifier.load(model_path(name))
        assert len(classifier.card.labels) == 40
