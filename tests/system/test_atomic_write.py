"""A file or a link is the old one or the new one, and never half of either."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from device.system.atomic_write import atomic_symlink, atomic_write


def names(folder: Path) -> list[str]:
    """Everything in a folder, hidden files included."""
    return sorted(path.name for path in folder.iterdir())


def mode_of(path: Path) -> int:
    """The permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """Set the umask of this process for a while."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.mark.parametrize("data", ["größer", "größer".encode()], ids=["text", "bytes"])
def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path, data: bytes | str) -> None:
    """Text is written as UTF-8."""
    path = tmp_path / "file.json"
    path.write_text("old, and longer than what follows")
    atomic_write(path, data)
    assert path.read_bytes() == "größer".encode()
    assert names(tmp_path) == ["file.json"]


def test_a_write_that_fails_leaves_the_old_file_and_no_leftovers(tmp_path: Path) -> None:
    """As on a full disk; here the limit on the size of a file plays one."""
    program = """
import resource, signal, sys
from pathlib import Path
from device.system.atomic_write import atomic_write
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
try:
    atomic_write(Path(sys.argv[1]), "x" * 1000)
except OSError:
    sys.exit(7)
"""
    path = tmp_path / "file"
    path.write_text("old")
    ended = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 7, ended.stderr
    assert path.read_text() == "old"
    assert names(tmp_path) == ["file"]


def test_a_name_that_cannot_be_replaced_leaves_no_leftovers(tmp_path: Path) -> None:
    """A folder stands where the file should be."""
    (tmp_path / "file" / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="file"):
        atomic_write(tmp_path / "file", "new")
    assert names(tmp_path) == ["file"]
    assert names(tmp_path / "file") == ["inside"]


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    """It is not made: whoever calls knows with which permissions."""
    with pytest.raises(FileNotFoundError):
        atomic_write(tmp_path / "nowhere" / "file", "new")
    assert names(tmp_path) == []


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_the_mode_holds_whatever_the_umask_is(tmp_path: Path, mask: int) -> None:
    """Both a secret, and a file that others must be able to read."""
    with umask(mask):
        atomic_write(tmp_path / "secret", "x", mode=0o600)
        atomic_write(tmp_path / "public", "x", mode=0o644)
    assert mode_of(tmp_path / "secret") == 0o600
    assert mode_of(tmp_path / "public") == 0o644


def test_without_a_mode_the_umask_decides(tmp_path: Path) -> None:
    """As for any new file."""
    with umask(0o027):
        atomic_write(tmp_path / "file", "x")
    assert mode_of(tmp_path / "file") == 0o640


def test_a_link_is_replaced_and_what_it_points_to_stays(tmp_path: Path) -> None:
    """Whoever can make a link in the folder cannot have another file overwritten."""
    (tmp_path / "other").write_text("precious")
    (tmp_path / "file").symlink_to("other")
    atomic_write(tmp_path / "file", "new")
    assert (tmp_path / "other").read_text() == "precious"
    assert (tmp_path / "file").read_text() == "new"
    assert not (tmp_path / "file").is_symlink()


def test_writers_at_the_same_time_do_not_disturb_each_other(tmp_path: Path) -> None:
    """The last one wins; each content is whole."""
    path = tmp_path / "file"
    contents = [str(number) * 5000 for number in range(8)]
    failures: list[BaseException] = []

    def write(content: str) -> None:
        try:
            for _ in range(20):
                atomic_write(path, content)
                assert path.read_text() in contents
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=write, args=[content]) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert names(tmp_path) == ["file"]


def test_a_link_is_made_and_then_points_elsewhere(tmp_path: Path) -> None:
    """A relative target stays relative: the folder may be moved."""
    link = tmp_path / "current"
    atomic_symlink(link, Path("one"))
    assert link.readlink() == Path("one")
    atomic_symlink(link, Path("two"))
    assert link.readlink() == Path("two")
    assert names(tmp_path) == ["current"]


def test_a_link_that_cannot_be_made_leaves_what_was_there(tmp_path: Path) -> None:
    """A folder that is not a link is not replaced by one."""
    (tmp_path / "current" / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="current"):
        atomic_symlink(tmp_path / "current", Path("two"))
    assert names(tmp_path) == ["current"]
