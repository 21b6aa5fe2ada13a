"""What an owner asks, on observations whose answers are known."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from device.observation import Observation, Reason
from device.store.database import connected
from device.store.message import Message
from device.store.writer import open_writer
from tests.store.observations import ANNA, BEN, DAY, face, known, observation, published
from tests.store.postgres import Postgres

pytestmark = pytest.mark.store

_DASHBOARD = Path(__file__).parents[2] / "provisioning" / "store" / "grafana.json"
_MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)


def _known_data() -> list[Observation]:
    smiling, serious = {"Smiling": True, "Eyeglasses": True}, {"Smiling": False}
    return [
        observation(face(smiling, known(ANNA)), total=100),
        observation(
            face(serious, known(ANNA)), face(serious), at=DAY + timedelta(hours=1), total=200
        ),
        observation(at=DAY + timedelta(hours=2), total=300),
        observation(reason=Reason.PRIVACY, at=DAY + timedelta(hours=3), total=400),
        observation(face(smiling, known(BEN)), at=DAY + timedelta(days=1), total=500),
        observation(face(smiling, known(BEN)), node="porch", total=50),
    ]


Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def ask(postgres: Postgres, database: str) -> Ask:
    """A function that asks as Grafana does, about the known data."""
    with open_writer(postgres.url(database, "facet_writer")) as writer:
        writer.write([Message(*published(seen), 0) for seen in _known_data()])

    def answered(sql: str) -> list[tuple[Any, ...]]:
        with connected(postgres.url(database, "facet_reader")) as connection:
            return connection.execute(sql.encode()).fetchall()

    return answered


def test_what_was_seen_by_day_and_node(ask: Ask) -> None:
    """And how often nobody was: of what had a picture."""
    assert ask(
        "select day, node, observations, faces, with_face, without_face, without_picture, no_face_share "
        "from facet.seen_per_day order by day, node"
    ) == [
        (_MIDNIGHT, "hall", 4, 3, 2, 1, 1, pytest.approx(1 / 3)),
        (_MIDNIGHT, "porch", 1, 1, 1, 0, 0, 0),
        (_MIDNIGHT + timedelta(days=1), "hall", 1, 1, 1, 0, 0, 0),
    ]


def test_who_was_seen_by_day_and_node(ask: Ask) -> None:
    """When first, and when last."""
    assert ask(
        "select day, node, person, observations, first_seen, last_seen from facet.people_per_day "
        "order by day, node"
    ) == [
        (_MIDNIGHT, "hall", ANNA.name, 2, DAY, DAY + timedelta(hours=1)),
        (_MIDNIGHT, "porch", BEN.name, 1, DAY, DAY),
        (_MIDNIGHT + timedelta(days=1), "hall", BEN.name, 1, *[DAY + timedelta(days=1)] * 2),
    ]


def test_how_often_an_attribute_is_present(ask: Ask) -> None:
    """Of the faces of which it was judged."""
    assert ask(
        "select node, attribute, judged, present, share from facet.attribute_frequency "
        "where day = '2026-11-24' order by node, attribute"
    ) == [
        ("hall", "Eyeglasses", 1, 1, 1.0),
        ("hall", "Smiling", 3, 1, pytest.approx(1 / 3)),
        ("porch", "Eyeglasses", 1, 1, 1.0),
        ("porch", "Smiling", 1, 1, 1.0),
    ]


def test_how_long_an_observation_takes(ask: Ask) -> None:
    """In milliseconds; and how long it waited, in seconds."""
    assert ask(
        "select node, median_ms, p95_ms, longest_ms, longest_wait from facet.latency "
        "where day = '2026-11-24' order by node"
    ) == [
        ("hall", 250, pytest.approx(385), 400, pytest.approx(2, abs=2)),
        ("porch", 50, 50, 50, pytest.approx(2, abs=2)),
    ]


def test_which_nodes_are_silent(postgres: Postgres, database: str, ask: Ask) -> None:
    """One is by its own habits: for longer than twice the longest pause of the month, and an hour."""
    assert ask("select node, is_silent from facet.silence order by node") == [
        ("hall", False),
        ("porch", False),
    ]
    postgres.execute(
        database,
        "update facet.observation set received_at = now() - interval '2 hours' where node = 'porch'",
    )
    assert ask("select node, is_silent from facet.silence order by node") == [
        ("hall", False),
        ("porch", True),
    ]
    postgres.execute(
        database,
        "update facet.observation set received_at = now() - interval '40 days' where node = 'porch'",
    )
    assert ask("select node from facet.silence where is_silent") == [("porch",)]


def test_every_panel_of_the_dashboard_has_an_answer(ask: Ask) -> None:
    """Its queries run as the reader's, for the time that Grafana puts in."""
    panels = json.loads(_DASHBOARD.read_text(encoding="utf-8"))["panels"]
    queries = [target["rawSql"] for panel in panels for target in panel["targets"]]
    assert len(queries) == 6
    for query in queries:
        whole = re.sub(
            r"\$__timeFilter\((\w+)\)", r"\1 between '2026-11-23' and '2026-11-27'", query
        )
        assert "$" not in whole
        assert ask(whole), whole
