"""The two brokers that the store works with.

Each has a user for the fleet, and one for the store who may do no more than docs/store.md gives it.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.broker.certificates import make_certificates
from tests.broker.mosquitto import Mosquitto, free_port, password_file
from tests.homeassistant.rabbitmq import RabbitMq

FLEET, STORE = "fleet", "facet-store"
_PASSWORD = "Sn0w/white"
_DOCS = (Path(__file__).parents[2] / "docs" / "store.md").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker that runs, and lets the store in with TLS alone.

    Attributes:
        url: for `facet store`.
        password: of the store's user.
        options: with which `facet store` comes in.
        mqtt_port: for the fleet, without TLS; its user has its name for a password.
        restart: ends it, as roughly as it can bear, and starts it again.
    """

    url: str
    password: str
    options: tuple[str, ...]
    mqtt_port: int
    restart: Callable[[], None]


def rabbitmq(folder: Path) -> tuple[RabbitMq, Broker]:
    """Return one that is not started. It loses nothing when it is killed."""
    definitions = folder / "definitions.json"
    definitions.write_text(json.dumps(_definitions()))
    certificates, port = make_certificates(folder), free_port()
    server = RabbitMq(
        folder,
        f"load_definitions = {definitions}",
        f"listeners.ssl.default = 127.0.0.1:{port}",
        f"ssl_options.cacertfile = {certificates.authority}",
        f"ssl_options.certfile = {certificates.broker}",
        f"ssl_options.keyfile = {certificates.broker_key}",
    )

    def restart() -> None:
        server.kill()
        server.start()

    return server, _broker(
        certificates.authority, f"amqps://{STORE}@localhost:{port}", server.port, restart
    )


def mosquitto(folder: Path) -> tuple[Mosquitto, Broker]:
    """Return one that is not started. It loses nothing when it is ended in order."""
    certificates, plain, port = make_certificates(folder), free_port(), free_port()
    access = folder / "acl"
    (entry,) = re.findall(r"```text\n(user facet-store\n.*?)```", _DOCS, re.DOTALL)
    access.write_text(f"user {FLEET}\ntopic readwrite facet/#\n\n{entry}")
    (settings,) = re.findall(r"```text\n(max_queued_messages .*?)```", _DOCS, re.DOTALL)
    passwords = password_file(folder, **{FLEET: FLEET, STORE: _PASSWORD})
    server = Mosquitto(
        folder,
        plain,
        (
            *(passwords, f"acl_file {access}", *settings.splitlines()),
            *(f"listener {port} 127.0.0.1", f"cafile {certificates.authority}"),
            f"certfile {certificates.broker}",
            f"keyfile {certificates.broker_key}",
        ),
    )

    def restart() -> None:
        server.stop()
        server.start()

    return server, _broker(
        certificates.authority, f"mqtts://{STORE}@localhost:{port}", plain, restart
    )


def _broker(authority: Path, url: str, mqtt_port: int, restart: Callable[[], None]) -> Broker:
    file = authority.with_name("password")
    file.write_text(f"{_PASSWORD}\n")
    options = ("--broker", url, "--broker-password-file", f"{file}", "--ca-file", f"{authority}")
    return Broker(url, _PASSWORD, options, mqtt_port, restart)


def _definitions() -> dict[str, object]:
    """What the commands of the page do, as a file."""
    return {
        "users": [
            {"name": FLEET, "password": FLEET, "tags": ""},
            {"name": STORE, "password": _PASSWORD, "tags": ""},
        ],
        "vhosts": [{"name": "/"}],
        "permissions": [
            _permission(FLEET, ".*", ".*", ".*"),
            _permission(STORE, *_patterns("set_permissions", 3)),
        ],
        "topic_permissions": [_topic_permission(*_patterns("set_topic_permissions", 3))],
    }


def _permission(user: str, configure: str, write: str, read: str) -> dict[str, str]:
    return {"user": user, "vhost": "/", "configure": configure, "write": write, "read": read}


def _topic_permission(exchange: str, write: str, read: str) -> dict[str, str]:
    return {"user": STORE, "vhost": "/", "exchange": exchange, "write": write, "read": read}


def _patterns(command: str, count: int) -> list[str]:
    """Return the last arguments of a command of the page."""
    (line,) = re.findall(rf"rabbitmqctl {command} .*", _DOCS)
    return shlex.split(line)[-count:]
