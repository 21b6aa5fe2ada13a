"""A tiny CelebA in the official layout, made of variations of one public-domain portrait."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data

from device.networks.card import read_card
from device.networks.files import model_path

PICTURES = 64
_SPLITS = (0, 0, 1, 2)  # half for training, a quarter each for validation and test


@pytest.fixture(scope="session")
def celeba(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of aligned-size pictures with random but repeatable labels."""
    folder = tmp_path_factory.mktemp("celeba")
    write_celeba(folder, PICTURES)
    return folder


def write_celeba(folder: Path, pictures: int) -> None:
    """Write so many pictures of 178x218 with labels, splits and identities."""
    random = np.random.default_rng(7)
    names = [label.name for label in read_card(model_path("attributes")).labels]
    portrait = np.ascontiguousarray(skimage.data.astronaut()[20:238, 135:313, ::-1])
    images = folder / "img_celeba"
    images.mkdir()
    labels, splits, identities = [str(pictures), " ".join(names)], [], []
    for i in range(pictures):
        name = f"{i + 1:06d}.jpg"
        shaded = np.clip(portrait * random.uniform(0.7, 1.2), 0, 255).astype(np.uint8)
        cv2.imwrite(str(images / name), shaded[:, ::-1] if i % 2 else shaded)
        labels.append(" ".join([name, *np.where(random.random(len(names)) < 0.5, " 1", "-1")]))
        splits.append(f"{name} {_SPLITS[i % len(_SPLITS)]}")
        identities.append(f"{name} {i // 4 + 1}")
    for file, lines in (
        ("list_attr_celeba.txt", labels),
        ("list_eval_partition.txt", splits),
        ("identity_CelebA.txt", identities),
    ):
        (folder / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
