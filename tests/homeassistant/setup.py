"""A broker with TLS, passwords and an ACL, a Home Assistant that is connected to it, and nodes that come and go."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Protocol

from device.mqtt.topics import BIRTH_TOPIC, ONLINE
from tests.broker.certificates import Certificates
from tests.broker.mosquitto import PATIENCE, Mosquitto, free_port, wait_for
from tests.broker.observer import Observer, observe
from tests.homeassistant.client import Client
from tests.homeassistant.installation import Installation
from tests.homeassistant.node import Node
from tests.homeassistant.onboarding import add_mqtt, become_owner
from tests.homeassistant.process import Process

BACK = 150.0
"""Seconds until all is there again. Home Assistant looks for its broker every ten; a busy machine takes far longer."""
HOME_ASSISTANT = "homeassistant"
"""The user of the broker who may do everything; the password of each user is its name."""


class Broker(Protocol):
    """A broker that runs."""

    port: int

    def start(self) -> None:
        """Start again."""

    def stop(self) -> None:
        """End it."""


# The shipped access list; a node's user has the node's id.
_ACL = Path(__file__).resolve().parents[2] / "provisioning" / "mosquitto" / "acl"
_ROOMS = (
    "alcove", "annex", "arbor", "arcade",
    "attic", "balcony", "barn", "bathroom", "bedroom", "cellar", "den", "dock", "door", "facet",
    "foyer", "garage", "garden", "gate", "hall", "kitchen", "landing", "laundry", "library", "loft",
    "lounge", "nursery", "office", "pantry", "porch", "shed", "stairs", "study", "terrace", "tower",
    "vault", "workshop",
    "cloakroom", "orangery", "passage", "solarium", "veranda", "vestibule", "wardrobe",
    "atrium", "pavilion", "larder", "scullery",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setup:
    """A broker and a Home Assistant that is connected to it; nodes can be added.

    Attributes:
        broker: where nodes and Home Assistant meet.
        authority: PEM file of the authority that signed the broker's certificate; None without TLS.
        user: Home Assistant's at the broker; also the password.
        protocol: of MQTT, between Home Assistant and the broker.
        entry: the id of Home Assistant's MQTT integration.
    """

    folder: Path
    broker: Broker
    authority: Path | None
    user: str
    protocol: str
    home: Process
    client: Client
    entry: str

    @contextmanager
    def node(
        self,
        room: str,
        picture: Path,
        port: int | None = None,
        *,
        has_pins: bool = False,
        **sections: Mapping[str, object],
    ) -> Iterator[Node]:
        """Run a node until the end of the context, and wait until Home Assistant has all of it.

        Args:
            room: one of the broker's users; becomes the node's id.
            picture: what its camera shows.
            port: where it finds the broker, if not at the broker's own port.
            has_pins: whether its machine has pins, which are simulated.
            sections: of its configuration.
        """
        broker: dict[str, object] = {"host": "localhost", "port": port or self.broker.port}
        if self.authority is not None:
            broker["tls"] = {"enabled": True, "ca_file": str(self.authority)}
        folder = Path(mkdtemp(prefix=f"{room}-", dir=self.folder))
        node = Node(folder, room, broker, has_pins=has_pins)
        node.configure(**sections)
        node.show(picture)
        topic = f"homeassistant/device/{room}/config"
        with ExitStack() as running:
            # Before the node comes: a member of a cluster does not keep what another one was given.
            with self.overhear(topic) as observer:
                running.enter_context(node)
                observer.expect_new(topic)
                self.expect_available(room)
                self.expect_complete(room, observer)
            self.expect_available(room)
            yield node
        # Otherwise the next node of this room would seem to be there before it is.
        self.expect_gone(room)

    def overhear(self, topic: str) -> AbstractContextManager[Observer]:
        """Listen on the broker as a second client with Home Assistant's rights, which can also publish."""
        return observe(
            self.broker.port, topic, self.user, version=self.protocol, authority=self.authority
        )

    def entities(self, room: str) -> dict[str, str]:
        """Return the states of a room's entities by id."""
        states = self.client.states()
        return {
            name: state
            for name, state in states.items()
            if name.split(".")[1].startswith(f"{room}_")
        }

    def expect_available(self, room: str, patience: float = BACK) -> None:
        """Wait until all entities of a node exist and are available.

        After a restart of the broker Home Assistant alone takes ten seconds to connect again, on a busy machine longer.
        """

        def holds() -> bool:
            # A picture is available while there is one.
            states = [s for k, s in self.entities(room).items() if not k.startswith("image.")]
            return bool(states) and "unavailable" not in states

        wait_for(holds, f"{room} is available; it is {self.entities(room)}", patience)

    def expect_complete(self, room: str, observer: Observer) -> None:
        """Wait until Home Assistant has every entity of what a node has announced last.

        It adds one platform after the other, and on a busy machine the buttons may be missing long after the sensors.
        What an earlier node of this room has left behind may be announced once more before it is removed.

        Args:
            room: see node.
            observer: of the room's discovery, from before the node's start.
        """

        def missing() -> set[str]:
            newest = [message for message in observer.drain() if not message.is_retained][-1]
            announced = json.loads(newest.payload)["components"].values()
            # Device triggers are no entities, and have none.
            wanted = {each["unique_id"] for each in announced if "unique_id" in each}
            rows = self.client.ask("config/entity_registry/list")
            return wanted - {row["unique_id"] for row in rows}

        wait_for(lambda: not missing(), f"Home Assistant has all entities of {room}", BACK)

    def registered(self, room: str) -> set[str]:
        """Return the ids of a node's entities, those that are disabled included."""
        device = self.client.devices().get(f"facet_{room}")
        return set(self.client.registered(device["id"])) if device else set()

    def expect_gone(self, room: str) -> None:
        """Wait until a node is unavailable, event and button included."""

        def holds() -> bool:
            return set(self.entities(room).values()) == {"unavailable"}

        wait_for(holds, f"{room} is unavailable")


def press(setup: Setup, room: str) -> None:
    """Press until there is an answer: a new device's first event may come before Home Assistant listens to it."""
    last = setup.client.state(f"event.{room}_observation")
    silent = {last, "unavailable", None}
    for patience in (5.0, 5.0, PATIENCE):
        setup.client.act("button.press", entity_id=f"button.{room}_capture")
        with suppress(AssertionError):
            wait_for(
                lambda: setup.client.state(f"event.{room}_observation") not in silent,
                "an answer",
                patience,
            )
            return
    message = f"{room} does not answer"
    raise AssertionError(message)


@contextmanager
def running_setup(
    folder: Path,
    installation: Installation,
    broker: Broker,
    user: str,
    authority: Path | None,
    protocol: str = "5",
) -> Iterator[Setup]:
    """Run a Home Assistant, onboarded and connected to a broker, until the end of the context.

    Args:
        folder: for what it writes.
        installation: which Home Assistant.
        broker: is running already.
        user: of the broker, for Home Assistant; also the password.
        authority: PEM file of the authority that signed the broker's certificate; None without TLS.
        protocol: of MQTT.
    """
    home = Process(installation, folder / "homeassistant")
    try:
        home.start()
        client = become_owner(home.base)
        with observe(
            broker.port, BIRTH_TOPIC, user, version=protocol, authority=authority
        ) as observer:
            entry = add_mqtt(client, broker.port, user, authority, protocol)
            # Or a test would meet the announcement that follows it.
            observer.expect(BIRTH_TOPIC, ONLINE.encode())
        yield Setup(folder, broker, authority, user, protocol, home, client, entry)
        client.close()
    finally:
        home.stop()


@contextmanager
def mosquitto_setup(
    folder: Path, installation: Installation, certificates: Certificates
) -> Iterator[Setup]:
    """Start Mosquitto and Home Assistant; both end with the context."""
    broker = Mosquitto(folder, free_port(), _security(folder, certificates))
    with (
        broker,
        running_setup(
            folder, installation, broker, HOME_ASSISTANT, certificates.authority
        ) as found,
    ):
        yield found


def _security(folder: Path, certificates: Certificates) -> tuple[str, ...]:
    users = folder / "users"
    users.write_text("".join(f"{name}:{name}\n" for name in (HOME_ASSISTANT, *_ROOMS)))
    program = shutil.which("mosquitto_passwd")
    assert program, "mosquitto_passwd is missing: apt-get install mosquitto"
    subprocess.run([program, "-U", users], check=True)
    return (
        f"acl_file {_ACL}",
        f"password_file {users}",
        f"certfile {certificates.broker}",
        f"keyfile {certificates.broker_key}",
        f"cafile {certificates.authority}",
    )
