"""Nothing is lost and nothing stored twice, whatever ends at whatever moment."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import sleep

import pytest

from tests.broker.mosquitto import wait_for
from tests.store.brokers import FLEET, Broker
from tests.store.consumer import StoreProcess
from tests.store.observations import changed, observation, published
from tests.store.postgres import Postgres
from tests.store.publisher import Fleet
from tests.summary import say

pytestmark = [pytest.mark.store, pytest.mark.timeout(300)]

_OBSERVATIONS = 2000
# Over which they are published, so that each fault comes under load.
_SECONDS = 7.0
_CONSUMER_KILLS, _DATABASE_CRASHES = 6, 2
# Seconds for Erlang and for a consumer that waits ever longer, on a busy machine.
_PATIENCE = 90.0


@pytest.fixture
def consumer(
    postgres: Postgres,
    database: str,
    broker: Broker,
    tmp_path: Path,
) -> Iterator[StoreProcess]:
    """A consumer with the least privileges, whose queue is there, and is not another test's."""
    group = f"facet-store-{database}"
    options = ("--group", group, *broker.options)
    url = postgres.url(database, "facet_writer")
    with StoreProcess(tmp_path / "log", url, *options) as consumer:
        wait_for(
            lambda: consumer.connections == 1, f"the queue is there: {consumer.log}", _PATIENCE
        )
        yield consumer


def _stored(postgres: Postgres, database: str) -> list[str]:
    rows = postgres.execute(database, "select event_id::text from facet.observation")
    return [event_id for (event_id,) in rows]


def test_nothing_is_lost_and_nothing_stored_twice(
    postgres: Postgres,
    database: str,
    broker: Broker,
    consumer: StoreProcess,
    pytestconfig: pytest.Config,
) -> None:
    """The consumer is killed six times, the database crashes twice and the broker restarts once, in any order."""

    def crash_database() -> None:
        postgres.crash()
        sleep(draw.random())
        postgres.start()

    seed = random.randrange(1000)  # noqa: S311 - not cryptography
    draw = random.Random(seed)  # noqa: S311 - as above
    faults: list[Callable[[], None]] = [
        *[consumer.kill_and_start] * _CONSUMER_KILLS,
        *[crash_database] * _DATABASE_CRASHES,
        broker.restart,
    ]
    draw.shuffle(faults)
    with Fleet(broker.mqtt_port, FLEET) as fleet:
        publishing = threading.Thread(target=fleet.publish, args=(_OBSERVATIONS, _SECONDS))
        publishing.start()
        for fault in faults:
            sleep(draw.uniform(0, 2 * _SECONDS / len(faults)))
            fault()
        publishing.join()
        fleet.settle()
    wanted = set(fleet.event_ids)
    assert len(wanted) == _OBSERVATIONS
    wait_for(
        lambda: len(_stored(postgres, database)) >= _OBSERVATIONS,
        f"all is stored, seed {seed}; the consumer's log:\n{consumer.log[-3000:]}",
        _PATIENCE,
    )
    stored = _stored(postgres, database)
    assert sorted(stored) == sorted(wanted)
    assert postgres.execute(database, "select count(*) from facet.dead_letter") == [(0,)]
    of = broker.url.partition(":")[0]
    line = f"{of}: {len(stored)} of {len(wanted)} stored once, {len(faults)} faults"
    say(pytestconfig, "store", line)


def test_what_comes_while_the_consumer_is_away_waits_in_the_broker(
    postgres: Postgres, database: str, broker: Broker, consumer: StoreProcess
) -> None:
    """Where one that was killed finds it as well."""
    consumer.stop()
    with Fleet(broker.mqtt_port, FLEET) as fleet:
        fleet.publish(50)
        fleet.settle()
    consumer.start()
    wait_for(lambda: len(_stored(postgres, database)) >= 50, "all is stored", _PATIENCE)
    assert sorted(_stored(postgres, database)) == sorted(fleet.event_ids)


def test_what_cannot_be_stored_keeps_nothing_back(
    postgres: Postgres, database: str, broker: Broker, consumer: StoreProcess
) -> None:
    """It becomes a dead letter, with the reason; what follows it is stored."""
    seen = observation()
    topic, payload = published(seen)
    hostile = (
        *(b"", b"{", b"\0", b"x" * 500_000, b'{"event_id": "' + b"9" * 60_000 + b'"}'),
        *(changed(payload, trigger="a\0b"), changed(payload, node="other")),
        changed(payload, schema_version=2),
    )
    with Fleet(broker.mqtt_port, FLEET) as fleet:
        for content in hostile:
            fleet.send(topic, content)
        fleet.send("facet/a'; drop table observation; --/event", payload)
        fleet.send("facet/hall/status", b"online")
        fleet.send(topic, payload)
        fleet.settle()
    wait_for(
        lambda: _stored(postgres, database) == [seen.event_id], "the good one is stored", _PATIENCE
    )
    letters = postgres.execute(database, "select reason, length(payload) from facet.dead_letter")
    assert len(letters) == len(hostile) + 1
    assert {"longer than 65536 bytes", "a text has the character NUL"} <= {r for r, _ in letters}
    assert max(length for _, length in letters) == 8192
    wait_for(lambda: "dead letters" in consumer.log, "they are logged")


def test_two_consumers_share_the_work(
    postgres: Postgres, database: str, broker: Broker, tmp_path: Path
) -> None:
    """Of one queue, or of one subscription; one of them is killed meanwhile, and comes back."""
    group = f"facet-store-{database}"
    url = postgres.url(database, "facet_writer")
    options = ("--group", group, *broker.options)
    first, second = (
        StoreProcess(tmp_path / name, url, *options, "--member", name)
        for name in ("first", "second")
    )
    with first, second, Fleet(broker.mqtt_port, FLEET) as fleet:
        wait_for(lambda: first.connections == second.connections == 1, "both are there", _PATIENCE)
        fleet.publish(200)
        first.kill_and_start()
        wait_for(lambda: first.connections == 2, "it is back", _PATIENCE)
        fleet.publish(200)
        fleet.settle()
        wait_for(lambda: len(_stored(postgres, database)) == 400, "all is stored", _PATIENCE)
        first.stop()
        second.stop()
    assert sorted(_stored(postgres, database)) == sorted(fleet.event_ids)
    assert all("observations stored" in consumer.log for consumer in (first, second))


def test_a_stop_is_orderly(
    postgres: Postgres, database: str, broker: Broker, consumer: StoreProcess
) -> None:
    """What was taken is stored; the log says what was done, and neither a name, nor the password."""
    with Fleet(broker.mqtt_port, FLEET) as fleet:
        fleet.publish(20)
        fleet.settle()
    wait_for(lambda: len(_stored(postgres, database)) == 20, "all is stored", _PATIENCE)
    consumer.stop()
    assert "20 observations stored, 2 had been before, 0 dead letters" in consumer.log
    assert "Traceback" not in consumer.log
    assert broker.password not in consumer.log
