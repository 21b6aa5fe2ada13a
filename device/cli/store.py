"""`facet store`: the observations of a fleet in PostgreSQL. It runs on a server, and needs no node's file."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from device.errors import StoreCommandError

store = typer.Typer(
    name="store",
    help="On a server: keep the observations of a fleet in PostgreSQL.",
    no_args_is_help=True,
)


@store.callback()
def _group() -> None:
    missing = [name for name in ("pika", "psycopg") if find_spec(name) is None]
    if missing:
        message = f"facet store needs {' and '.join(missing)}; install them: pip install 'facet-node[store]'"
        raise StoreCommandError(message)


_Database = Annotated[
    str,
    typer.Option(
        envvar="FACET_STORE_DATABASE",
        metavar="URL",
        help="The PostgreSQL database; libpq's variables and ~/.pgpass are read as well.",
    ),
]
_BrokerUrl = Annotated[
    str,
    typer.Option(
        envvar="FACET_STORE_BROKER",
        metavar="URL",
        help="amqps://USER@HOST of RabbitMQ, or mqtts://USER@HOST of another broker with MQTT 5.",
    ),
]
_PasswordFile = Annotated[
    Path | None,
    typer.Option(
        envvar="FACET_STORE_BROKER_PASSWORD_FILE",
        metavar="FILE",
        help="A file with the broker's password.",
        show_default="none: the password is in --broker",
    ),
]
_CaFile = Annotated[
    Path | None,
    typer.Option(
        envvar="FACET_STORE_CA_FILE",
        metavar="FILE",
        help="PEM file of the authority that signed the broker's certificate.",
        show_default="those of the system",
    ),
]
_BaseTopics = Annotated[
    list[str],
    typer.Option(
        "--base-topic",
        envvar="FACET_STORE_BASE_TOPICS",
        help="The nodes' mqtt.base_topic; may be given several times.",
    ),
]
_Group = Annotated[
    str,
    typer.Option(
        envvar="FACET_STORE_GROUP",
        metavar="NAME",
        help="Name of the queue in RabbitMQ, whose consumers share the work; with MQTT, of the client.",
    ),
]
_Member = Annotated[
    str | None,
    typer.Option(
        envvar="FACET_STORE_MEMBER",
        metavar="NAME",
        help="With MQTT: share the work with other members of the group. Mosquitto 2.0 forgets a shared subscription "
        "when it restarts: messages are lost until a member is back.",
        show_default="a single consumer",
    ),
]


@store.command()
def run(
    database: _Database,
    broker: _BrokerUrl,
    broker_password_file: _PasswordFile = None,
    ca_file: _CaFile = None,
    base_topic: _BaseTopics = ["facet"],  # noqa: B006 - Typer reads it
    group: _Group = "facet-store",
    member: _Member = None,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "info",
) -> None:
    """Store what the broker delivers until Ctrl-C or SIGTERM."""
    from device.store.address import read_broker
    from device.store.address import secrets_of as secrets_of_broker
    from device.store.database import secrets_of as secrets_of_database
    from device.store.source import Interest
    from device.store.start import run_until_signal
    from device.system.known_secrets import KnownSecrets
    from device.system.logs import start_logging

    place = read_broker(broker, broker_password_file, ca_file)
    secrets = KnownSecrets([*secrets_of_database(database), *secrets_of_broker(broker, place)])
    start_logging(log_level, secrets.redact)
    interest = Interest(group, tuple(base_topic), member)
    run_until_signal(database, place, interest)


@store.command()
def migrate(database: _Database) -> None:
    """Bring the tables and views of a database up to date, as their owner."""
    from device.store.database import connected
    from device.store.schema import migrate as take_steps

    with connected(database) as connection:
        steps = take_steps(connection)
    for step in steps:
        typer.echo(f"{step.version}: {step.name}")
    if not steps:
        typer.echo("The schema is up to date.")


@store.command()
def schema() -> None:
    """Print the SQL that `migrate` runs on an empty database."""
    from device.store.schema import sql

    typer.echo(sql().rstrip())


@store.command()
def check(
    database: _Database,
    broker: _BrokerUrl,
    broker_password_file: _PasswordFile = None,
    ca_file: _CaFile = None,
    group: _Group = "facet-store",
) -> None:
    """Connect to the database and to the broker, and store nothing."""
    from device.store.address import read_broker
    from device.store.database import connected
    from device.store.schema import require_current
    from device.store.start import reach

    place = read_broker(broker, broker_password_file, ca_file)
    with connected(database, is_bounded=True) as connection:
        typer.echo(f"database: schema version {require_current(connection)}")
    reach(place, f"{group}-check-{os.getpid()}")
    typer.echo(f"broker {place}: connected")


@store.command()
def expire(
    database: _Database,
    days: Annotated[
        int,
        typer.Option(
            envvar="FACET_STORE_DAYS",
            min=1,
            max=36_500,
            help="Delete what was received more than so many days ago.",
        ),
    ] = 90,
) -> None:
    """Delete observations that are older than some days; facet-store-expire.timer does so every night."""
    from device.store.database import connected
    from device.store.keeping import expire as delete

    with connected(database) as connection:
        gone = delete(connection, days)
    typer.echo(f"deleted {gone.observations} observations and {gone.letters} dead letters")


@store.command()
def forget(
    person: Annotated[str, typer.Argument(help="The name, or the id.")],
    database: _Database,
    with_observations: Annotated[
        bool,
        typer.Option(
            "--with-observations",
            help="Delete the observations as a whole, also for others who are in them.",
        ),
    ] = False,
) -> None:
    """Take somebody's name out of all observations; forget them on the nodes first, or the name comes again."""
    from device.store.database import connected
    from device.store.keeping import forget as take_out

    with connected(database) as connection:
        gone = take_out(connection, person, with_observations=with_observations)
    what = "deleted" if with_observations else "took the name out of"
    typer.echo(f"{what} {gone.observations} observations, and deleted {gone.letters} dead letters")
