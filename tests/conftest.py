"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "photos"


@pytest.fixture(scope="session")
def photos() -> Path:
    """Ordinary photographs with labels.csv and images/; $FACET_PHOTOS, or beside the checkout.

    They may not be redistributed. Where they are missing the test that asks for them is not selected: see
    pytest_collection_modifyitems.
    """
    folder = _photos()
    assert folder.is_dir(), f"{folder} is not there; set FACET_PHOTOS to the photographs' folder"
    return folder


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs the photographs on machines that do not have them; CI has them and always asks."""
    if _photos().is_dir() or os.environ.get("CI") == "true":
        return
    absent = [item for item in items if item.get_closest_marker("photos")]
    config.hook.pytest_deselected(items=absent)
    items[:] = [item for item in items if item not in absent]


def _photos() -> Path:
    return Path(os.environ.get("FACET_PHOTOS", _BESIDE))
