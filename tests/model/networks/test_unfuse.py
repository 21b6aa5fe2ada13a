"""An exported network is recovered: the same logits, and trainable. Needs the extra `train`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.networks.files import model_path
from device.perception.runtime import Network
from model.errors import UnfuseError

pytestmark = [pytest.mark.training, pytest.mark.timeout(600)]


def _sample(side: int, count: int = 32) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return smooth random pictures (N, 3, S, S) in -1..1: noise alone is not like any face."""
    random = np.random.default_rng(1)
    coarse = random.uniform(-1, 1, (count, 3, 8, 8)).astype(np.float32)
    return np.repeat(np.repeat(coarse, side // 8, axis=2), side // 8, axis=3)


@pytest.mark.filterwarnings("ignore::FutureWarning")  # the converter's, of PyTorch
@pytest.mark.parametrize("backbone", ["mobilenetv2", "mobilefacenet"])
def test_an_exported_network_gives_the_same_logits_when_it_is_unfused(
    tmp_path: Path, backbone: str
) -> None:
    """Batch normalisation is put back between the layers without changing a logit."""
    import torch

    from model.export.convert import to_float16
    from model.export.ensemble import Ensemble
    from model.networks.tflite import read_constants
    from model.networks.unfuse import unfuse
    from model.networks.weights import fresh_network
    from model.recipes.recipe import Recipe
    from model.training.members import Member

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
    unfuse(again, list(read_constants(path)), sample)
    again.eval()
    pixels = np.ascontiguousarray(sample[:1].numpy().transpose(0, 2, 3, 1))
    exported = Network.load(path)(pixels)[0][0, 0]
    assert again(sample[:1]).detach().numpy()[0] == pytest.approx(exported, abs=1e-3)


@pytest.mark.parametrize("name", ["fine-tune", "attributes-face"])
def test_the_shipped_networks_can_be_trained_on(name: str) -> None:
    """Each member of the shipped ensemble is found in its file, dense layers included."""
    import torch

    from model.networks.tflite import read_constants
    from model.networks.unfuse import unfuse
    from model.networks.weights import fresh_network
    from model.recipes.recipe import read_recipe

    recipes = Path(__file__).resolve().parents[3] / "model" / "recipes"
    recipe = read_recipe(recipes / f"{name}.yaml")
    network = fresh_network(recipe, 40)
    before = network.head[-1].bias.detach().clone()
    sample = torch.from_numpy(_sample(recipe.sides[0], count=8))
    unfuse(network, list(read_constants(model_path("attributes"))), sample)
    assert not torch.equal(before, network.head[-1].bias)


def test_another_network_is_rejected(tmp_path: Path) -> None:
    """A detector is not an attribute network, and a text file is not a network."""
    import torch

    from device.networks.files import ZOO
    from model.networks.mobilenet import AttributeNetwork
    from model.networks.tflite import read_constants
    from model.networks.unfuse import unfuse

    sample = torch.from_numpy(_sample(64, count=2))
    detector = ZOO / "face_detection_short_range.tflite"
    with pytest.raises(UnfuseError, match="begins like AttributeNetwork"):
        unfuse(AttributeNetwork(), list(read_constants(detector)), sample)
    text = tmp_path / "text.tflite"
    text.write_text("not a network at all, but long enough to be read")
    with pytest.raises(UnfuseError):
        list(read_constants(text))
