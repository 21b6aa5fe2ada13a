"""What waits to be taken in is bounded, and of each person the newest."""

from __future__ import annotations

import pytest

from device.node.letterbox import Letterbox


def test_of_each_person_the_newest_waits_in_the_order_of_the_first() -> None:
    """What is only tried again does not take the place of what is new."""
    letters = Letterbox()
    letters.put("a" * 12, b"1")
    letters.put("b" * 12, b"2")
    letters.put("a" * 12, b"3")
    letters.put("b" * 12, b"4", replaces=False)
    assert [letters.take() for _ in range(3)] == [("a" * 12, b"3"), ("b" * 12, b"2"), None]
    assert letters.is_empty


@pytest.mark.parametrize("person", ["", "+", "A" * 12, "a" * 13, "a" * 11 + "\n", "\u0661" * 12])
def test_what_is_no_id_is_thrown_away(person: str) -> None:
    """Anybody who can write to the broker chooses the topic."""
    letters = Letterbox()
    letters.put(person, b"x")
    assert letters.is_empty


def test_a_flood_is_bounded_in_bytes_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    """What is taken out makes room."""
    letters = Letterbox()
    for number in range(1000):
        letters.put(f"{number:012x}", bytes(50_000))
    waiting = 0
    while letters.take() is not None:
        waiting += 1
    assert 50 < waiting <= 8 * 2**20 // 50_000
    assert len(caplog.messages) == 1
    letters.put("a" * 12, bytes(50_000))
    assert not letters.is_empty
    letters.clear()
    assert letters.take() is None
