"""The page behind a real reverse proxy, below a path, in a frame of Home Assistant's."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.web.bench import INGRESS

# The browser, five views, axe-core and a second proxy, all in the first test.
pytestmark = [pytest.mark.web, pytest.mark.timeout(360)]


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """What a browser finds there, in a network with the supervisor's address."""
    alone = ["unshare", "--net", "--map-root-user", sys.executable, "-m", "tests.web.ingress"]
    done = subprocess.run(alone, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_everything_works_below_the_path_of_the_ingress(found: dict[str, Any]) -> None:
    """The log-in, all views, what happens meanwhile, a command, and leaving; the browser has nothing to complain of."""
    assert found["views"] == ["Live", "People", "Health", "Settings", "Observations"]
    assert found["is_live"]
    assert found["cookies_after_leaving"] == 0
    assert (found["complaints"], found["violations"]) == ([], [])


def test_nothing_is_asked_for_beside_that_path(found: dict[str, Any]) -> None:
    """Neither a file nor a stream nor a command; Home Assistant's own paths get no cookie of the page."""
    assert len(found["paths"]) > 20
    assert all(path.startswith(f"{INGRESS}/") for path in found["paths"]), found["paths"]
    assert found["cookie_paths"] == [f"{INGRESS}/"]


def test_the_same_headers_from_another_address_mean_nothing(found: dict[str, Any]) -> None:
    """Whoever is not the supervisor cannot say where the page is."""
    assert found["base_for_others"] == "/"
