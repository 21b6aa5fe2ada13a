"""Parts of packed crops: ZIP files of WebP pictures, each with a table of what these show.

Of any part alone, one knows which parts belong to it; and ZIP has a checksum of each of its files.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal
from zipfile import BadZipFile, ZipFile, ZipInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from model.data.shards import Table, load_table, save_table
from model.errors import DataError

_CONTENTS, _TABLE = "part.json", "table.npz"
# What ZIP says of a file, before it and in its directory, and what NumPy says of an array and ZIP of the archive.
_FILE_BYTES, _ARCHIVE_BYTES = 30 + 46, 4096


class Packing(BaseModel):
    """What is packed, and how.

    Attributes:
        format: of the parts.
        quality: of WebP, 1 to 100; None keeps every pixel.
        side: of the packed crops, in pixels.
        shards: the names of all shards, and how many pictures each has.
        digest: of the tables of all shards.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    quality: int | None = Field(ge=1, le=100)
    side: int = Field(ge=1)
    shards: tuple[tuple[str, int], ...]
    digest: str

    @property
    def pictures(self) -> int:
        """How many pictures all parts have."""
        return sum(count for _, count in self.shards)


class Contents(BaseModel):
    """What a part has: `part.json`.

    Attributes:
        packing: of all parts.
        first: the row of its first picture, counted through all shards.
        pictures: how many pictures it has.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    packing: Packing
    first: int = Field(ge=0)
    pictures: int = Field(ge=1)

    @property
    def end(self) -> int:
        """The row after its last picture."""
        return self.first + self.pictures


@dataclass(frozen=True, slots=True)
class Part:
    """A part that can be read."""

    path: Path
    contents: Contents
    table: Table

    def pictures(self, first: int, end: int) -> Iterator[bytes]:
        """Yield the WebP pictures of some rows, counted through all shards."""
        with ZipFile(self.path) as file:
            for row in range(first, end):
                yield file.read(_name(row))


class PartWriter:
    """A part that is being written; see open_part."""

    def __init__(
        self, file: ZipFile, size: int, packing: Packing, first: int, table: Table
    ) -> None:
        self._file, self._packing, self._first, self._table = file, packing, first, table
        self._room = (
            size - _ARCHIVE_BYTES - len(packing.model_dump_json()) - table.attributes.nbytes
        )
        self.end = first

    def takes(self, picture: bytes) -> bool:
        """Add a picture, unless the part would become too large; its first one is always taken."""
        name = _name(self.end)
        self._room -= _FILE_BYTES + 2 * len(name) + len(picture) + self._table.row_bytes
        if self._room < 0 and self.end > self._first:
            return False
        self._file.writestr(ZipInfo(name), picture)
        self.end += 1
        return True

    def finish(self) -> None:
        """Write what the part has."""
        contents = Contents(
            packing=self._packing, first=self._first, pictures=self.end - self._first
        )
        table = BytesIO()
        save_table(table, self._table.take(slice(self._first, self.end)))
        self._file.writestr(ZipInfo(_TABLE), table.getvalue())
        self._file.writestr(ZipInfo(_CONTENTS), contents.model_dump_json())


@contextmanager
def open_part(
    folder: Path, number: int, size: int, packing: Packing, first: int, table: Table
) -> Iterator[PartWriter]:
    """Write a part so that a kill leaves none or a whole one.

    Args:
        folder: takes the part.
        number: of the part.
        size: how many bytes it may have.
        packing: of all parts.
        first: the row of its first picture.
        table: of all pictures.
    """
    path = folder / f"crops-{number:05d}.zip"
    unfinished = path.with_suffix(".part")
    # Pictures cannot be compressed again; with ZipInfo's date the same crops always give the same bytes.
    with ZipFile(unfinished, "w") as file:
        writer = PartWriter(file, size, packing, first, table)
        yield writer
        writer.finish()
    unfinished.replace(path)


def read_parts(folder: Path) -> list[Part]:
    """Read the parts that a folder has, in their order, and check every picture's checksum.

    Raises:
        DataError: one is damaged, or they were packed from different crops or in different ways.
    """
    parts, faults = [], []
    for path in sorted(folder.glob("crops-*.zip")):
        try:
            parts.append(_read_part(path))
        except (BadZipFile, EOFError, KeyError, OSError, ValidationError, ValueError) as error:
            faults.append(f"{path} is damaged ({error})")
    if faults:
        message = "\n".join(
            [*faults, "copy what is damaged once more, or delete it and pack again"]
        )
        raise DataError(message)
    parts.sort(key=lambda part: part.contents.first)
    for part in parts[1:]:
        if part.contents.packing != parts[0].contents.packing:
            message = (
                f"{parts[0].path} and {part.path} were packed from different crops or in different ways; "
                "keep the parts of one packing in a folder"
            )
            raise DataError(message)
    return parts


def _read_part(path: Path) -> Part:
    with ZipFile(path) as file:
        if damaged := file.testzip():
            message = f"the checksum of {damaged} is wrong"
            raise BadZipFile(message)
        contents = Contents.model_validate_json(file.read(_CONTENTS))
        return Part(path, contents, load_table(BytesIO(file.read(_TABLE))))


def _name(row: int) -> str:
    return f"{row:07d}.webp"
