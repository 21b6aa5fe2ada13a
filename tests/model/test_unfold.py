"""An exported network is recovered: the same answers, and trainable. Needs the extra `train`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.networks.files import model_path
from device.perception.runtime import Network

pytestmark = [pytest.mark.training, pytest.mark.timeout(600)]


def _sample(side: int, count: int = 32) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return smooth random pictures (N, 3, S, S) in -1..1: noise alone is like no face at all."""
    random = np.random.default_rng(1)
    coarse = random.uniform(-1, 1, (count, 3, 8, 8)).astype(np.float32)
    return np.repeat(np.repeat(coarse, side // 8, axis=2), side // 8, axis=3)


@pytest.mark.filterwarnings("ignore::FutureWarning")  # the converter's, of PyTorch
@pytest.mark.parametrize("backbone", ["mobilenetv2", "mobilefacenet"])
def test_an_exported_network_answers_the_same_when_it_is_unfolded(
    tmp_path: Path, backbone: str
) -> None:
    """Batch normalisation is put back between the layers without changing an answer."""
    import torch

    from model.convert import to_float16
    from model.export import Ensemble
    from model.members import Member
    from model.recipe import Recipe
    from model.tflite import read_constants
    from model.unfold import unfold
    from model.weights import fresh_network

    torch.manual_seed(3)
    side = 112
    shape = {"backbone": backbone, "hidden": 32, "width": 0.25}
    recipe = Recipe.model_validate({"name": "tiny", "network": shape})
    sample = torch.from_numpy(_sample(side))
    first = fresh_network(recipe, 40).train()
    first(sample)  # statistics unlike those of a fresh network
    for slopes in (m.weight for m in first.modules() if isinstance(m, torch.nn.PReLU)):
        torch.nn.init.uniform_(slopes, 0.1, 0.4)  # nor are they all the same
    first.eval()
    path = tmp_path / "tiny.tflite"
    to_float16(Ensemble([Member(first, recipe, side, ("a",) * 40, 0.5)]), side, path)
    again = fresh_network(recipe, 40)
    unfold(again, list(read_constants(path)), sample)
    again.eval()
    pixels = np.ascontiguousarray(sample[:1].numpy().transpose(0, 2, 3, 1))
    exported = Network.load(path)(pixels)[0][0, 0]
    assert again(sample[:1]).detach().numpy()[0] == pytest.approx(exported, abs=1e-3)


@pytest.mark.parametrize("name", ["attributes", "attributes-face-soft"])
def test_the_shipped_networks_can_be_trained_on(name: str) -> None:
    """Each member of the shipped ensemble is found in its file, dense layers included."""
    import torch

    from model.recipe import read_recipe
    from model.tflite import read_constants
    from model.unfold import unfold
    from model.weights import fresh_network

    recipes = Path(__file__).resolve().parents[2] / "model" / "recipes"
    recipe = read_recipe(recipes / f"{name}.yaml")
    network = fresh_network(recipe, 40)
    before = network.head[-1].bias.detach().clone()
    sample = torch.from_numpy(_sample(recipe.sides[0], count=8))
    unfold(network, list(read_constants(model_path("attributes"))), sample)
    assert not torch.equal(before, network.head[-1].bias)


def test_another_network_is_refused(tmp_path: Path) -> None:
    """A detector is no attribute network, and a text file is no network."""
    import torch

    from device.networks.files import ZOO
    from model.network import AttributeNetwork
    from model.tflite import read_constants
    from model.unfold import UnfoldError, unfold

    sample = torch.from_numpy(_sample(64, count=2))
    detector = ZOO / "face_detection_short_range.tflite"
    with pytest.raises(UnfoldError, match="begins like AttributeNetwork"):
        unfold(AttributeNetwork(), list(read_constants(detector)), sample)
    text = tmp_path / "text.tflite"
    text.write_text("not a network at all, but long enough to be read")
    with pytest.raises(UnfoldError):
        list(read_constants(text))
