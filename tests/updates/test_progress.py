"""How far an installation is, in percent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.updates.node.progress import HANDED_OVER_PERCENT, download_percent


def test_a_download_is_most_of_the_way() -> None:
    """From nothing to what comes before root's part, in steps that Home Assistant may record."""
    assert [download_percent(part, 100) for part in (0, 7, 50, 99, 100)] == [0, 5, 40, 75, 80]


@pytest.mark.parametrize("total", [None, 0, -1])
def test_a_download_of_unknown_length_has_no_percentage(total: int | None) -> None:
    """The server says nothing, or nonsense."""
    assert download_percent(1000, total) is None


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_a_download_never_gets_past_its_part(received: int, total: int) -> None:
    """Whatever the server says, and however much it sends."""
    percent = download_percent(received, total)
    assert percent is not None
    assert 0 <= percent < HANDED_OVER_PERCENT
    assert percent % 5 == 0
