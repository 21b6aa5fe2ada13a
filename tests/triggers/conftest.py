"""Simulated pins, and what the node makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from queue import SimpleQueue
from typing import Any, TypeAlias

import pytest
from gpiozero.pins.mock import MockFactory

from device.config import TriggerSettings
from device.triggers import PinReport, Triggers

# gpiozero has no types.
Pins: TypeAlias = Any
Waiting: TypeAlias = SimpleQueue[PinReport]
Start: TypeAlias = Callable[[TriggerSettings], Triggers]


@pytest.fixture
def pins() -> Iterator[Pins]:
    """Simulated pins."""
    factory = MockFactory()
    yield factory
    factory.close()


@pytest.fixture
def waiting() -> Waiting:
    """Where triggers arrive."""
    return SimpleQueue()


@pytest.fixture
def start(pins: Pins, waiting: Waiting) -> Iterator[Start]:
    """Return a function that starts triggers on simulated pins; they are closed after the test."""
    with ExitStack() as stack:
        yield lambda settings: stack.enter_context(
            Triggers(settings, waiting.put, factory=lambda: pins)
        )
