"""From an exported attribute network to the file beside it that computes in eight bits."""

from __future__ import annotations

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory

from ai_edge_quantizer import qtyping, quantizer

from device.networks.card import EightBitCard, read_card
from device.networks.files import eight_bit_file
from device.perception.eight_bit import answers_to_pattern, require_right_answers
from device.perception.runtime import Network
from model.export.tflite_graph import ADDED, SMALL, Graph

# Depthwise convolutions stay in floats: they have few weights and little to compute. So does what tells facial hair:
# its few weights, rounded, would shift an answer by a quarter of a logit.
_KINDS = (qtyping.TFLOperationName.CONV_2D, qtyping.TFLOperationName.FULLY_CONNECTED)
_IN_EIGHT_BITS = rf"^(?!{ADDED}|{SMALL}).*"
# Layers with fewer stay in floats as well. They are the first ones, which see many pixels in few channels: to round
# what they are multiplied with takes longer than the multiplication saves. `docs/model-experiments.md` has the figures.
_FEWEST_WEIGHTS = 8000
# A logit. LiteRT is off by 0.09 with `attributes`, on x86 and on ARM, and tflite-runtime 2.14 by 7.4.
_TOLERANCE = 0.5
_DECIMALS = 4


def export_eight_bit(network: Path) -> EightBitCard:
    """Write a network once more for eight-bit arithmetic, beside it, with a JSON that tells how to try it.

    The weights of the exported convolutions and dense layers, where they are many, are integers, scaled channel by
    channel, and what they are multiplied with is rounded to integers as it comes. Labels, calibration and thresholds
    are the float network's.

    Args:
        network: the .tflite, with weights of any kind; its JSON lies beside it.

    Raises:
        ModelError: the network or its JSON cannot be read, or this machine computes what was made wrongly.
        WeightsError: it is no network that can be changed.
    """
    card = read_card(network)
    graph = Graph.read(network)
    graph.widen_weights()
    graph.fuse_prelu()
    graph.name_small_layers(_FEWEST_WEIGHTS)
    path = eight_bit_file(network)
    with TemporaryDirectory() as folder:
        whole, finished = Path(folder) / "whole.tflite", Path(folder) / path.name
        whole.write_bytes(graph.to_bytes())
        tool = quantizer.Quantizer(str(whole))
        for kind in _KINDS:
            tool.add_dynamic_config(_IN_EIGHT_BITS, kind, num_bits=8)
        tool.quantize().export_model(str(finished))
        content, made = finished.read_bytes(), Network.load(finished)
    answers = answers_to_pattern(Network.load(network), card.input)
    described = EightBitCard(
        format=1,
        name=path.stem,
        version=card.version,
        sha256=hashlib.sha256(content).hexdigest(),
        provenance={
            "network": f"{card.name} {card.version}, in eight-bit arithmetic",
            "made_with": f"python -m model eight-bit {network.name}",
        },
        stands_for=card.sha256,
        answers=tuple(
            tuple(round(float(logit), _DECIMALS) for logit in output) for output in answers
        ),
        tolerance=_TOLERANCE,
    )
    require_right_answers(made, card.input, described)
    path.write_bytes(content)
    text = described.model_dump_json(indent=1) + "\n"
    path.with_suffix(".json").write_text(text, encoding="utf-8")
    return described
