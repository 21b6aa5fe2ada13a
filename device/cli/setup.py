"""The start of a node that has no broker yet: its page asks for one."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

from device.cli.people.place import state_directory
from device.cli.run import Prepare
from device.config import load
from device.editing.settings_file import open_settings_file
from device.errors import PageError, SetupError
from device.node.state_directory import PAGE
from device.setup.beginning import configured_so_far, is_without_broker
from device.setup.code import SetupCode
from device.supervision.systemd import notify
from device.system.network import host_name

_LOG = logging.getLogger(__name__)

# Between two looks at what has happened, and two signs of life for systemd.
_LOOK_SECONDS = 0.5


def until_set_up(path: Path) -> Prepare:
    """Return what serves the page until the node's file names a broker.

    Args:
        path: the YAML file.
    """

    def prepare(stopped: threading.Event) -> bool:
        if not is_without_broker(path, os.environ):
            return True
        # The web server is there for as long as it is needed, and with a broker never.
        try:
            from device.web.setup_site import open_setup
        except ImportError as error:
            _LOG.warning("The page that asks for a broker needs a package: %s", error)
            return True  # loading the file says what it lacks

        with open_setup(path) as setup:
            _LOG.warning(
                "%s names no broker. Set the node up at %s; `facet page code` shows the code for it",
                path,
                setup.url,
            )
            notify("READY=1", "STATUS=waiting to be set up")
            while not stopped.is_set():
                notify("WATCHDOG=1")
                if setup.done.wait(_LOOK_SECONDS):
                    return True
                if setup.fault is not None:
                    raise PageError(setup.fault)
        return False

    return prepare


def address_and_code(path: Path) -> str:
    """Return where a node without a broker is set up, and with which code, which is drawn if there is none.

    Args:
        path: the YAML file.

    Raises:
        SetupError: the file names a broker, or has other faults.
        StateDirectoryError: the code cannot be kept.
    """
    if not is_without_broker(path, os.environ):
        message = (
            f"{path} names a broker, or has faults, so there is nothing to set up; the page of a node that runs asks "
            "for its password: `facet page password` makes one"
        )
        raise SetupError(message)
    config = configured_so_far(open_settings_file(path))
    code = SetupCode(state_directory(config, path)).make()
    return f"Set the node up at {config.page.url(f'{host_name()}.local')} with the code {code}"


def welcome(path: Path) -> str:
    """Return what the installer says of the page: where it is, and how to get in; nothing where there is none.

    A page that has no password yet gets one, which is shown this once.

    Args:
        path: the YAML file.

    Raises:
        ConfigError: the file has faults.
        FacetError: code or password cannot be kept.
    """
    if is_without_broker(path, os.environ):
        return address_and_code(path)
    config = load(path)
    if not config.page.enabled:
        return ""
    from device.web.security.passwords import StoredPassword

    there = f"The node's page is at {config.page.url(f'{host_name()}.local')}"
    stored = StoredPassword(state_directory(config, path) / PAGE)
    if stored.edition is not None:
        return there
    again = "It is shown this once; `sudo facet page password` makes another one."
    return f"{there} with the password {stored.renew()}\n{again}"
