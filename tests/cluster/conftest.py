"""One cluster for all tests, which each leave it whole. FACET_FULL=1: more tests, a thousand nodes or FACET_NODES."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.cluster.cluster import Cluster, running_cluster
from tests.cluster.fleet import names
from tests.cluster.settings import NEWEST, Release
from tests.faults.scale import FULL, scaled
from tests.homeassistant.conftest import newest, smiling
from tests.summary import say

__all__ = ["newest", "smiling"]

collect_ignore = [] if FULL else ["test_kill.py", "test_silence.py", "test_storm.py"]
NODES = names(int(os.environ.get("FACET_NODES", scaled(full=1000, short=50))))
WHOLE = ("hall", "porch")
"""More nodes, for those that run as a process each, with camera and networks."""


@pytest.fixture(scope="session")
def cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """Three members of RabbitMQ 4, whose users are the nodes of a fleet.

    With a Release as its parameter they are of that one. None stands for RabbitMQ 4: so a test of both goes on with the
    cluster that tests without a parameter have used.
    """
    release: Release = getattr(request, "param", None) or NEWEST
    folder = tmp_path_factory.mktemp("cluster")
    with running_cluster(folder, (*NODES, *WHOLE), release) as running:
        yield running


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """A function that adds a line to the end of the run."""
    return partial(say, request.config, "Cluster")
