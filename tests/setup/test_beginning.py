"""A node begins with its setup where there is no broker, and nothing else to correct."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.setup.beginning import is_without_broker


@pytest.mark.parametrize(
    ("text", "is_without"),
    [
        (None, True),
        ("", True),
        ("# mqtt:\n#   host: a\n", True),
        ("mqtt:\n  #host: a\n", True),
        ("mqtt: {port: 1}\ncamera: {source: /dev/video0}\n", True),
        ("mqtt:\n  host:   # which?\n", True),
        ("mqtt: {host: a}\n", False),
        ("mqtt: {host: a b}\n", False),  # what its owner meant is for its owner to correct
        ("mqtt:\n  host a\n", False),
        ("mqtt:\n\thost: a\n", False),
        ("mqtt:\n", True),
        ("camera: {source: /dev/video0}\n", True),
        ("mqtt: {}\ncamera: {widht: 1}\n", False),
        ("mqtt: {host: !secret host}\n", False),
    ],
)
def test_only_a_node_that_names_no_broker_is_set_up(
    tmp_path: Path, text: str | None, *, is_without: bool
) -> None:
    """A file with faults is reported as before, and not covered by a page."""
    path = tmp_path / "facet.yaml"
    if text is not None:
        path.write_text(text)
    assert is_without_broker(path, {}) is is_without
