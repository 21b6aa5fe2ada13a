"""Decisions follow the thresholds, stick a little, and never contradict themselves."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from device.errors import ModelError
from device.networks.card import ModelCard, model_path, read_card, shipped_models
from device.observation import Attribute
from device.perception.analysers.attributes import AttributeClassifier, calibrate, decide

NAMES = [
    "Eyeglasses",
    "Black_Hair",
    "Brown_Hair",
    "Gray_Hair",
    "Bald",
    "No_Beard",
    "Stubble",
    "Goatee",
    "Mustache",
    "Sideburns",
]


def make_bundle(threshold: float = 0.5) -> ModelCard:
    """Return a small card whose labels all have one threshold."""
    balanced = {"value": threshold, "precision": 0.8, "recall": 0.8}
    precise = {"value": 0.9, "precision": 0.96, "recall": 0.4}
    labels = [
        {"name": n, "scales": [1], "bias": 0, "balanced": balanced, "precise": precise}
        for n in NAMES
    ]
    return ModelCard.model_validate(
        {
            "format": 2,
            "name": "small",
            "version": "1",
            "sha256": "0" * 64,
            "input": {"side": 128, "mean": 127.5, "scale": 127.5, "margin": 1.0},
            "flip_average": False,
            "promised_precision": 0.95,
            "labels": labels,
            "groups": {
                "hair_color": {
                    "Black_Hair": "black",
                    "Brown_Hair": "brown",
                    "Gray_Hair": "gray",
                    "Bald": "bald",
                },
                "no_facial_hair": "No_Beard",
                "facial_hair": {"Stubble": "stubble", "Goatee": "goatee", "Mustache": "mustache"},
                "other_facial_hair": ["Sideburns"],
                "compatible": [["Bald", "Gray_Hair"], ["Stubble", "No_Beard"]],
            },
            "provenance": {},
        }
    )


def _row(**probabilities: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array([probabilities.get(name, 0.0) for name in NAMES], np.float32)


def test_an_attribute_is_present_from_its_threshold_on() -> None:
    """At the threshold it is present, just below it is not."""
    assert decide(_row(Eyeglasses=0.6), make_bundle(0.6)).attributes["Eyeglasses"].present
    assert not decide(_row(Eyeglasses=0.59), make_bundle(0.6)).attributes["Eyeglasses"].present


def test_the_owner_chooses_precise_thresholds() -> None:
    """What the balanced threshold calls present, the precise one may not."""
    row = _row(Eyeglasses=0.8)
    assert decide(row, make_bundle()).attributes["Eyeglasses"].present
    assert not decide(row, make_bundle(), aim="precise").attributes["Eyeglasses"].present


def test_a_label_that_can_promise_no_precision_is_unreliable() -> None:
    """The card promises 95 %; a label whose best threshold keeps less is named."""
    card = make_bundle()
    weak = card.labels[0].model_copy(update={"precise": card.labels[0].balanced})
    card = card.model_copy(update={"labels": (weak, *card.labels[1:])})
    assert card.unreliable == {"Eyeglasses"}
    assert make_bundle().unreliable == set()


def test_an_offset_makes_the_node_more_reluctant() -> None:
    """The owner's offset is added to the model's threshold."""
    row = _row(Eyeglasses=0.6)
    assert decide(row, make_bundle(), threshold_offset=0.05).attributes["Eyeglasses"].present
    assert not decide(row, make_bundle(), threshold_offset=0.15).attributes["Eyeglasses"].present


def test_what_was_present_stays_until_it_falls_below_the_hysteresis() -> None:
    """A present attribute survives a dip, an absent one does not profit from it."""
    seen = {"Eyeglasses": Attribute(0.9, present=True)}
    unseen = {"Eyeglasses": Attribute(0.1, present=False)}

    def present(probability: float, before: dict[str, Attribute]) -> bool:
        row = _row(Eyeglasses=probability)
        decision = decide(row, make_bundle(), hysteresis=0.1, previous=before)
        return decision.attributes["Eyeglasses"].present

    assert present(0.42, seen)
    assert not present(0.38, seen)
    assert not present(0.42, unseen)


def test_hair_has_at_most_one_color() -> None:
    """Of two colors above their thresholds the surer one stays."""
    decision = decide(_row(Black_Hair=0.7, Brown_Hair=0.8), make_bundle())
    assert decision.hair_color == "brown"
    assert not decision.attributes["Black_Hair"].present
    assert decision.attributes["Black_Hair"].probability == pytest.approx(0.7)


def test_hair_of_no_clear_color_is_none() -> None:
    """Below every threshold the node does not guess."""
    assert decide(_row(Black_Hair=0.3), make_bundle()).hair_color is None


def test_somebody_bald_may_be_gray_at_the_sides() -> None:
    """The surer one names the color, and both stay; neither stays beside a surer black."""
    both = decide(_row(Bald=0.9, Gray_Hair=0.7, Brown_Hair=0.6), make_bundle())
    assert both.hair_color == "bald"
    assert [both.attributes[n].present for n in ("Bald", "Gray_Hair", "Brown_Hair")] == [
        True,
        True,
        False,
    ]
    black = decide(_row(Bald=0.7, Gray_Hair=0.7, Black_Hair=0.8), make_bundle())
    assert black.hair_color == "black"
    assert not black.attributes["Bald"].present
    assert not black.attributes["Gray_Hair"].present


def test_stubble_is_no_beard() -> None:
    """It stays beside No_Beard, and is what the facial hair is called."""
    decision = decide(_row(No_Beard=0.9, Stubble=0.6, Goatee=0.7), make_bundle())
    assert decision.facial_hair == "stubble"
    assert decision.attributes["No_Beard"].present
    assert decision.attributes["Stubble"].present
    assert not decision.attributes["Goatee"].present


def test_a_smooth_face_has_no_facial_hair() -> None:
    """No_Beard silences the weaker members of the family."""
    decision = decide(_row(No_Beard=0.9, Goatee=0.6, Sideburns=0.55), make_bundle())
    assert decision.facial_hair == "none"
    assert not decision.attributes["Goatee"].present
    assert not decision.attributes["Sideburns"].present


def test_a_certain_goatee_overrules_no_beard() -> None:
    """The surer side of the contradiction wins."""
    decision = decide(_row(No_Beard=0.55, Goatee=0.9), make_bundle())
    assert decision.facial_hair == "goatee"
    assert not decision.attributes["No_Beard"].present


def test_goatee_and_mustache_may_stand_together() -> None:
    """They do not exclude each other; the surer one names the style."""
    decision = decide(_row(Goatee=0.7, Mustache=0.8), make_bundle())
    assert decision.facial_hair == "mustache"
    assert decision.attributes["Goatee"].present


def test_a_beard_without_a_style_is_a_beard() -> None:
    """Clearly not smooth and no style: beard; not clear under a cautious owner: cannot tell."""
    assert decide(_row(No_Beard=0.2), make_bundle()).facial_hair == "beard"
    assert decide(_row(No_Beard=0.4), make_bundle(), threshold_offset=0.2).facial_hair is None


@pytest.mark.parametrize("seed", range(200))
def test_no_observation_contradicts_itself(seed: int) -> None:
    """Whatever the probabilities, one hair color at most, or bald and gray, and no beard beside No_Beard."""
    random = np.random.default_rng(seed)
    row = random.random(len(NAMES), np.float32)
    offset = float(random.uniform(-0.4, 0.4))
    decision = decide(row, make_bundle(), threshold_offset=offset)
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


def test_members_are_weighed_label_by_label() -> None:
    """Of two members the one that knows a label better speaks louder."""
    logits = np.array([[2.0, 2.0], [-2.0, -2.0]], np.float32)
    scales = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)
    assert calibrate(logits, scales, 0.0) == pytest.approx([0.880797, 0.119203], abs=1e-6)


def test_every_shipped_model_fits_its_description() -> None:
    """Network and JSON in the zoo belong together and answer CelebA's 40 attributes."""
    assert "attributes" in shipped_models()
    for name in shipped_models():
        classifier = AttributeClassifier(model_path(name))
        assert len(classifier.card.labels) == 40


def test_a_network_with_a_foreign_description_is_refused(tmp_path: Path) -> None:
    """A .tflite that its JSON does not describe would give wrong answers, so it is an error."""
    network = tmp_path / "mine.tflite"
    network.write_bytes(b"another network")
    description = model_path("attributes").with_suffix(".json").read_bytes()
    network.with_suffix(".json").write_bytes(description)
    with pytest.raises(ModelError, match=r"mine\.tflite is not the network"):
        read_card(network)


def test_a_group_of_unknown_labels_is_refused(tmp_path: Path) -> None:
    """The error names the file and the label."""
    network = tmp_path / "mine.tflite"
    network.write_bytes(b"network")
    text = json.loads(make_bundle().model_dump_json())
    text["sha256"] = hashlib.sha256(b"network").hexdigest()
    text["groups"]["hair_color"]["Green_Hair"] = "green"
    network.with_suffix(".json").write_text(json.dumps(text))
    with pytest.raises(ModelError, match=r"mine\.json.*Green_Hair"):
        read_card(network)


def test_an_unknown_model_names_the_shipped_ones() -> None:
    """The error for a name that does not exist lists those that do."""
    with pytest.raises(
        ModelError, match=r"attributes\.model: .*nonsense\.json.*shipped ones: attributes"
    ):
        read_card(model_path("nonsense"))
