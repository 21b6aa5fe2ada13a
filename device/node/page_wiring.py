"""What a node's own page needs of it, wired together."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from device.config import Config
from device.entities.documents import hidden_attributes
from device.entities.kinds import Row
from device.entities.settings import Settings
from device.entities.table import offered
from device.mqtt.events import Command
from device.node.gallery_tasks import EnrolPictureTask, EnrolSeenTask
from device.node.hardware import Senses
from device.node.live import LiveView
from device.node.page import NodeAccess, OpenPage, Page
from device.node.parts import Parts, PartSources
from device.perception.pipeline import Judgement


@dataclass(frozen=True, slots=True)
class OwnPage:
    """The page of a node, and what it sees through.

    Attributes:
        page: receives everything.
        live: what the camera sees; None where no page shows it.
        config: the node's.
        model: name and version of its attribute network.
    """

    page: Page
    live: LiveView | None
    config: Config
    model: str

    def apply(self, settings: Settings) -> None:
        """Take other settings; in privacy nothing that the camera saw is left when this returns."""
        if self.live is not None:
            self.live.apply(settings)
        self.page.apply(settings)

    def forgetting_too(self, forget: Callable[[], None]) -> Callable[[], None]:
        """Return what forgets what was seen, here and elsewhere."""

        def everywhere() -> None:
            forget()
            self.page.forget()

        return everywhere

    def parts(self, sources: PartSources) -> Parts:
        """Return what tells the page how each part of the node is."""
        return Parts(self.config, self.model, sources, self.page.health)


def open_page(
    page: OpenPage,
    config: Config,
    table: tuple[Row, ...],
    directory: Path,
    senses: Senses,
    ask: Callable[[Command | EnrolPictureTask | EnrolSeenTask], object],
    restarts_from: float,
    stack: ExitStack,
) -> OwnPage:
    """Open the page of a node.

    Args:
        page: opens it.
        config: the node's.
        table: its rows.
        directory: what it keeps.
        senses: camera and networks.
        ask: takes commands.
        restarts_from: see NodeAccess.
        stack: closes the page at its end.
    """
    live = _live(config, table, senses) if config.page.enabled and config.page.live else None
    access = NodeAccess(config, table, senses.vocabulary, directory, ask, live, restarts_from)
    return OwnPage(stack.enter_context(page(access)), live, config, senses.model)


def _live(config: Config, table: tuple[Row, ...], senses: Senses) -> LiveView:
    words = senses.vocabulary
    hidden, shown = hidden_attributes(words.labels, table), offered(words.labels, words.unreliable)
    return LiveView(
        senses.camera,
        senses.glance,
        lambda face: face.without_attributes(hidden).offering(shown),
        judgement=Judgement(config.attributes.thresholds, hysteresis=config.attributes.hysteresis),
        clock=time.monotonic,
    )
