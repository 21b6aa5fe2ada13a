"""A Home Assistant that reaches one member of a cluster, as through the address that a household gives its broker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cluster.cluster import PORT, Member
from tests.cluster.definitions import HOME_ASSISTANT
from tests.homeassistant.installation import Installation
from tests.homeassistant.network import Network
from tests.homeassistant.setup import Setup, running_setup


class Door(Network):
    """The way from Home Assistant to its member."""

    def __init__(self, member: Member) -> None:
        super().__init__(PORT, member.address)

    def start(self) -> None:
        """Open it."""
        self.restore()

    def stop(self) -> None:
        """Close it."""
        self.cut()

    def lead_to(self, member: Member) -> None:
        """Lead to another member from now on."""
        self.cut()
        self.host = member.address
        self.restore()


@contextmanager
def home_at(
    door: Door, installation: Installation, folder: Path, protocol: str = "5"
) -> Iterator[Setup]:
    """Run a Home Assistant behind a door."""
    with door, running_setup(folder, installation, door, HOME_ASSISTANT, None, protocol) as setup:
        yield setup
