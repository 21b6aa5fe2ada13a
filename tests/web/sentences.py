"""Every sentence of the node's own that its page can show, as the code writes it; {1}, {2}, ... are what varies."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

_DEVICE = Path(__file__).parents[2] / "device"

# Whose sentences a reader of the page can meet: as a refusal, as a fault, or as what came of something.
ROOMS = (
    "camera",
    "config",
    "cli/run.py",
    "editing",
    "entities/commands.py",
    "gpio/pins.py",
    "mqtt/errors.py",
    "mqtt/probe.py",
    "mqtt/tls.py",
    "node",
    "people",
    "perception/examination.py",
    "setup",
    "triggers",
    "web",
)

# What only a command line, a log or root says.
_NOT_SHOWN = {
    "config/reference.py",
    "node/diagnostics.py",
    "node/expiring_state.py",
    "node/observer.py",
    "node/wiring.py",
    "people/calibration.py",
    "people/document.py",
    "people/embedding.py",
    "people/reader.py",
    "people/sealing.py",
    "people/stored.py",
    "setup/code.py",
    "web/security/passwords.py",
}

# Of whoever writes the program.
_INTERNAL = {
    "<Camera {1}: {2}>",
    "a quality is within 0..1, not {1}",
    "begin() comes first",
    "conflict",
    "this perception was opened without a gallery: it recognises nobody",
    "who adds references opens the gallery with their embedder",
}

# By what a sentence is handed on.
_CALLS = {
    "Fault",
    "HTTPException",
    "Refusal",
    "RosterEvent",
    "Trial",
    "explained",
    "refusal",
    "refused",
}
_NAMES = {"advice", "detail", "explanation", "fault", "found", "message", "next_step", "none"}
_NAMES |= {
    "compared",
    "hint",
    "missing",
    "problem",
    "secrecy",
    "text",
    "trusted",
    "what",
    "who",
    "why",
}
_NAMES |= {"words"}
_WORDS = re.compile(r"[A-Za-z]+\W+[A-Za-z]{2,}|^[a-z]{4,}$")
_SENTENCE = re.compile(r"[a-z]+ [a-z]+")


def sentences() -> dict[str, str]:
    """Return all of them, each with the file that it is in."""
    found: dict[str, str] = {}
    for room in ROOMS:
        place = _DEVICE / room
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            if str(path.relative_to(_DEVICE)) in _NOT_SHOWN:
                continue
            for each in _of(ast.parse(path.read_text(encoding="utf-8"))):
                found.setdefault(each, str(path.relative_to(_DEVICE)))
    return {each: place for each, place in found.items() if each not in _INTERNAL}


def _of(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        for value in _handed_on(node):
            yield from _texts(value)


def _handed_on(node: ast.AST) -> Iterable[ast.expr]:
    match node:
        case ast.Assign(targets=[ast.Name(name)], value=value) if name in _NAMES:
            return [value]
        case ast.Assign(targets=[ast.Attribute(attr=name)], value=value):
            return [value] if name.strip("_") in _NAMES else []
        case ast.Assign(targets=[ast.Name(name)], value=value) if name.isupper():
            return _constants(value)
        case ast.AugAssign(target=ast.Name(name), value=value) if name in _NAMES:
            return [value]
        case ast.Return(value=ast.expr() as value):
            return [value]
        case ast.Call(func=ast.Name(name) | ast.Attribute(attr=name), args=args, keywords=keywords):
            if name.endswith(("Error", "_fault", "_refused")) or name in _CALLS:
                return [*args, *(each.value for each in keywords)]
    return []


def _constants(value: ast.expr) -> Iterable[ast.expr]:
    """Return what may be a part of a sentence."""
    parts = value.values if isinstance(value, ast.Dict) else [value]
    return [each for each in parts if _SENTENCE.search(ast.unparse(each))]


def _texts(value: ast.expr) -> Iterator[str]:
    """Yield the texts of an expression, and those within it that it may contain."""
    match value:
        case ast.Constant(str(text)):
            if _WORDS.search(text):
                numbers = count(1)
                yield re.sub(r"{\w*}", lambda _: f"{{{next(numbers)}}}", text.strip())
        case ast.JoinedStr(values):
            yield from _formatted(values)
        case ast.IfExp() | ast.BoolOp() | ast.BinOp() | ast.Tuple():
            for each in ast.iter_child_nodes(value):
                if isinstance(each, ast.expr) and not isinstance(each, ast.Compare):
                    yield from _texts(each)


def _formatted(values: Iterable[ast.expr]) -> Iterator[str]:
    numbers, text = count(1), ""
    for part in values:
        match part:
            case ast.FormattedValue(value=value):
                text += f"{{{next(numbers)}}}"
                yield from _texts(value)
            case ast.Constant(value=said):
                text += str(said)
    if re.search(r"[A-Za-z]{2,}", re.sub(r"{\d+}", "", text)):
        yield text.strip()
