"""Between the threads of one start and the inbox, which is there for the next start as well."""

from __future__ import annotations

import threading
from collections.abc import Callable

from device.mqtt.events import Command, NewestVersion
from device.node.messages import Content
from device.observation import Trigger


class Gate:
    """Puts into the inbox what the threads of a start report, until that start has ended.

    The next start has another link and another camera: the end of a connection, the number of a message or the fault of
    a camera of before would be taken for its own. What somebody asks of the node passes at any time.

    Args:
        put: the inbox's.
    """

    def __init__(self, put: Callable[[Content], None]) -> None:
        self._put = put
        # Held while something is put, so that nothing comes after close().
        self._putting = threading.Lock()
        self._is_open = True

    def put(self, content: Content) -> None:
        """Put something into the inbox; from any thread."""
        if isinstance(content, Trigger | Command | NewestVersion):
            self._put(content)
            return
        with self._putting:
            if self._is_open:
                self._put(content)

    def close(self) -> None:
        """Drop what comes from now on, except what somebody asks of the node."""
        with self._putting:
            self._is_open = False
