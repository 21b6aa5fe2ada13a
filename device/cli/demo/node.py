"""The node of the demo: the real one, on a thread of this process."""

from __future__ import annotations

import threading
from typing import Self

from device.config import Config
from device.errors import DemoError
from device.node.inbox import Inbox
from device.node.messages import Stop
from device.node.wiring import run_node
from device.observation import Source, Trigger

STOP_SECONDS = 40.0
"""As long as systemd gives it: with a camera and a broker that do not answer it takes half a minute."""


class Node:
    """A node that runs while its context lasts.

    Args:
        config: the node's.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._inbox = Inbox()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="facet-node", daemon=True)

    def __enter__(self) -> Self:
        """Start the node."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the node."""
        self._inbox.put(Stop())
        self._thread.join(STOP_SECONDS)

    def press(self) -> None:
        """Request an observation, as a button would."""
        self._inbox.put(Trigger(Source.KEYBOARD))

    def check(self) -> None:
        """Raise what has ended the node; return if it runs.

        Raises:
            FacetError: the owner can act on it.
            DemoError: the node has ended without an error.
        """
        if self._thread.is_alive():
            return
        if self._failure is not None:
            raise self._failure
        message = "the node has ended; start the demo again"
        raise DemoError(message)

    def _run(self) -> None:
        try:
            run_node(self._config, self._inbox)
        except BaseException as error:  # noqa: BLE001 - raised by check, on the demo's thread
            self._failure = error
