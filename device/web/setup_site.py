"""The page of a node that has no broker yet: it asks for one, and ends with the answer."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from device.config import Config
from device.editing.settings_file import open_settings_file
from device.node.state_directory import make_state_directory
from device.setup.beginning import configured_so_far
from device.setup.code import SetupCode
from device.system.network import host_name
from device.web.endpoint import Endpoint
from device.web.hub import Hub
from device.web.security.origin import own_names
from device.web.security.sessions import Sessions
from device.web.security.throttle import Throttle
from device.web.server import WebServer
from device.web.site import site
from device.web.views.login import Login
from device.web.views.setup import SetupView, Tools
from device.web.views.shell import Shell

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_VIEW = "setup"
_REAL = Tools()


class OneTimePassword:
    """The code of the setup, as what is asked for at the log-in.

    Args:
        code: is good for one of them.
    """

    def __init__(self, code: SetupCode) -> None:
        self._code = code
        # Whoever is in stays in, although the code is gone.
        self.edition = secrets.token_hex()

    def matches(self, given: str) -> bool:
        """Return whether this was the code."""
        return self._code.take(given)


@dataclass(frozen=True, slots=True)
class Setup:
    """A page that sets a node up, put together and not served yet.

    Attributes:
        config: what the node's file says so far, with any broker.
        table: all that can be asked.
        app: what answers.
        hub: what nothing happens on.
        done: set once the file is written.
    """

    config: Config
    table: tuple[Endpoint, ...]
    app: ASGIApp
    hub: Hub
    done: threading.Event


def assemble_setup(path: Path, tools: Tools = _REAL) -> Setup:
    """Put the page together.

    Args:
        path: the node's YAML file, which names no broker.
        tools: find and try answers.

    Raises:
        StateDirectoryError: the state directory cannot be made.
    """
    file = open_settings_file(path)
    config = configured_so_far(file)
    directory = make_state_directory(config)
    code = SetupCode(directory)
    code.make()
    done, hub, sessions, password = threading.Event(), Hub(), Sessions(), OneTimePassword(code)
    is_encrypted = config.page.certificate_file is not None
    name, language = config.node.name, config.node.language
    login = Login(
        sessions,
        password,
        Throttle(),
        name=name,
        language=language,
        is_encrypted=is_encrypted,
        is_code=True,
    )
    shell = Shell((_VIEW,), hub, list, sessions, password, name=name, language=language)
    view = SetupView(file, config, directory, done.set, tools)
    table = (*view.endpoints(), *login.endpoints(), *shell.endpoints())
    names = own_names(host_name(), config.page.names)
    app = site(table, sessions, password, names=names, is_encrypted=is_encrypted)
    return Setup(config, table, app, hub, done)


@dataclass(frozen=True, slots=True)
class ServedSetup:
    """The page, being served.

    Attributes:
        url: where.
        done: set once the file is written.
        server: serves it.
    """

    url: str
    done: threading.Event
    server: WebServer

    @property
    def fault(self) -> str | None:
        """Why it is served no more."""
        return self.server.fault


@contextmanager
def open_setup(path: Path) -> Iterator[ServedSetup]:
    """Serve the page; see assemble_setup.

    Raises:
        PageError: the port cannot be used.
        StateDirectoryError: the state directory cannot be made.
    """
    setup = assemble_setup(path)
    settings = setup.config.page
    server = WebServer(setup.app, settings, setup.hub)
    server.start()
    try:
        yield ServedSetup(settings.url(f"{host_name()}.local"), setup.done, server)
    finally:
        server.stop()
