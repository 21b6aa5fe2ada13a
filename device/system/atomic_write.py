"""Files and links that are replaced as a whole or not at all, even if the power fails in between."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# What open() asks for; the umask takes bits away.
_DEFAULT_MODE = 0o666


def atomic_write(
    path: Path,
    data: bytes | str,
    *,
    mode: int | None = None,
    owner: tuple[int, int] | None = None,
) -> None:
    """Replace a file, or make it; other readers see the old content or the new one, never a part.

    Safe to call from several threads. Only a kill within the call leaves a hidden file in the folder.

    Args:
        path: the file; its folder must exist. A symbolic link is replaced, not followed.
        data: the whole content; text is encoded as UTF-8.
        mode: the permissions of the file, whatever the umask is; None for those that open() gives a new file.
        owner: user and group of the file; None for those of this process.

    Raises:
        OSError: the file cannot be written; what was there before is untouched.
    """
    content = data.encode() if isinstance(data, str) else data
    with _replacement(path) as unfinished:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(unfinished, flags, _DEFAULT_MODE if mode is None else mode)
        with os.fdopen(descriptor, "wb") as file:
            found = os.fstat(descriptor)
            if owner is not None and owner != (found.st_uid, found.st_gid):
                os.fchown(descriptor, *owner)
            # Only where the umask took bits away: a file system such as FAT rejects chmod, and has no modes to set.
            if mode is not None and found.st_mode & mode != mode:
                os.fchmod(descriptor, mode)
            file.write(content)
            file.flush()
            os.fsync(descriptor)


def atomic_symlink(link: Path, target: Path) -> None:
    """Make a symbolic link, or point an existing one elsewhere, without a moment at which there is none.

    Args:
        link: the link; its folder must exist.
        target: where it points; a relative path is relative to the folder of the link.

    Raises:
        OSError: the link cannot be made; what was there before is untouched.
    """
    with _replacement(link) as unfinished:
        unfinished.symlink_to(target)


@contextmanager
def _replacement(path: Path) -> Iterator[Path]:
    """Give a free name beside a path; what the body leaves there takes the place of the path."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        yield unfinished
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Have the new name on the disk too, not only the content."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
