"""A memory card: a small separate file system, which fills up and fails as ext4 on a worn card does."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BYTES = 8 * 2**20


class Disk:
    """Mounted on a folder.

    Attributes:
        folder: where.
    """

    def __init__(self, folder: Path, device: str) -> None:
        self.folder = folder
        self._device = device
        self._filling = folder / "filling"

    def fill(self) -> None:
        """Leave no room, as logs or another program's pictures do."""
        with self._filling.open("wb", buffering=0) as file:
            for size in (2**16, 2**12, 1):
                try:
                    while file.write(bytes(size)):
                        pass
                except OSError:
                    continue

    def make_room(self) -> None:
        """Take away what filled it."""
        self._filling.unlink()

    def fail(self) -> None:
        """Become read-only at once, as ext4 does after an error of the card; this includes open files."""
        Path(f"/sys/fs/ext4/{self._device}/trigger_fs_error").write_text("1")

    def repair(self) -> None:
        """Let it be written again, once no process has it open."""
        subprocess.run(["umount", self.folder], check=True)
        self.mount()

    def mount(self) -> None:
        """Make it available on its folder."""
        image = self.folder.with_suffix(".image")
        # The check after an error, as at the next start of the machine; 1 means that it repaired something.
        checked = subprocess.run(["e2fsck", "-fy", image], capture_output=True, check=False)
        assert checked.returncode <= 1, checked.stdout.decode()
        options = "loop,errors=remount-ro"
        subprocess.run(["mount", "-t", "ext4", "-o", options, image, self.folder], check=True)
        found = subprocess.run(
            ["findmnt", "--noheadings", "--output", "SOURCE", self.folder],
            check=True,
            capture_output=True,
            text=True,
        )
        self._device = Path(found.stdout.strip()).name


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """Make a disk on a folder, which takes root; it is gone afterwards."""
    image = folder.with_suffix(".image")
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(_BYTES)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    disk = Disk(folder, "")
    disk.mount()
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
