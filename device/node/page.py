"""Between the node and its page: what a page is handed, and what it receives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from device.config import Config
from device.entities.kinds import Row
from device.entities.roster import Roster, RosterEvent
from device.entities.settings import Settings
from device.entities.vocabulary import Vocabulary
from device.mqtt.events import Command
from device.node.gallery_tasks import EnrolPictureTask, EnrolSeenTask
from device.node.live import LiveView
from device.node.people_desk import PeoplePublishing
from device.node.sink import Sink
from device.node.trials import Trial
from device.people.person import Tombstone


@dataclass(frozen=True, slots=True)
class NodeAccess:
    """What a page may use of the node that it shows, from any thread.

    Attributes:
        config: the node's.
        table: its rows.
        vocabulary: the words in which its attribute network answers.
        directory: what it keeps.
        ask: takes a command, as MQTT's: the inbox judges how urgent it is; or whom to enrol.
        live: what the camera sees; None where the owner does not want that.
        restarts_from: when the node begins to take the command to restart, on the monotonic clock: a restart is no
            sooner followed by another one.
    """

    config: Config
    table: tuple[Row, ...]
    vocabulary: Vocabulary
    directory: Path
    ask: Callable[[Command | EnrolPictureTask | EnrolSeenTask], object]
    live: LiveView | None
    restarts_from: float = float("-inf")


class Page(Sink, Protocol):
    """A sink that also receives what Home Assistant learns in other ways. All of it comes on the loop's thread."""

    @property
    def fault(self) -> str | None:
        """Why the page is not there, for the owner; None when nothing is wrong."""
        return None

    def apply(self, settings: Settings) -> None:
        """Take other settings; in privacy nothing that the camera saw is left when this returns."""
        del settings

    def enrolment(self, event: RosterEvent) -> None:
        """Take what came of enrolling, renaming or forgetting somebody."""
        del event

    def people(self) -> None:
        """Take in that who is enrolled, or came and was unknown, is not as it was."""
        return  # a method without a body would be abstract

    def forget(self) -> None:
        """Forget what was seen: somebody was forgotten, or has another name."""
        return  # a method without a body would be abstract

    def health(self, parts: Sequence[Trial]) -> None:
        """Take how each part of the node is, whenever that has changed."""
        del parts


class NoPage(Page):
    """The page of a node without one."""

    def observed(self, *_: object) -> None:
        """Show nothing."""

    def changed(self, *_: object) -> None:
        """Show nothing."""


OpenPage: TypeAlias = Callable[[NodeAccess], AbstractContextManager[Page]]
"""Opens the page of a node, which lasts as long as the context."""


def no_page(_access: NodeAccess) -> AbstractContextManager[Page]:
    """Open no page."""
    return nullcontext(NoPage())


@dataclass(frozen=True, slots=True)
class WithPage:
    """What comes of enrolling goes to Home Assistant and to the page.

    Attributes:
        mqtt: publishes.
        page: shows.
    """

    mqtt: PeoplePublishing
    page: Page

    def enrolment(self, event: RosterEvent) -> None:
        """Hand on what came of a press."""
        self.mqtt.enrolment(event)
        self.page.enrolment(event)

    def people(self, roster: Roster, forgotten: Iterable[Tombstone]) -> bool:
        """Hand on who can be chosen; return whether somebody has left."""
        has_left = self.mqtt.people(roster, forgotten)
        self.page.people()
        return has_left
