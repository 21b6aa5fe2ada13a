"""The page of a node: what it receives from the loop, and what it shows of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from device.editing.settings_file import SettingsFile, open_settings_file
from device.entities.kinds import Document, Json
from device.entities.roster import RosterEvent, RosterEventType
from device.entities.settings import Settings
from device.errors import PageError
from device.node.page import NodeAccess, NoPage, Page
from device.node.state_directory import PAGE
from device.node.trials import Trial
from device.observation import Observation, utc_now
from device.system.known_secrets import KnownSecrets
from device.system.network import host_name
from device.web.endpoint import Endpoint
from device.web.hub import Hub
from device.web.memory import Memory
from device.web.routes import Shown, endpoints
from device.web.security.bounds import USUAL, Patience
from device.web.security.origin import own_names
from device.web.security.passwords import Passwords, StoredPassword
from device.web.security.sessions import Sessions
from device.web.server import WebServer
from device.web.site import site
from device.web.views.health import parts_json

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_LOG = logging.getLogger(__name__)


class WebPage(Page):
    """Keeps what the page shows, and tells the browsers. The loop's thread feeds it.

    Args:
        memory: of what was seen.
        hub: hands on what happens.
        redact: takes secrets out of sentences.
    """

    def __init__(
        self,
        memory: Memory,
        hub: Hub,
        redact: Callable[[Any], Any],
    ) -> None:
        self._memory = memory
        self._hub = hub
        self._redact = redact
        self._documents: dict[str, Mapping[str, Json]] = {}
        self._settings: Settings | None = None
        self.parts: list[dict[str, Any]] = []
        """How each part of the node is."""
        self.why_not: Callable[[], str | None] = lambda: None
        """Returns why the page is not served; None while it is."""

    @property
    def fault(self) -> str | None:
        """Why the page is not there, for the owner; None when nothing is wrong."""
        return self.why_not()

    def newest(self) -> list[tuple[str, Any]]:
        """Return what a browser must know when it begins to listen."""
        settings = self._settings
        return [
            ("privacy", settings is not None and settings.privacy),
            ("health", self.parts),
            *(
                ("document", {"name": name, "content": content})
                for name, content in self._documents.copy().items()
            ),
        ]

    def observed(self, observation: Observation, picture: bytes | None) -> None:
        """Remember an observation."""
        self._memory.add(observation, picture)
        self._hub.publish("observation", observation.event_id)

    def changed(self, document: Document[Any], content: Mapping[str, Json]) -> None:
        """Hand on a document."""
        self._documents = {**self._documents, str(document): content}
        self._hub.publish("document", {"name": str(document), "content": content})

    def cleared(self) -> None:
        """Show no picture any more."""
        self._memory.drop_pictures()
        self._hub.publish("pictures_gone", None)

    def apply(self, settings: Settings) -> None:
        """Take other settings: pictures go with what allowed them."""
        before, self._settings = self._settings, settings
        if before is None or (before.privacy, before.picture_mode) != (
            settings.privacy,
            settings.picture_mode,
        ):
            if settings.privacy:
                self._memory.drop_measured()
            self.cleared()
            self._hub.publish("privacy", settings.privacy)

    def enrolment(self, event: RosterEvent) -> None:
        """Hand on what came of enrolling, renaming or forgetting somebody."""
        # More references of somebody who is enrolled are no change of who is.
        has_more = event.kind is RosterEventType.ENROLLED
        self._hub.publish("enrolment", {"text": event.text, "has_more": has_more})

    def people(self) -> None:
        """Say that who is enrolled, or came and was unknown, is not as it was; whoever looks asks for it."""
        self._hub.publish("people", None)

    def forget(self) -> None:
        """Forget what was seen: it may name somebody who is forgotten."""
        self._memory.forget()
        self._hub.publish("forgotten", None)

    def health(self, parts: Sequence[Trial]) -> None:
        """Hand on how each part is."""
        self.parts = self._redact(parts_json(parts))
        self._hub.publish("health", self.parts)


@dataclass(frozen=True, slots=True)
class Assembled:
    """A page, put together and not served yet.

    Attributes:
        page: what the loop feeds.
        table: all that can be asked.
        app: what answers.
        hub: hands on what happens.
    """

    page: WebPage
    table: tuple[Endpoint, ...]
    app: ASGIApp
    hub: Hub


def assemble(
    access: NodeAccess,
    sessions: Sessions,
    passwords: Passwords,
    patience: Patience = USUAL,
    *,
    file: SettingsFile | None = None,
) -> Assembled:
    """Put the page of a node together.

    Args:
        access: what it may use of the node.
        sessions: who has logged in.
        passwords: with which password.
        patience: how long a client may take.
        file: the node's; None for one that was not made from a file.
    """
    settings = access.config.page
    hub = Hub()
    memory = Memory(access.config.privacy.picture_expiry, monotonic, utc_now)
    page = WebPage(memory, hub, KnownSecrets(access.config.secrets()).redact_json)
    is_encrypted = settings.certificate_file is not None
    table = endpoints(Shown(access, memory, hub, page, sessions, passwords, is_encrypted, file))
    app = site(
        table,
        sessions,
        passwords,
        names=own_names(host_name(), settings.names),
        is_encrypted=is_encrypted,
        patience=patience,
    )
    return Assembled(page, table, app, hub)


class Pages:
    """Opens the page of each start of a node; who has logged in stays so when the node starts again.

    Args:
        file: the node's YAML file; None for a node without one.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._sessions = Sessions()
        self._file = None if file is None else open_settings_file(file)

    @contextmanager
    def open(self, access: NodeAccess) -> Iterator[Page]:
        """Open the page of a node; one that cannot be opened is logged, and the node goes on without it."""
        settings = access.config.page
        passwords = StoredPassword(access.directory / PAGE)
        made = assemble(access, self._sessions, passwords, file=self._file)
        server = WebServer(made.app, settings, made.hub)
        try:
            server.start()
        except PageError as error:
            _LOG.error("There is no page: %s", error)
            yield _Failed(str(error))
            return
        made.page.why_not = lambda: server.fault
        _LOG.info("The page is at %s", settings.url(host_name()))
        if passwords.edition is None:
            _LOG.warning("Nobody can open the page yet: `facet page password` makes its password")
        try:
            yield made.page
        finally:
            server.stop()


class _Failed(NoPage):
    """What takes the place of a page that cannot be served."""

    def __init__(self, fault: str) -> None:
        self._fault = fault

    @property
    def fault(self) -> str | None:
        """Why it cannot."""
        return self._fault
