"""Crops travel to another machine in files of a chosen size, and what is lost on the way is named."""

from __future__ import annotations

import shutil
from pathlib import Path
from zipfile import ZipFile

import cv2
import numpy as np
import pytest
import skimage.data

from model.data.pack import pack, unpack
from model.data.prepare import read_crops
from model.data.shards import Table, read_table, write_shard
from model.errors import DataError

_SIZE = 80_000
_ATTRIBUTES = np.array(["Bald", "Smiling"])
_COUNTS = {"0-train-00000": 30, "0-train-00001": 7, "1-train-00000": 9, "0-val-00000": 12}


@pytest.fixture(scope="module")
def crops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return small crops of two folders, two of whose pictures are the same, and of a test part."""
    folder = tmp_path_factory.mktemp("crops")
    portrait = skimage.data.astronaut()[:, :, ::-1]
    random = np.random.default_rng(1)
    first = 0
    for name, count in {**_COUNTS, "0-test-00000": 3}.items():
        corners = random.integers(0, 512 - 64, (count, 2))
        pixels = np.array([portrait[y : y + 64, x : x + 64] for y, x in corners])
        start = 28 if name == "1-train-00000" else first
        table = Table(
            np.array([f"{start + i:06d}.jpg" for i in range(count)]),
            random.random((count, 2)) < 0.5,
            random.random((count, 2)) < 0.9,
            random.integers(-1, 5, count),
            random.random(count) < 0.9,
            _ATTRIBUTES,
        )
        write_shard(folder / f"{name}.npz", pixels, table)
        first += 100 if name == "0-train-00001" else count
    return folder


def _parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("crops-*.zip"))


@pytest.fixture
def packed(crops: Path, tmp_path: Path) -> Path:
    """Return the folder of the parts, without loss."""
    pack(crops, tmp_path / "packed", _SIZE, quality=None)
    return tmp_path / "packed"


def test_what_is_packed_without_loss_is_unpacked_as_it_was(
    crops: Path, packed: Path, tmp_path: Path
) -> None:
    """Every pixel and every label of training and validation; a picture that a later folder has is left out."""
    unpack(packed, tmp_path / "again")
    for split in ("train", "val"):
        before, after = read_crops(crops, split), read_crops(tmp_path / "again", split)
        assert (after.load() == before.load()).all()
        assert np.array_equal(after.labels, before.labels, equal_nan=True)
        assert (after.identities == before.identities).all()
        assert after.attributes == before.attributes
    assert len(read_crops(tmp_path / "again", "train")) == 30 + 7 + 9 - 9
    with pytest.raises(DataError, match="no crops of the split 'test'"):
        read_crops(tmp_path / "again", "test")


def test_no_part_is_larger_than_asked_and_none_is_half_empty(packed: Path) -> None:
    """Except the last one."""
    sizes = [path.stat().st_size for path in _parts(packed)]
    assert len(sizes) > 3
    assert max(sizes) <= _SIZE
    assert min(sizes[:-1]) > 0.8 * _SIZE


def test_any_library_reads_a_part(packed: Path) -> None:
    """It is a ZIP of WebP pictures and an .npz with their labels."""
    with ZipFile(_parts(packed)[0]) as file:
        picture = cv2.imdecode(np.frombuffer(file.read("0000000.webp"), np.uint8), 1)
        assert picture is not None
        assert picture.shape == (64, 64, 3)
        with file.open("table.npz") as table:
            assert np.load(table)["labels"].shape[1] == 2


def test_a_lossy_picture_is_smaller_and_close(crops: Path, tmp_path: Path) -> None:
    """At quality 80 within a few levels of the pixel; the labels are exact."""
    pack(crops, tmp_path / "small", _SIZE, quality=80)
    unpack(tmp_path / "small", tmp_path / "again")
    before, after = read_crops(crops, "val"), read_crops(tmp_path / "again", "val")
    difference = after.load().astype(float) - before.load()
    assert 0 < np.abs(difference).mean() < 8
    assert np.array_equal(after.labels, before.labels, equal_nan=True)


def test_crops_may_be_packed_smaller(crops: Path, tmp_path: Path) -> None:
    """A recipe whose networks see less needs no more."""
    pack(crops, tmp_path / "small", _SIZE, quality=None, side=48)
    unpack(tmp_path / "small", tmp_path / "again")
    assert read_crops(tmp_path / "again", "val").load().shape == (12, 48, 48, 3)


def test_packing_goes_on_after_the_last_whole_part(packed: Path, crops: Path) -> None:
    """The same bytes as in one go, and what is there stays."""
    whole = [path.read_bytes() for path in _parts(packed)]
    for path in _parts(packed)[2:]:
        path.unlink()
    (packed / "crops-00002.part").write_bytes(whole[2][:100])
    stamps = [path.stat().st_mtime_ns for path in _parts(packed)]
    pack(crops, packed, _SIZE, quality=None)
    assert [path.read_bytes() for path in _parts(packed)] == whole
    assert [path.stat().st_mtime_ns for path in _parts(packed)][:2] == stamps
    assert not list(packed.glob("*.part"))


def test_unpacking_goes_on_after_the_last_whole_shard(packed: Path, tmp_path: Path) -> None:
    """A shard that is there stays as it is."""
    out = tmp_path / "again"
    unpack(packed, out)
    shards = sorted(out.glob("*.npz"))
    shards[-1].unlink()
    stamps = {path: path.stat().st_mtime_ns for path in shards[:-1]}
    unpack(packed, out)
    assert sorted(out.glob("*.npz")) == shards
    assert {path: path.stat().st_mtime_ns for path in shards[:-1]} == stamps


@pytest.mark.parametrize("lost", [0, 1, -1])
def test_a_missing_part_is_named(packed: Path, tmp_path: Path, lost: int) -> None:
    """By the pictures that are missing and the part before them, wherever it belongs; nothing is unpacked."""
    parts = _parts(packed)
    place = "before the first" if lost == 0 else f"after {parts[lost - 1].name}"
    parts[lost].unlink()
    with pytest.raises(DataError, match=rf"pictures \d+ to \d+ of 49 are missing.*{place}; copy"):
        unpack(packed, tmp_path / "again")
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("harm", ["cut", "flipped"])
def test_damaged_parts_are_named(packed: Path, tmp_path: Path, harm: str) -> None:
    """All of them at once, with what to do."""
    for path in _parts(packed)[:2]:
        content = bytearray(path.read_bytes())
        content[5000] ^= 255
        path.write_bytes(content if harm == "flipped" else content[:5000])
    with pytest.raises(DataError) as caught:
        unpack(packed, tmp_path / "again")
    first, second, advice = str(caught.value).splitlines()
    assert "crops-00000.zip is damaged (" in first
    assert "crops-00001.zip is damaged (" in second
    assert advice == "copy what is damaged once more, or delete it and pack again"


def test_a_folder_without_parts_says_which_command_makes_them(tmp_path: Path) -> None:
    """And how they are called."""
    with pytest.raises(DataError, match=r"no part, crops-00000\.zip .*`python -m model pack`"):
        unpack(tmp_path, tmp_path / "again")


def test_parts_of_two_packings_are_not_mixed(crops: Path, packed: Path, tmp_path: Path) -> None:
    """Neither while packing nor while unpacking."""
    with pytest.raises(DataError, match="was packed from other crops, or in another way"):
        pack(crops, packed, _SIZE, quality=80)
    pack(crops, tmp_path / "small", _SIZE, quality=80)
    shutil.copy(_parts(tmp_path / "small")[0], packed / "crops-00001.zip")
    with pytest.raises(DataError, match="from different crops or in different ways"):
        unpack(packed, tmp_path / "again")


def test_shards_of_other_crops_are_not_kept(packed: Path, tmp_path: Path) -> None:
    """The error names the shard, and what to do."""
    out = tmp_path / "again"
    unpack(packed, out)
    shard = out / "0-val-00000.npz"
    table = read_table(shard)
    write_shard(shard, np.zeros((5, 64, 64, 3), np.uint8), table.take(slice(0, 5)))
    with pytest.raises(DataError, match=r"0-val-00000\.npz holds other crops than"):
        unpack(packed, out)
