"""Eight-bit arithmetic is used where it is right, and nowhere else."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device.errors import ModelError, WrongAnswersError
from device.networks.card import EightBitCard, read_card, read_eight_bit_card
from device.networks.files import ZOO, eight_bit_file, model_path, shipped_models
from device.observation import Image
from device.perception.analysers.attributes import AttributeClassifier
from device.perception.eight_bit import answers_to_pattern, known_pattern, require_right_answers
from device.perception.runtime import Network
from tests.perception.conftest import frame

_LITE = ZOO / "attributes-lite.tflite"
# Of what LiteRT computes on x86 and on ARM, by a good half.
_LARGEST_DIFFERENCE = 0.3


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """The small network with its file for eight-bit arithmetic, as somebody's own."""
    for file in (_LITE, eight_bit_file(_LITE)):
        for suffix in (".tflite", ".json"):
            shutil.copy(file.with_suffix(suffix), tmp_path)
    return tmp_path / _LITE.name


def change(network: Path, **values: Any) -> None:  # noqa: ANN401 - any JSON
    """Change what a JSON says."""
    path = network.with_suffix(".json")
    path.write_text(json.dumps(json.loads(path.read_bytes()) | values))


@pytest.mark.parametrize("name", shipped_models())
def test_every_shipped_network_computes_in_eight_bits_here(name: str) -> None:
    """Nobody asks for it: the name stays that of the network, and so does what its numbers mean."""
    classifier = AttributeClassifier.load_quickest(model_path(name))
    assert classifier.network.path == eight_bit_file(model_path(name))
    assert classifier.card == read_card(model_path(name))


@pytest.mark.parametrize("name", shipped_models())
def test_the_float_network_gives_the_answers_that_eight_bits_are_held_against(name: str) -> None:
    """To the rounding with which they are written down."""
    card = read_card(model_path(name))
    expected = read_eight_bit_card(eight_bit_file(model_path(name))).answers
    found = answers_to_pattern(Network.load(model_path(name)), card.input)
    for output, written in zip(found, expected, strict=True):
        np.testing.assert_allclose(output, written, atol=1e-3)


@pytest.mark.parametrize("name", shipped_models())
def test_both_files_see_the_same_in_a_face(name: str, astronaut: Image, perception: Any) -> None:  # noqa: ANN401 - the fixture's
    """Every logit is within a third, where those of a picture spread by four."""
    (face,) = perception.perceive([frame(astronaut)]).faces
    floats = AttributeClassifier.load(model_path(name))
    eight = AttributeClassifier.load(eight_bit_file(model_path(name)))
    crop = floats.crop(astronaut, face.keypoints)
    for exact, found in zip(floats.outputs(crop), eight.outputs(crop), strict=True):
        difference = float(abs(exact - found).max())
        print(name, difference)
        assert difference < _LARGEST_DIFFERENCE


def test_what_is_computed_wrongly_is_computed_in_floats(
    network: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As by the older TFLite of 32-bit ARM; the log says so, and by how much."""
    answers = read_eight_bit_card(eight_bit_file(network)).answers
    shifted = [[logit + 3 for logit in output] for output in answers]
    change(eight_bit_file(network), answers=shifted)
    with caplog.at_level(logging.INFO):
        classifier = AttributeClassifier.load_quickest(network)
    assert classifier.network.path == network
    (line,) = [record for record in caplog.records if "computes in floats" in record.message]
    assert line.levelno == logging.INFO
    assert "computes it wrongly, by 3" in line.message
    with pytest.raises(WrongAnswersError):
        AttributeClassifier.load(eight_bit_file(network))


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_what_is_no_number_is_wrong(network: Path, wrong: float) -> None:
    """A comparison with it is false, whichever way it is asked."""
    card = read_card(network)
    proof = read_eight_bit_card(eight_bit_file(network))
    answers = (tuple(wrong for _ in proof.answers[0]), *proof.answers[1:])
    with pytest.raises(WrongAnswersError):
        require_right_answers(
            Network.load(network), card.input, proof.model_copy(update={"answers": answers})
        )


def test_another_number_of_answers_is_wrong(network: Path) -> None:
    """The file has other outputs than it should."""
    proof: EightBitCard = read_eight_bit_card(eight_bit_file(network))
    fewer = proof.model_copy(update={"answers": proof.answers[:1]})
    with pytest.raises(WrongAnswersError):
        require_right_answers(Network.load(network), read_card(network).input, fewer)


def test_a_damaged_file_is_an_error_in_the_log_and_the_float_network_is_used(
    network: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The disk may lose it; the node sees on."""
    eight_bit_file(network).write_bytes(b"")
    assert AttributeClassifier.load_quickest(network).network.path == network
    (line,) = [record for record in caplog.records if "computes in floats" in record.message]
    assert line.levelno == logging.ERROR


def test_a_file_that_was_made_of_an_earlier_network_is_not_used(
    network: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever trains on and forgets it gets the new network, and is told what to run."""
    change(network, sha256="0" * 64)
    with pytest.raises(ModelError, match="is not the network that"):
        AttributeClassifier.load_quickest(network)
    assert "python -m model eight-bit" in caplog.text


def test_whoever_names_the_file_for_eight_bits_gets_floats_where_these_are_right(
    network: Path,
) -> None:
    """On 32-bit ARM the node starts all the same."""
    eight_bit_file(network).write_bytes(b"")
    found = AttributeClassifier.load_quickest(eight_bit_file(network))
    assert found.network.path == network


def test_new_thresholds_hold_for_both_files(network: Path) -> None:
    """Only the float network's JSON has them, so that calibrating again changes one file."""
    document = json.loads(network.with_suffix(".json").read_bytes())
    labels = [label | {"bias": 0.125} for label in document["labels"]]
    change(network, labels=labels)
    classifier = AttributeClassifier.load_quickest(network)
    assert classifier.network.path == eight_bit_file(network)
    assert {label.bias for label in classifier.card.labels} == {0.125}


def test_a_network_without_such_a_file_computes_in_floats(
    network: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As an update of an older index, and a network of the user's own; the log says so."""
    for suffix in (".tflite", ".json"):
        eight_bit_file(network).with_suffix(suffix).unlink()
    with caplog.at_level(logging.INFO):
        assert AttributeClassifier.load_quickest(network).network.path == network
    assert "computes in floats: there is no" in caplog.text


@pytest.mark.parametrize("side", [128, 160, 100])
def test_the_known_pattern_is_the_same_everywhere(side: int) -> None:
    """Whole numbers only; blocks of eight pixels, of colors that are spread evenly."""
    picture = known_pattern(side)
    assert picture.shape == (side, side, 3)
    assert picture.dtype == np.uint8
    assert picture[0, [0, 7, 8]].tolist() == [[0, 158, 60], [0, 158, 60], [218, 120, 23]]
    assert 120 < picture.mean() < 135


def test_files_for_eight_bits_are_no_models_of_their_own() -> None:
    """The list of names is the one of before."""
    assert shipped_models() == ["attributes", "attributes-lite"]
