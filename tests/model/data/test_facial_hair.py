"""Careful labels: each column finds its answer, what is not visible is masked, and nobody held out is trained on."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from model.data.celeba import read_celeba
from model.data.facial_hair import MASKED, QUESTIONS, FacialHairRows, read_careful_labels, read_rows
from model.errors import DataError

_COLUMNS = (
    *("Clean_shaven", "Chin_area", "Side_to_side", "Beard_area-Info_not_vis"),
    *("5_o_clock_shadow", "Short", "Medium", "Long", "Bread_length-Info_not_vis"),
    *("Mustache-None", "Isolated", "Mustache-Connected_to_beard", "Mustache-Info_not_vis"),
    *("Sideburns-None", "Sideburns_present", "Sideburns-Connected_to_beard"),
    "Sideburns-Info_not_vis",
)


def write_labels(path: Path, rows: dict[str, set[str]]) -> Path:
    """Write a label file that has these columns set."""
    lines = [",".join(["image_id", *_COLUMNS])]
    for name, found in rows.items():
        lines.append(",".join([name, *("1" if column in found else "0" for column in _COLUMNS)]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _answers(folder: Path, *columns: str) -> tuple[str | None, ...]:
    labels = read_careful_labels(write_labels(folder / "labels.csv", {"000007.jpg": {*columns}}))
    return tuple(
        None if index == MASKED else answers[index]
        for answers, index in zip(QUESTIONS.values(), labels["000007"], strict=True)
    )


@pytest.mark.parametrize(
    ("columns", "answers"),
    [
        (("Clean_shaven", "Mustache-None", "Sideburns-None"), ("none", "none", "none", "none")),
        (
            ("Clean_shaven", "Isolated", "Sideburns_present"),
            ("mustache", "none", "present", "present"),
        ),
        (
            ("Chin_area", "5_o_clock_shadow", "Isolated", "Sideburns-None"),
            ("stubble", "stubble", "present", "none"),
        ),
        (
            ("Chin_area", "Short", "Mustache-None", "Sideburns-None"),
            ("goatee", "short", "none", "none"),
        ),
        (
            (
                "Side_to_side",
                "Long",
                "Mustache-Connected_to_beard",
                "Sideburns-Connected_to_beard",
            ),
            ("beard", "long", "present", "present"),
        ),
    ],
)
def test_each_kind_of_facial_hair_has_its_answers(
    tmp_path: Path, columns: tuple[str, ...], answers: tuple[str, ...]
) -> None:
    """The style follows from where the hair grows and how long it is."""
    assert _answers(tmp_path, *columns) == answers


def test_what_is_not_visible_is_masked(tmp_path: Path) -> None:
    """Even where an answer is set as well; and so is what would follow from it."""
    hidden = _answers(
        tmp_path, "Chin_area", "Beard_area-Info_not_vis", "Short", "Mustache-Info_not_vis"
    )
    assert hidden == (None, "short", None, None)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    """With what is expected."""
    path = tmp_path / "labels.csv"
    path.write_text("image_id,Clean_shaven\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"no column .*Chin_area.*FH37K"):
        read_careful_labels(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """In one line."""
    with pytest.raises(DataError, match=r"none\.csv cannot be read: .*FH37K"):
        read_careful_labels(tmp_path / "none.csv")


def _rows(celeba: Path, folder: Path, count: int = 8) -> FacialHairRows:
    shaven = {"Clean_shaven", "Mustache-None", "Sideburns-None"}
    names = [f"{i + 1:06d}.png" for i in range(count)]
    labels = read_careful_labels(write_labels(folder / "labels.csv", dict.fromkeys(names, shaven)))
    return read_rows([read_celeba(celeba)], labels, ("train", "val"))


def test_pictures_are_found_by_their_number_whatever_their_ending(
    celeba: Path, tmp_path: Path
) -> None:
    """Those of the test part are left out."""
    rows = _rows(celeba, tmp_path)
    found = [p.stem for p, careful in zip(rows.pictures, rows.is_careful, strict=True) if careful]
    assert found == ["000001", "000002", "000003", "000005", "000006", "000007"]


def test_nobody_of_the_validation_part_is_trained_on(celeba: Path, tmp_path: Path) -> None:
    """Nor is any picture of somebody who is held out of the others."""
    rows = _rows(celeba, tmp_path, 64)
    held_out = {*rows.identities[rows.is_held_out].tolist()}
    trained = {*rows.identities[~rows.is_held_out].tolist()}
    data = read_celeba(celeba)
    validation = {*data.names[data.splits == 1]}
    assert all(rows.is_held_out[i] for i, p in enumerate(rows.pictures) if p.name in validation)
    assert len(rows) > len(validation)
    assert held_out
    assert trained.isdisjoint(held_out - {*data.identities[data.splits == 1].tolist()})


def test_a_picture_that_two_folders_have_is_taken_from_the_sharper_one(
    celeba: Path, tmp_path: Path
) -> None:
    """In whichever order they are named."""
    small = tmp_path / "small"
    (small / "img_celeba").mkdir(parents=True)
    for table in celeba.glob("*.txt"):
        (small / table.name).write_bytes(table.read_bytes())
    for picture in (celeba / "img_celeba").iterdir():
        shrunk = cv2.resize(np.asarray(cv2.imread(str(picture))), (64, 64))
        cv2.imwrite(str(small / "img_celeba" / picture.name), shrunk)
    labels = read_careful_labels(
        write_labels(tmp_path / "labels.csv", {"000001.jpg": {"Clean_shaven", "Mustache-None"}})
    )
    for folders in ((celeba, small), (small, celeba)):
        rows = read_rows([read_celeba(folder) for folder in folders], labels, ("train",))
        assert rows.pictures[0].parent.parent == celeba


def test_labels_of_other_pictures_are_an_error(celeba: Path, tmp_path: Path) -> None:
    """Rather than a network that has learned nothing."""
    labels = read_careful_labels(write_labels(tmp_path / "labels.csv", {"999999.jpg": set()}))
    with pytest.raises(DataError, match="no picture of the data folders has a careful label"):
        read_rows([read_celeba(celeba)], labels, ("train", "val"))
