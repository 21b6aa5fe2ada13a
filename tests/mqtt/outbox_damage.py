"""Outboxes as a kill or an orderly end leaves them, and what may happen to their files before the next start."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from device.mqtt.outbox import Event, Outbox
from device.mqtt.outbox_rows import to_row
from device.mqtt.waiting_event import Uptime
from tests.mqtt.events import THEN

Files = dict[str, bytes]
"""Contents by the names of the files."""
Damage = Callable[[Random, Files], None]

NAME = "outbox.sqlite"
_LOG = f"{NAME}-wal"
_PAGE = 4096
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder is made in it
_FOREIGN_LOGS = 5
# Of a row: pieces this long are looked for; what stands beside them belongs to it as well.
_PIECE, _MARGIN = 32, 100


@dataclass(frozen=True)
class Left:
    """What a node has left.

    Attributes:
        files: of the state directory.
        waiting: events that the broker does not have.
        delivered: events that it has.
        places: by the id of each waiting event, where something of it lies: names of files, and slices.
    """

    files: Files
    waiting: tuple[Event, ...]
    delivered: tuple[Event, ...]
    places: Mapping[str, tuple[tuple[str, slice], ...]]


@cache
def left_by_a_node(seed: int) -> Left:
    """Let a node take some events, have some of them delivered, and end; a kill leaves the write-ahead log."""
    random = Random(seed)  # noqa: S311 - it can be repeated
    events: list[Event] = []
    delivered: list[Event] = []
    with in_memory() as place:
        folder, killed = place / "state", place / "killed"
        folder.mkdir()
        # What was checkpointed, and what is in the log alone.
        for is_killed in random.choice(((False,), (True,), (False, True))):
            outbox = Outbox.open(folder / NAME)
            for _ in range(random.randrange(1, 9)):
                event = _event(random, f"{random.getrandbits(128):032x}")
                outbox.append(event)
                events.append(event)
            for event in random.sample(events, k=len(events) // 3):
                outbox.delivered(event.event_id)
                events.remove(event)
                delivered.append(event)
            if is_killed:
                shutil.copytree(folder, killed)
            outbox.close()
            if is_killed:
                shutil.rmtree(folder)
                killed.rename(folder)
        files = read_files(folder)
    places = {event.event_id: tuple(_places(event, files)) for event in events}
    return Left(files, tuple(events), tuple(delivered), places)


@contextmanager
def in_memory() -> Iterator[Path]:
    """Make a folder where nothing waits for a disk: what is synced is tested with a kill, and by the tier of faults."""
    with TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        yield Path(folder)


def read_files(folder: Path) -> Files:
    """Return what lies in a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def write_files(folder: Path, files: Files) -> None:
    """Make a folder of files."""
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)


def untouched(left: Left, after: Files) -> list[Event]:
    """Return the waiting events of which no byte on the disk has changed, wherever it lies."""
    return [
        event
        for event in left.waiting
        if all(
            after.get(name, b"")[where] == left.files[name][where]
            for name, where in left.places[event.event_id]
        )
    ]


def _places(event: Event, files: Files) -> Iterator[tuple[str, slice]]:
    # The texts of a row, and as much beside them as the numbers need.
    texts = [value.encode() for value in to_row(event)[:4] if isinstance(value, str)]
    for text in texts:
        for start in range(0, max(len(text) - _PIECE, 0) + 1, _PIECE):
            piece = text[start : start + _PIECE]
            for name, content in files.items():
                for match in re.finditer(re.escape(piece), content):
                    yield (
                        name,
                        slice(max(match.start() - _MARGIN, 0), match.start() + _PIECE + _MARGIN),
                    )


def _event(random: Random, event_id: str) -> Event:
    # Some fit on a page, and some need several more.
    size = random.choice((40, 300, 1500, 4200, 9000))
    state = None if random.random() < 0.3 else json.dumps({"s": random.randbytes(60).hex()})
    payload = json.dumps({"event_id": event_id, "x": random.randbytes(size // 2).hex()})
    uptime = Uptime("724bcd98-575f-400c-8412-c0afe53ebe17", random.random() * 1e5)
    return Event(event_id, THEN, payload, state, uptime, random.choice((None, True, False)))


def flip_bits(random: Random, files: Files) -> None:
    """Flip up to eight bits of one file."""
    name = _one(random, files)
    content = bytearray(files[name])
    for _ in range(random.choice((1, 1, 2, 8))):
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    files[name] = bytes(content)


def truncate(random: Random, files: Files) -> None:
    """Cut a file off somewhere, or at the end of a page."""
    name = _one(random, files)
    size = random.randrange(len(files[name]))
    files[name] = files[name][: size if random.random() < 0.5 else size - size % _PAGE]


def zero_pages(random: Random, files: Files) -> None:
    """Overwrite a page or two with zeros, as a card does that has lost a block."""
    for _ in range(random.choice((1, 2))):
        name = _one(random, files)
        _overwrite(random, files, name, bytes(_PAGE))


def overwrite(random: Random, files: Files) -> None:
    """Overwrite some bytes with others."""
    name = _one(random, files)
    _overwrite(random, files, name, random.randbytes(random.choice((1, 16, 512, _PAGE))))


def repeat_block(random: Random, files: Files) -> None:
    """Write one block of a file in the place of another, as a card does that has lost count."""
    name = _one(random, files)
    start = random.randrange(0, len(files[name]), 512)
    _overwrite(random, files, name, files[name][start : start + 512])


def foreign_log(random: Random, files: Files) -> None:
    """Put the write-ahead log of another database beside this one."""
    others = (left_by_a_node(seed).files for seed in range(1000, 1100))
    logs = islice((other[_LOG] for other in others if _LOG in other), _FOREIGN_LOGS)
    files[_LOG] = random.choice([log for log in logs if log != files.get(_LOG)])


DAMAGES: Mapping[str, Damage] = {
    "flipped bits": flip_bits,
    "a file that is cut off": truncate,
    "pages of zeros": zero_pages,
    "overwritten bytes": overwrite,
    "a block twice": repeat_block,
    "the log of another database": foreign_log,
}


def _one(random: Random, files: Files) -> str:
    return random.choice([name for name, content in sorted(files.items()) if content])


def _overwrite(random: Random, files: Files, name: str, by: bytes) -> None:
    content = files[name]
    unit = 512 if len(by) >= 512 else 1
    at = random.randrange(0, len(content), unit)
    files[name] = (content[:at] + by + content[at + len(by) :])[: len(content)]
