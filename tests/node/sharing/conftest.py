"""Two nodes that share people, over a broker that a test directs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.node.sharing_home import Home, SharingNode


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A broker without nodes."""
    with closing(Home(tmp_path)) as made:
        yield made


@pytest.fixture
def hall(home: Home) -> SharingNode:
    """A node."""
    return home.node("hall")


@pytest.fixture
def door(home: Home, hall: SharingNode) -> SharingNode:
    """A second one."""
    assert hall.is_online
    return home.node("door")
