"""The queue of the pins' edges."""

from __future__ import annotations

from queue import Empty

import pytest

from device.observation import Source
from device.triggers.edges import MAX_EDGES, Edge, EdgeQueue


def test_edges_are_taken_in_their_order() -> None:
    """And then the end."""
    edges = EdgeQueue()
    both = [Edge(Source.BUTTON, is_active, at) for at, is_active in ((1.0, True), (2.0, False))]
    for edge in both:
        edges.put(edge)
    edges.end()
    assert [edges.get(1.0), edges.get(1.0), edges.get(1.0)] == [*both, None]


def test_a_pin_that_chatters_keeps_only_its_newest_edges() -> None:
    """Memory stays bounded, and the last level is right, whatever a cable picks up."""
    edges = EdgeQueue()
    for number in range(3 * MAX_EDGES):
        edges.put(Edge(Source.BUTTON, number % 2 == 1, float(number)))
    edges.end()
    times = []
    while (edge := edges.get(1.0)) is not None:
        times.append(edge.at)
    assert times == [float(number) for number in range(2 * MAX_EDGES, 3 * MAX_EDGES)]


def test_without_an_edge_the_wait_ends_after_its_timeout() -> None:
    """So that what is due is decided without another edge."""
    with pytest.raises(Empty):
        EdgeQueue().get(0.01)
