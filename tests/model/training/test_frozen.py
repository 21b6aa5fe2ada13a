"""What does not learn behind frozen blocks; needs PyTorch."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.training


def test_behind_some_frozen_blocks_all_others_learn() -> None:
    """Those that are frozen come first."""
    from model.networks.mobilefacenet import FaceAttributeNetwork
    from model.training.train import frozen_parts

    network = FaceAttributeNetwork()
    assert frozen_parts(network, 2) == list(network.features[:2])


def test_behind_all_blocks_only_the_dense_layers_learn() -> None:
    """What weighs the places of a face stays as it is, with whatever else was learned on what it says."""
    from model.networks.mobilefacenet import FaceAttributeNetwork
    from model.training.train import frozen_parts

    network = FaceAttributeNetwork()
    frozen = frozen_parts(network, len(network.features))
    assert frozen == [network.features, network.places]
