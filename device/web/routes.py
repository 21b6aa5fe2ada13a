"""All that the page shows: the one place where a view is added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.editing.settings_file import SettingsFile
from device.node.page import NodeAccess
from device.people.reader import PEOPLE
from device.web.endpoint import Endpoint
from device.web.hub import Hub
from device.web.memory import Memory
from device.web.security.passwords import Passwords
from device.web.security.sessions import Sessions
from device.web.security.throttle import Throttle
from device.web.views.commands import Commands
from device.web.views.file import FileView
from device.web.views.health import Health
from device.web.views.live import Live
from device.web.views.login import Login
from device.web.views.observations import Observations
from device.web.views.people import NoPeople, People
from device.web.views.recognition import RecognitionSwitch
from device.web.views.settings import SettingsView
from device.web.views.shell import Shell

if TYPE_CHECKING:
    from device.web.page import WebPage


@dataclass(frozen=True, slots=True)
class Shown:
    """What the views of a node are made from.

    Attributes:
        access: what they may use of the node.
        memory: what was seen lately.
        hub: what happens.
        page: what the loop has said last.
        sessions: who has logged in.
        passwords: with which password.
        is_encrypted: whether the page is served by https.
        file: the node's; None for one that was not made from a file.
    """

    access: NodeAccess
    memory: Memory
    hub: Hub
    page: WebPage
    sessions: Sessions
    passwords: Passwords
    is_encrypted: bool
    file: SettingsFile | None = None


def endpoints(shown: Shown) -> tuple[Endpoint, ...]:
    """Return everything that can be asked of a page. A view is a name, its endpoints, its module and its words."""
    return tuple(_endpoints(shown))


def _people(access: NodeAccess) -> People | NoPeople:
    settings = access.config.people
    if not settings.enabled:
        return NoPeople()
    return People(access.table, access.ask, access.directory / PEOPLE, settings)


def _endpoints(shown: Shown) -> Iterator[Endpoint]:
    access, language = shown.access, shown.access.config.node.language
    views: list[str] = []
    if access.live is not None:
        views.append("live")
        yield from Live(access.live, shown.hub, language).endpoints()
    views += ["observations", "people", "health"]
    yield from Observations(shown.memory, language).endpoints()
    yield from _people(access).endpoints()
    yield from Health(access.config, lambda: shown.page.parts).endpoints()
    views.append("settings")
    yield from SettingsView(access.table, language).endpoints()
    if shown.file is not None:
        views.append("file")
        yield from FileView(shown.file, access.table).endpoints()
        yield from RecognitionSwitch(shown.file, access).endpoints()
    yield from Commands(access.table, access.ask).endpoints()

    yield from Login(
        shown.sessions,
        shown.passwords,
        Throttle(),
        name=access.config.node.name,
        language=language,
        is_encrypted=shown.is_encrypted,
    ).endpoints()
    yield from Shell(
        views,
        shown.hub,
        shown.page.newest,
        shown.sessions,
        shown.passwords,
        name=access.config.node.name,
        language=language,
    ).endpoints()
