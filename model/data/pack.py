"""Prepared crops in few files of a chosen size, to be carried to the machine that trains, and back in their shards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from device.observation import Image
from model.data.parts import Packing, Part, open_part, read_parts
from model.data.shards import Table, crops_of, read_table, read_tables, write_shard
from model.errors import DataError

# The test pictures stay where the network is measured.
_SPLITS = ("train", "val")
_LOSSLESS = 101
_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class _Shard:
    path: Path
    table: Table
    kept: NDArray[np.bool_]


def pack(
    data: Path, out: Path, size: int, quality: int | None = 80, side: int | None = None
) -> None:
    """Pack the crops of training and validation that count. Parts that exist already are kept.

    Args:
        data: folder made by prepare.
        out: takes the parts.
        size: how many bytes each may have.
        quality: of WebP, 1 to 100; None keeps every pixel.
        side: of the packed crops, in pixels; that of the crops if None.

    Raises:
        DataError: there are no crops, a part is damaged, or the folder has parts of another packing.
    """
    shards = [
        _Shard(path, table.take(kept), kept)
        for split in _SPLITS
        for path, table, kept in read_tables(data, split)
        if kept.any()
    ]
    table = Table.joined([shard.table for shard in shards])
    packing = Packing(
        quality=quality,
        side=side or np.load(crops_of(shards[0].path), mmap_mode="r").shape[1],
        shards=tuple((shard.path.name, len(shard.table)) for shard in shards),
        digest=_digest(table),
    )
    out.mkdir(parents=True, exist_ok=True)
    number, row = _packed(out, packing)
    with tqdm(total=packing.pictures, initial=row, unit="picture", desc="pack") as progress:
        pictures = _encoded(shards, packing, row)
        picture = next(pictures, None)
        while picture is not None:
            with open_part(out, number, size, packing, row, table) as part:
                while picture is not None and part.takes(picture):
                    picture = next(pictures, None)
                    progress.update()
            number, row = number + 1, part.end


def unpack(source: Path, out: Path) -> None:
    """Turn parts into the shards that they were packed from. Shards that exist already are kept.

    Args:
        source: the folder of the parts.
        out: takes the shards.

    Raises:
        DataError: a part is missing or damaged, or a shard that exists is of other pictures.
    """
    parts = read_parts(source)
    _check_complete(source, parts)
    packing = parts[0].contents.packing
    table = Table.joined([part.table for part in parts])
    out.mkdir(parents=True, exist_ok=True)
    with tqdm(total=packing.pictures, unit="picture", desc="unpack") as progress:
        row = 0
        for name, count in packing.shards:
            shard, end = out / name, row + count
            of_shard = table.take(slice(row, end))
            if not shard.exists():
                write_shard(shard, _decoded(parts, row, end), of_shard)
            elif not read_table(shard).is_like(of_shard):
                message = f"{shard} holds other crops than {source}; delete {out}, or choose another folder with --out"
                raise DataError(message)
            row = end
            progress.update(count)


def _digest(table: Table) -> str:
    found = hashlib.sha256()
    for column in table.columns().values():
        found.update(np.ascontiguousarray(column).tobytes())
    return found.hexdigest()


def _packed(out: Path, packing: Packing) -> tuple[int, int]:
    """Return how many parts are packed, and how many pictures these have."""
    row = 0
    parts = read_parts(out)
    for part in parts:
        if part.contents.packing != packing:
            message = (
                f"{part.path} was packed from other crops, or in another way; delete {out}, or choose another folder "
                "with --out"
            )
            raise DataError(message)
        if part.contents.first != row:
            message = f"{out}: the part before {part.path.name} is missing; delete {part.path.name} and those after it"
            raise DataError(message)
        row = part.contents.end
    return len(parts), row


def _encoded(shards: list[_Shard], packing: Packing, first: int) -> Iterator[bytes]:
    """Yield the crops as WebP from a row on, in order."""
    quality = [cv2.IMWRITE_WEBP_QUALITY, packing.quality or _LOSSLESS]

    def encode(crop: Image) -> bytes:
        if crop.shape[0] != packing.side:
            shape = (packing.side, packing.side)
            crop = np.asarray(cv2.resize(crop, shape, interpolation=cv2.INTER_AREA), np.uint8)
        return cv2.imencode(".webp", crop, quality)[1].tobytes()

    crops = _crops(shards, first)
    with ThreadPoolExecutor() as pool:
        while some := list(islice(crops, _AT_ONCE)):
            yield from pool.map(encode, some)


def _crops(shards: list[_Shard], first: int) -> Iterator[Image]:
    for shard in shards:
        rows = np.flatnonzero(shard.kept)
        if first < len(rows):
            pixels = np.load(crops_of(shard.path), mmap_mode="r")
            for row in rows[first:]:
                yield np.asarray(pixels[row])
        first = max(0, first - len(rows))


def _check_complete(source: Path, parts: list[Part]) -> None:
    if not parts:
        message = f"{source}: no part, crops-00000.zip and so on; `python -m model pack` makes them"
        raise DataError(message)
    pictures = parts[0].contents.packing.pictures
    starts = [part.contents.first for part in parts] + [pictures]
    ends = [0] + [part.contents.end for part in parts]
    for number, (end, start) in enumerate(zip(ends, starts, strict=True)):
        if end != start:
            where = f"after {parts[number - 1].path.name}" if number else "before the first"
            message = (
                f"{source}: the pictures {end + 1} to {start} of {pictures} are missing, in one or more parts "
                f"{where}; copy these from where they were packed"
            )
            raise DataError(message)


def _decoded(parts: list[Part], first: int, end: int) -> NDArray[np.uint8]:
    """Return the crops of some rows, (n, side, side, 3) uint8 BGR."""
    side = parts[0].contents.packing.side
    crops = np.empty((end - first, side, side, 3), np.uint8)
    with ThreadPoolExecutor() as pool:
        for part in parts:
            start, stop = max(first, part.contents.first), min(end, part.contents.end)
            if start < stop:
                pictures = pool.map(_decode, part.pictures(start, stop))
                crops[start - first : stop - first] = list(pictures)
    return crops


def _decode(picture: bytes) -> Image:
    return np.asarray(cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR), np.uint8)
