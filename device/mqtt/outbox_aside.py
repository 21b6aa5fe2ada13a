"""An outbox that cannot be used is kept under another name, for whoever wants to know what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import count
from pathlib import Path

from device.system.aside import MOST_ASIDE, all_aside, aside_of
from device.system.atomic_write import atomic_write

_PRIVATE = 0o600


def keep_aside(path: Path, contents: Mapping[str, bytes], at: datetime) -> Path:
    """Write what a file and those beside it contain under other names, for their owner's eyes only.

    Args:
        path: the file; it is not touched. Something that is not a file is moved.
        contents: by what follows the file's name; those that are empty are left out.
        at: the time in UTC, for the name.

    Returns:
        The copy of the file itself.

    Raises:
        OSError: there is no room.
    """
    stem = aside_of(path, at).name
    names = (stem if not number else f"{stem}-{number}" for number in count())
    aside = next(path.with_name(name) for name in names if not path.with_name(name).exists())
    # The file itself last: whoever finds it finds the others.
    for suffix, content in sorted(contents.items(), reverse=True):
        original, copy = (file.with_name(file.name + suffix) for file in (path, aside))
        if original.exists() and not original.is_file():
            original.rename(copy)
        elif content or not suffix:
            atomic_write(copy, content, mode=_PRIVATE)
    _remove_oldest(path, aside, tuple(filter(None, contents)))
    return aside


def _remove_oldest(path: Path, newest: Path, beside: tuple[str, ...]) -> None:
    copies = [copy for copy in all_aside(path) if copy != newest and not copy.name.endswith(beside)]
    for copy in copies[: max(len(copies) + 1 - MOST_ASIDE, 0)]:
        for suffix in ("", *beside):
            old = copy.with_name(copy.name + suffix)
            # A folder is not ours to remove, whoever put it there.
            if not old.is_dir():
                old.unlink(missing_ok=True)
