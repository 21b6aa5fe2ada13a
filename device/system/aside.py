"""Damaged files that are kept under another name, for whoever wants to know what happened to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import count
from pathlib import Path

from device.observation import utc_now
from device.system.atomic_write import atomic_write

MOST_ASIDE = 3
"""Of one file; when there are more the oldest are removed: a card that is failing would fill up with them."""
_PRIVATE = 0o600


def keep_aside(path: Path, contents: Mapping[str, bytes], at: datetime | None = None) -> Path:
    """Write what a file and those beside it contain under other names, for their owner's eyes only.

    Args:
        path: the file; it is not touched.
        contents: by what follows the file's name; those that are empty are left out.
        at: the time in UTC for the name; None for now.

    Returns:
        The copy of the file itself.

    Raises:
        OSError: there is no room.
    """
    moment = at or utc_now()
    stem = f"{path.name}.damaged-{moment:%Y%m%dT%H%M%S}"
    names = (stem if not number else f"{stem}-{number}" for number in count())
    aside = next(path.with_name(name) for name in names if not path.with_name(name).exists())
    # The file itself last: whoever finds it finds the others.
    for suffix, content in sorted(contents.items(), reverse=True):
        if content or not suffix:
            atomic_write(aside.with_name(aside.name + suffix), content, mode=_PRIVATE)
    _remove_oldest(path, aside, contents)
    return aside


def _remove_oldest(path: Path, newest: Path, suffixes: Iterable[str]) -> None:
    beside = tuple(suffix for suffix in suffixes if suffix)
    copies = sorted(
        copy
        for copy in path.parent.glob(f"{path.name}.damaged-*")
        if copy != newest and not copy.name.endswith(beside)
    )
    for copy in copies[: max(len(copies) + 1 - MOST_ASIDE, 0)]:
        for suffix in ("", *beside):
            copy.with_name(copy.name + suffix).unlink(missing_ok=True)
