"""Cards as folders, whose contents are copied onto boot partitions. Only their owner can read them."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from device.errors import ProvisionError
from device.system.atomic_write import atomic_write

PASSWORDS = "passwords.txt"
"""The nodes' lines for Mosquitto's password_file. It cannot be a node's folder, because no id has a dot."""

Contents: TypeAlias = Mapping[str, str | Path]
"""Text, or a file to copy, by its path on the card."""


def check_folder(out: Path, *, force: bool) -> None:
    """Check that writing cards overwrites nothing.

    Raises:
        ProvisionError: the folder is not empty, and force is not set.
    """
    if out.exists() and not out.is_dir():
        message = f"{out} is a file; name a folder with --out"
        raise ProvisionError(message)
    if out.is_dir() and any(out.iterdir()) and not force:
        message = f"{out} has files in it; name another folder with --out, or replace these cards with --force"
        raise ProvisionError(message)


def write_cards(out: Path, cards: Mapping[str, Contents], passwords: Mapping[str, str]) -> None:
    """Write a folder for each node, and the broker's lines beside them.

    An existing folder is replaced; the broker's lines of other nodes are kept.

    Args:
        out: the folder; created if it is missing.
        cards: contents by node.
        passwords: lines by user name.

    Raises:
        ProvisionError: a file cannot be written.
    """
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        for node, contents in cards.items():
            shutil.rmtree(out / node, ignore_errors=True)
            for name, content in contents.items():
                _write(out / node / name, content)
        if passwords:
            _write(out / PASSWORDS, "".join(f"{line}\n" for line in _merged(out, passwords)))
    except OSError as error:
        message = f"{error.filename or out} cannot be written: {error.strerror}"
        raise ProvisionError(message) from error


def _write(path: Path, content: str | Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    atomic_write(path, content if isinstance(content, str) else content.read_bytes(), mode=0o600)


def _merged(out: Path, passwords: Mapping[str, str]) -> Iterable[str]:
    path = out / PASSWORDS
    before = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept = [line for line in before if line.partition(":")[0] not in passwords]
    return [*kept, *passwords.values()]
