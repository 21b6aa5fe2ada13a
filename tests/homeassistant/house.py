"""A broker with TLS, passwords and an ACL, a Home Assistant beside it, and nodes that come and go."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.broker.certificates import Certificates
from tests.broker.mosquitto import Mosquitto, free_port, wait_for
from tests.homeassistant.client import Client
from tests.homeassistant.installation import Installation
from tests.homeassistant.node import Node
from tests.homeassistant.onboarding import add_mqtt, become_owner
from tests.homeassistant.process import Process

HOME_ASSISTANT = "homeassistant"
"""The user of the broker who may do everything; like all of them, its password is its name."""

# What docs/mqtt.md tells the owner to write, for all nodes at once: a node's user has the node's id.
_ACL = f"""\
user {HOME_ASSISTANT}
topic readwrite #

pattern write homeassistant/device/%u/config
pattern read homeassistant/status
pattern read facet/newest_version
pattern readwrite facet/%u/#
"""
_ROOMS = (
    "attic", "balcony", "bathroom", "bedroom", "cellar", "door", "garage", "garden", "gate", "hall",
    "kitchen", "landing", "library", "lounge", "nursery", "office", "pantry", "porch", "stairs", "study",
    "terrace", "workshop",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class House:
    """What stands in a house.

    Attributes:
        broker: listens with TLS; without it on plain_port, which is for the tests alone.
        entry: the id of Home Assistant's MQTT integration.
    """

    folder: Path
    broker: Mosquitto
    plain_port: int
    authority: Path
    home: Process
    client: Client
    entry: str

    @contextmanager
    def node(
        self, room: str, picture: Path, port: int | None = None, **sections: Mapping[str, object]
    ) -> Iterator[Node]:
        """Run a node until the end of the context, and wait until Home Assistant has all of it.

        Args:
            room: one of the broker's users; becomes the node's id.
            picture: what its camera shows.
            port: where it finds the broker, if not at the broker's own port.
            sections: of its configuration.
        """
        tls = {"enabled": True, "ca_file": str(self.authority)}
        broker = {"host": "localhost", "port": port or self.broker.port, "tls": tls}
        node = Node(self.folder / room, room, broker)
        node.configure(**sections)
        node.show(picture)
        with node:
            self.expect_available(room)
            yield node

    def entities(self, room: str) -> dict[str, str]:
        """Return the states of a room's entities by id."""
        states = self.client.states()
        return {
            name: state
            for name, state in states.items()
            if name.split(".")[1].startswith(f"{room}_")
        }

    def expect_available(self, room: str, patience: float = 30) -> None:
        """Wait until all entities of a node are there and available."""

        def holds() -> bool:
            states = self.entities(room)
            return bool(states) and "unavailable" not in states.values()

        wait_for(holds, f"{room} is available; it is {self.entities(room)}", patience)

    def expect_gone(self, room: str) -> None:
        """Wait until a node is unavailable, event and button included."""

        def holds() -> bool:
            return set(self.entities(room).values()) == {"unavailable"}

        wait_for(holds, f"{room} is unavailable")


@contextmanager
def house(folder: Path, installation: Installation, certificates: Certificates) -> Iterator[House]:
    """Start everything, with Home Assistant onboarded and connected; all ends with the context."""
    folder.mkdir(exist_ok=True)
    plain_port = free_port()
    broker = Mosquitto(
        folder, free_port(), (*_security(folder, certificates), f"listener {plain_port} 127.0.0.1")
    )
    home = Process(installation, folder / "homeassistant")
    with broker:
        try:
            home.start()
            client = become_owner(home.base)
            entry = add_mqtt(
                client, broker.port, HOME_ASSISTANT, HOME_ASSISTANT, certificates.authority
            )
            yield House(folder, broker, plain_port, certificates.authority, home, client, entry)
            client.close()
        finally:
            home.stop()


def _security(folder: Path, certificates: Certificates) -> tuple[str, ...]:
    (folder / "acl").write_text(_ACL)
    users = folder / "users"
    users.write_text("".join(f"{name}:{name}\n" for name in (HOME_ASSISTANT, *_ROOMS)))
    program = shutil.which("mosquitto_passwd")
    assert program, "mosquitto_passwd is missing: apt-get install mosquitto"
    subprocess.run([program, "-U", users], check=True)
    return (
        f"acl_file {folder}/acl",
        f"password_file {users}",
        f"certfile {certificates.broker}",
        f"keyfile {certificates.broker_key}",
        f"cafile {certificates.authority}",
    )
