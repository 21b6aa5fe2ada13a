"""The key with which nodes share people is made by a command, and nothing else is one."""

from __future__ import annotations

import pytest

from device.system.share_key import new_share_key, share_key_bytes


def test_a_key_is_256_random_bits() -> None:
    """Two have nothing in common."""
    first, second = share_key_bytes(new_share_key()), share_key_bytes(new_share_key())
    assert first is not None
    assert second is not None
    assert len(first) == len(second) == 32
    assert first != second


def test_a_typing_error_makes_it_none() -> None:
    """Whichever character is another one, is missing, or is there twice."""
    key = new_share_key()
    assert share_key_bytes(key)
    for place in range(len(key)):
        other = "x" if key[place] != "x" else "y"
        assert share_key_bytes(key[:place] + other + key[place + 1 :]) is None
        assert share_key_bytes(key[:place] + key[place + 1 :]) is None
        assert share_key_bytes(key[:place] + key[place] + key[place:]) is None


@pytest.mark.parametrize(
    "text",
    ["", "facet-people-", "correct horse battery staple", "facet-people-" + "é" * 48, "A" * 44],
)
def test_what_somebody_thinks_up_is_none(text: str) -> None:
    """However long it is."""
    assert share_key_bytes(text) is None
