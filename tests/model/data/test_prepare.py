"""Crops are cut by the product's own aligner, once, however often the command is stopped."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from model.data.prepare import CROP_SIDE, prepare, read_crops
from model.errors import DataError
from tests.model.conftest import PICTURES


@pytest.fixture(scope="module")
def prepared(celeba: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the crops of the tiny data set."""
    out = tmp_path_factory.mktemp("crops")
    prepare([celeba], out, workers=1)
    return out


def test_every_picture_of_a_split_has_a_crop_and_its_labels(prepared: Path) -> None:
    """Half of the pictures are for training."""
    crops = read_crops(prepared, "train")
    assert crops.load().shape == (PICTURES // 2, CROP_SIDE, CROP_SIDE, 3)
    assert crops.labels.shape == (PICTURES // 2, 40)
    assert len(crops.attributes) == 40


def test_a_second_run_keeps_what_is_done(celeba: Path, prepared: Path) -> None:
    """Finished shards are not cut again; a missing one is."""
    before = {path.name: path.stat().st_mtime_ns for path in prepared.glob("*.npz")}
    lost = min(prepared.glob("*-val-*.npz"))
    lost.unlink()
    prepare([celeba], prepared, workers=1)
    after = {path.name: path.stat().st_mtime_ns for path in prepared.glob("*.npz")}
    assert before.keys() == after.keys()
    assert {name for name in before if before[name] != after[name]} == {lost.name}


def test_crops_of_a_split_that_was_not_prepared_are_an_error(tmp_path: Path) -> None:
    """The error says which command makes them."""
    with pytest.raises(
        DataError, match=r"no crops of the split 'train'; run `python -m model prepare`"
    ):
        read_crops(tmp_path, "train")


def _mask(folder: Path, text: str) -> None:
    (folder / "list_masked_attr.txt").write_text(text, encoding="utf-8")


def test_a_label_that_a_picture_cannot_show_is_not_a_number(celeba: Path, tmp_path: Path) -> None:
    """The others are 0 or 1; the labels of shards that exist are brought up to date, and their pixels stay."""
    folder, out = Path(shutil.copytree(celeba, tmp_path / "celeba")), tmp_path / "crops"
    prepare([folder], out, workers=1)
    pixels = {path: path.stat().st_mtime_ns for path in out.glob("*.npy")}
    assert not np.isnan(read_crops(out, "train").labels).any()
    before = read_crops(out, "train").labels
    _mask(folder, "* Bald\n000002.jpg Smiling Eyeglasses\n")
    prepare([folder], out, workers=1)
    crops = read_crops(out, "train")
    bald, smiling = (crops.attributes.index(name) for name in ("Bald", "Smiling"))
    assert np.isnan(crops.labels[:, bald]).all()
    assert np.isnan(crops.labels[:, smiling]).tolist() == [False, True] + [False] * 30
    kept = ~np.isnan(crops.labels)
    assert kept.sum() == 32 * 39 - 2
    assert (crops.labels[kept] == before[kept]).all()
    assert {path: path.stat().st_mtime_ns for path in out.glob("*.npy")} == pixels


def test_the_mask_of_a_folder_may_lie_elsewhere(
    celeba: Path, prepared: Path, tmp_path: Path
) -> None:
    """A folder that nobody may write to is masked as well."""
    out = Path(shutil.copytree(prepared, tmp_path / "crops"))
    mask = tmp_path / "mask.txt"
    mask.write_text("* Bald\n", encoding="utf-8")
    prepare([celeba], out, workers=1, masks={celeba: mask})
    crops = read_crops(out, "val")
    assert np.isnan(crops.labels[:, crops.attributes.index("Bald")]).all()


def test_shards_of_an_older_version_mask_nothing(prepared: Path, tmp_path: Path) -> None:
    """They have no column for it."""
    out = Path(shutil.copytree(prepared, tmp_path / "crops"))
    for path in out.glob("*.npz"):
        with np.load(path) as file:
            columns = {name: file[name] for name in file if name != "visible"}
        np.savez(path, **columns)
    assert (read_crops(out, "train").labels == read_crops(prepared, "train").labels).all()


def test_of_a_picture_that_several_folders_have_the_last_counts(
    celeba: Path, tmp_path: Path
) -> None:
    """Whatever its file name ends in; the others stay, and pixels and labels belong together."""
    again = Path(shutil.copytree(celeba, tmp_path / "again"))
    (again / "img_celeba" / "000002.jpg").rename(again / "img_celeba" / "000002.webp")
    lines = {}
    for name in ("list_attr_celeba.txt", "list_eval_partition.txt"):
        text = (again / name).read_text(encoding="utf-8").splitlines(keepends=True)
        lines[name] = [line.replace("000002.jpg", "000002.webp") for line in text]
    few = {"000001.jpg", "000002.webp", "40", "64"}
    (again / "list_eval_partition.txt").write_text(
        "".join(line for line in lines["list_eval_partition.txt"] if line.split()[0] in few)
    )
    (again / "list_attr_celeba.txt").write_text("".join(lines["list_attr_celeba.txt"]))
    out = tmp_path / "crops"
    prepare([celeba, again], out, workers=1)
    both, once = read_crops(out, "train"), tmp_path / "once"
    prepare([celeba], once, workers=1)
    single = read_crops(once, "train")
    assert len(both) == len(single) == len(both.load())
    assert sorted(map(len, both.shards)) == [2, 30]
    order = np.r_[2:32, 0:2]  # the two come last, from the second folder
    assert (both.labels == single.labels[order]).all()
    assert (both.load() == single.load()[order]).all()


def test_crops_of_other_pictures_are_not_mixed_with_these(
    celeba: Path, prepared: Path, tmp_path: Path
) -> None:
    """The error names the shard and says what to do."""
    other, out = Path(shutil.copytree(celeba, tmp_path / "other")), tmp_path / "crops"
    shutil.copytree(prepared, out)
    path = other / "list_eval_partition.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("000001.jpg 0\n", ""), "utf-8")
    with pytest.raises(DataError, match=r"0-train-00000\.npz holds crops of other pictures"):
        prepare([other], out, workers=1)


def test_a_damaged_table_is_named(prepared: Path, tmp_path: Path) -> None:
    """And what to do about it."""
    out = Path(shutil.copytree(prepared, tmp_path / "crops"))
    path = out / "0-train-00000.npz"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(DataError, match=r"0-train-00000\.npz is not a table of crops .*delete it"):
        read_crops(out, "train")
