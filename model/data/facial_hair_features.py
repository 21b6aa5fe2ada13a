"""What an attribute network sees in pictures, through the product's crops; a killed run goes on."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from device.networks.card import ModelCard
from device.perception.analysers.attributes import AttributeClassifier
from device.perception.runtime import Network
from model.data.celeba import read_picture
from model.data.faces import FaceFinder
from model.data.facial_hair import number
from model.processes import end_with_parent

_SHARD = 256


def read_features(
    network: Path, card: ModelCard, pictures: tuple[Path, ...], folder: Path, workers: int | None
) -> NDArray[np.float32]:
    """Return what a network gives for pictures, (N, all outputs in a row) float32.

    Args:
        network: a .tflite.
        card: says how it sees a face.
        pictures: each of which shows one.
        folder: keeps what is computed, by the network's digest and the picture's number.
        workers: processes; all cores if None.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known: dict[str, NDArray[np.float16]] = {}
    for path in sorted(folder.glob(f"{card.sha256[:12]}-*.npz")):
        with np.load(path) as table:
            known.update(zip(table["numbers"].tolist(), table["features"], strict=True))
    missing = [picture for picture in pictures if number(picture.name) not in known]
    shards = [missing[i : i + _SHARD] for i in range(0, len(missing), _SHARD)]
    taken = len(list(folder.glob(f"{card.sha256[:12]}-*.npz")))
    with (
        # See prepare: a process with threads is not forked.
        ProcessPoolExecutor(
            workers or os.cpu_count(), get_context("spawn"), initializer=end_with_parent
        ) as pool,
        tqdm(total=len(missing), unit="picture", desc="features") as progress,
    ):
        jobs = pool.map(_features, shards, [network] * len(shards), [card] * len(shards))
        for place, (shard, features) in enumerate(zip(shards, jobs, strict=True), start=taken):
            numbers = [number(picture.name) for picture in shard]
            unfinished = folder / "unfinished.npz"
            np.savez(unfinished, numbers=np.array(numbers), features=features)
            unfinished.replace(folder / f"{card.sha256[:12]}-{place:05d}.npz")
            known.update(zip(numbers, features, strict=True))
            progress.update(len(shard))
    return np.stack([known[number(picture.name)] for picture in pictures]).astype(np.float32)


def _features(pictures: list[Path], network: Path, card: ModelCard) -> NDArray[np.float16]:
    finder, classifier = _loaded(network, card.model_dump_json())
    side, margin = card.input.side, card.input.margin
    crops = (finder.crop(read_picture(picture), side, margin).crop for picture in pictures)
    rows = [np.concatenate([o.ravel() for o in classifier.outputs(crop)]) for crop in crops]
    return np.array(rows, np.float16)


@cache
def _loaded(network: Path, card: str) -> tuple[FaceFinder, AttributeClassifier]:
    return FaceFinder(), AttributeClassifier(
        Network.load(network), ModelCard.model_validate_json(card)
    )
