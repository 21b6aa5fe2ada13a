"""An exported network learns to tell facial hair, and nothing else of it changes. Needs the extra `train`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from device.networks.card import read_card
from device.networks.files import ZOO
from device.perception.analysers.attributes import AttributeClassifier
from tests.model.conftest import PICTURES
from tests.model.data.test_facial_hair import write_labels

pytestmark = [pytest.mark.training, pytest.mark.timeout(300)]

_KINDS = (
    {"Clean_shaven", "Mustache-None", "Sideburns-None"},
    {"Chin_area", "5_o_clock_shadow", "Isolated", "Sideburns_present"},
    {"Side_to_side", "Short", "Mustache-Connected_to_beard", "Sideburns-None"},
)


def _train(network: Path, celeba: Path, labels: Path, work: Path) -> None:
    options = ["--data", celeba, "--labels", labels, "--network", network, "--work", work]
    command = [sys.executable, "-m", "model", "train-facial-hair", *map(str, options)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


def test_a_network_learns_facial_hair_and_keeps_its_attributes(
    celeba: Path, tmp_path: Path
) -> None:
    """Its card describes both outputs; done again, the file is as large as before."""
    network = tmp_path / "mine.tflite"
    network.write_bytes((ZOO / "attributes-lite.tflite").read_bytes())
    before = read_card(ZOO / "attributes-lite.tflite")
    network.with_suffix(".json").write_text(before.model_dump_json(), encoding="utf-8")
    labels = write_labels(
        tmp_path / "labels.csv",
        {f"{i + 1:06d}.jpg": _KINDS[i % len(_KINDS)] for i in range(PICTURES)},
    )
    _train(network, celeba, labels, tmp_path / "work")
    card = read_card(network)
    assert card.facial_hair is not None
    assert card.labels == before.labels
    assert int(card.facial_hair.provenance["held_out_careful_pictures"]) >= PICTURES // 4
    size = network.stat().st_size
    grey = np.full((card.input.side, card.input.side, 3), 128, np.uint8)
    logits = AttributeClassifier.load(ZOO / "attributes-lite.tflite").logits(grey)
    outputs = AttributeClassifier.load(network).outputs(grey)
    np.testing.assert_array_equal(outputs[0], logits)
    assert outputs[1].shape == (card.facial_hair.outputs,)
    _train(network, celeba, labels, tmp_path / "work")
    assert network.stat().st_size == size
