"""The page's own files, as the browser gets them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starlette.responses import Response

STATIC = Path(__file__).with_name("static")

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@cache
def known_files() -> frozenset[str]:
    """Return the names of all files that a browser may ask for, such as "views/live.js"."""
    return frozenset(
        path.relative_to(STATIC).as_posix()
        for path in STATIC.rglob("*")
        if path.suffix in _TYPES and path.is_file()
    )


def file_response(name: str) -> Response:
    """Return one of the known files."""
    path = STATIC / name
    return Response(path.read_bytes(), media_type=_TYPES[path.suffix])
