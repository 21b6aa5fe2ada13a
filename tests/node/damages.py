"""Damages that a failing memory card, a power cut, an owner or another program does to what a node keeps."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from device.node.state_directory import OUTBOX

# What stands in the file instead: JSON of another kind, or what is hardly JSON.
_FOREIGN: dict[str, bytes] = {
    "a list": b"[1, 2, 3]",
    "a number": b"7",
    "a word": b'"settings"',
    "null": b"null",
    "an empty object": b"{}",
    "deeply nested lists": b"[" * 100_000,
    "deeply nested objects": b'{"a":' * 100_000,
    "an object nested as deep as Python allows": b'{"a":' * 400 + b"1" + b"}" * 400,
    "a value nested as deep as Python allows": b'{"settings":' + b"[" * 900 + b"]" * 900 + b"}",
    "no number": b'{"configured": {"privacy": NaN}, "settings": {"threshold_offset": Infinity}}',
    "a number without end": b'{"unsettled": 1e999, "event_id": 1e999, "as": 1e999}',
    "a huge number": b'{"unsettled": ' + b"9" * 4000 + b', "event_id": 1}',
    "a number that is too long": b'{"unsettled": ' + b"9" * 5000 + b"}",
    "half a character": b'{"last_failure": "2026-01-01T00:00:00+00:00: \\ud800", "event_id": "\\udfff",'
    b' "last_result": "\\ud800", "as": {"node": "\\ud800"}, "failure": "\\ud800"}',
    "a key twice": b'{"settings": {"privacy": true}, "settings": {"privacy": "no"}, "event_id": 1}',
    "wrong kinds": b'{"as": {"base_topic": 1}, "components": {"a": {"platform": []}, "b": 7}, "announced": [],'
    b' "unsettled": "many", "last_failure": 7, "event_id": [], "seen_at": {}, "failure": {}, "configured": 1}',
    "names that no topic may have": b'{"as": {"base_topic": "a/#", "node": "+", "discovery_prefix": "", '
    b'"serial_number": null}, "components": {"a b/+": {"platform": "sensor", "births": 0}}, "eye/#": "sensor"}',
    "a time without a zone": b'{"seen_at": "2026-01-01T00:00:00", "last_failure": "2026-01-01T00:00:00: x",'
    b' "asked_at": "2026-01-01T00:00:00"}',
    "UTF-16": '{"settings": {}}'.encode("utf-16"),
    "a mark of byte order": b"\xef\xbb\xbf{}",
    "a megabyte of zeros": bytes(1_000_000),
    "a megabyte of quotes": b'\\"' * 500_000,
}


@dataclass(frozen=True, slots=True)
class Damage:
    """What was done.

    Attributes:
        name: of the file, relative to the state directory.
        kind: in a word or two, for counting.
        detail: how exactly.
    """

    name: str
    kind: str
    detail: str = ""


def damage(directory: Path, other: Path, names: tuple[str, ...], random: Random) -> Damage:
    """Damage one file of a state directory, and return what was done.

    Args:
        directory: of a node that does not run.
        other: the state directory of another node.
        names: which files may be damaged.
        random: decides everything.
    """
    name = random.choice(names)
    # Half of all are what a memory card does.
    kind = random.choice(("flip", "flip", "flips", "truncated", *_KINDS, *_KINDS[-1:]))
    return Damage(name, kind, _DAMAGES[kind](directory / name, other / name, random))


def _flip(path: Path, _other: Path, random: Random) -> str:
    return _flipped(path, random, 1)


def _flips(path: Path, _other: Path, random: Random) -> str:
    return _flipped(path, random, random.randint(2, 32))


def _flipped(path: Path, random: Random, times: int) -> str:
    content = bytearray(path.read_bytes())
    bits = [random.randrange(len(content) * 8) for _ in range(times)]
    for bit in bits:
        content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)
    return f"bits {sorted(bits)}"


def _truncated(path: Path, _other: Path, random: Random) -> str:
    length = random.randrange(path.stat().st_size)
    os.truncate(path, length)
    return f"to {length} bytes"


def _empty(path: Path, _other: Path, _random: Random) -> str:
    os.truncate(path, 0)
    return ""


def _zeros(path: Path, _other: Path, random: Random) -> str:
    content = path.read_bytes()
    start = random.randrange(len(content))
    end = min(start + random.randint(1, 512), len(content))
    path.write_bytes(content[:start] + bytes(end - start) + content[end:])
    return f"from byte {start} to {end}"


def _noise(path: Path, _other: Path, random: Random) -> str:
    path.write_bytes(random.randbytes(random.randint(1, 4096)))
    return ""


def _folder(path: Path, _other: Path, random: Random) -> str:
    path.unlink()
    path.mkdir()
    if random.random() < 0.5:
        (path / "something").write_text("of somebody's")
    return ""


def _link(path: Path, other: Path, random: Random) -> str:
    # A copy: what is written through the link should stay in this test.
    elsewhere = path.parent.with_name("elsewhere")
    shutil.copyfile(other, elsewhere)
    target = random.choice(
        (Path("nowhere"), Path(path.name), Path("/dev/zero"), Path("/"), elsewhere)
    )
    path.unlink()
    path.symlink_to(target)
    return f"to {target}"


def _pipe(path: Path, _other: Path, _random: Random) -> str:
    path.unlink()
    os.mkfifo(path)
    return ""


def _permissions(path: Path, _other: Path, random: Random) -> str:
    mode = random.choice((0o000, 0o444, 0o200))
    path.chmod(mode)
    return f"{mode:o}"


def _newer(path: Path, _other: Path, random: Random) -> str:
    """Add what a newer release may keep; without checksums of ours, which it may not have any more."""
    document = json.loads(path.read_bytes())
    document["version"] = 99
    if random.random() < 0.5:
        document.pop("checksums", None)
    for section in [*document.values()]:
        if isinstance(section, dict):
            section["from_the_future"] = {"a": [1, 2, 3]}
    path.write_text(json.dumps(document))
    return ""


def _foreign(path: Path, _other: Path, random: Random) -> str:
    which = random.choice(list(_FOREIGN))
    path.write_bytes(_FOREIGN[which])
    return which


def _of_another_node(path: Path, other: Path, _random: Random) -> str:
    path.write_bytes(other.read_bytes())
    return ""


def _of_another_name(path: Path, other: Path, random: Random) -> str:
    siblings = sorted(file for file in other.parent.iterdir() if file.is_file())
    chosen = random.choice(
        [file for file in siblings if file.name != path.name] or [Path(__file__)]
    )
    path.write_bytes(chosen.read_bytes())
    return chosen.name


def _missing(path: Path, _other: Path, _random: Random) -> str:
    path.unlink()
    return ""


def _unfinished(path: Path, _other: Path, random: Random) -> str:
    content = path.read_bytes()
    for name in (f".{path.name}.0a1b2c3d", f"{path.stem}.part"):
        path.with_name(name).write_bytes(content[: random.randrange(len(content))])
    return ""


_DAMAGES: dict[str, Callable[[Path, Path, Random], str]] = {
    "flip": _flip,
    "flips": _flips,
    "truncated": _truncated,
    "empty": _empty,
    "zeros": _zeros,
    "noise": _noise,
    "folder": _folder,
    "link": _link,
    "pipe": _pipe,
    "permissions": _permissions,
    "newer": _newer,
    "another node's": _of_another_node,
    "another file's": _of_another_name,
    "missing": _missing,
    "unfinished": _unfinished,
    "foreign": _foreign,
}
_KINDS = tuple(_DAMAGES)


def damage_outbox(directory: Path, other: Path, name: str, random: Random) -> Damage:
    """Damage the outbox's database or its write-ahead log, and return what was done; otherwise as damage()."""
    kind = random.choice(("flip", "flip", "flips", "zeros", *_OUTBOX_KINDS, "schema"))
    path = directory / name
    if kind == "schema":
        return Damage(name, kind, _schema(directory / OUTBOX, random))
    return Damage(name, kind, _DAMAGES[kind](path, other / OUTBOX, random))


def _schema(path: Path, random: Random) -> str:
    """Give the database a schema that this release does not know."""
    statement = random.choice(
        (
            "PRAGMA user_version = 99",
            "PRAGMA user_version = -1",
            "PRAGMA user_version = 0",
            "ALTER TABLE events ADD COLUMN from_the_future TEXT",
            "ALTER TABLE events DROP COLUMN state",
            "ALTER TABLE events RENAME TO occurrences",
            "DROP TABLE events",
            "UPDATE events SET payload = x'ff00ff'",
            "UPDATE events SET occurred_at = 'yesterday'",
            "UPDATE events SET occurred_at = 9e999",
            "UPDATE events SET state = '[1'",
            "UPDATE events SET payload = 'null' WHERE position = 2",
        )
    )
    with closing(sqlite3.connect(path)) as database, suppress(sqlite3.Error):
        database.execute(statement)
        database.commit()
    return statement


_OUTBOX_KINDS = (
    *("flip", "flips", "truncated", "empty", "zeros", "noise", "folder", "link", "pipe"),
    *("permissions", "another node's", "missing"),
)
