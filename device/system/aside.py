"""Damaged files are set aside: what is in them may still be worth something to their owner."""

from __future__ import annotations

import logging
import os
import shutil
import stat
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from device.errors import StoreError

_LOG = logging.getLogger(__name__)

MOST_ASIDE = 3
"""Of each file, the newest ones: a memory card that fails damages one at each start, and would fill up with them."""
_PRIVATE = 0o600


def read_plain_file(path: Path, limit: int) -> bytes | None:
    """Return the content of a file, if it is one: a pipe in its place would make the reader wait for ever.

    Args:
        path: a symbolic link is followed.
        limit: bytes.

    Returns:
        All of it; None when there is nothing under this name.

    Raises:
        StoreError: it cannot be read, is not a plain file, is longer than the limit, or a link that leads nowhere.
    """
    try:
        with open(path, "rb", opener=_open_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise StoreError(path, "it is not a plain file")
            content = file.read(limit + 1)
    except FileNotFoundError as error:
        if path.is_symlink():
            raise StoreError(path, "it is a link that leads nowhere") from error
        return None
    except OSError as error:
        raise StoreError(path, f"it cannot be read: {error.strerror or error}") from error
    if len(content) > limit:
        raise StoreError(path, f"it is damaged: it is longer than {limit} bytes")
    return content


def _open_at_once(name: str, flags: int) -> int:
    # Without O_NONBLOCK a named pipe would wait for its other end.
    flags |= os.O_NONBLOCK
    try:
        return os.open(name, flags)
    except PermissionError:
        # Where the file is our own its permissions are what is damaged.
        Path(name).chmod(_PRIVATE)
        _LOG.warning("%s could not be read; its permissions are %o again", name, _PRIVATE)
        return os.open(name, flags)


def aside_of(path: Path, at: datetime) -> Path:
    """Return the second name under which a damaged file is kept.

    Args:
        path: the file.
        at: the time in UTC.
    """
    return path.with_name(f"{path.name}.damaged-{at:%Y%m%dT%H%M%S}")


def all_aside(path: Path) -> list[Path]:
    """Return what is kept of a file under second names, with what is beside it, the oldest first."""
    return sorted(path.parent.glob(f"{path.name}.damaged-*"))


def set_aside(path: Path, at: datetime) -> str:
    """Keep a damaged file under a second name, readable by its owner only; of several the newest are kept.

    A plain file also stays where it is until another takes its place: there is no moment without one.

    Args:
        path: the file, or whatever has taken its place.
        at: the time in UTC, for the second name.

    Returns:
        The second name.

    Raises:
        OSError: it cannot be kept under a second name.
    """
    aside = aside_of(path, at)
    if stat.S_ISREG(path.lstat().st_mode):
        _link(path, aside)
    else:
        path.rename(aside)
    others = all_aside(path)
    others.remove(aside)
    for older in others[: max(len(others) + 1 - MOST_ASIDE, 0)]:
        # A folder is not ours to remove, whoever put it there.
        with suppress(OSError):
            older.unlink()
    return aside.name


def _link(path: Path, aside: Path) -> None:
    aside.unlink(missing_ok=True)
    try:
        os.link(path, aside)
    except OSError:  # a file system such as FAT has no hard links
        shutil.copyfile(path, aside)
    with suppress(OSError):  # nor modes
        aside.chmod(_PRIVATE)
