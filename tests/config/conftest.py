"""Configuration files for the tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

Write: TypeAlias = Callable[..., Path]
"""write(text, name="facet.yaml") -> the path of a file in the test's temporary folder."""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files into one folder, as text or as bytes."""

    def _write(content: str | bytes, name: str = "facet.yaml") -> Path:
        path = tmp_path / name
        path.touch(0o600)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return _write
