"""The node's own page, for those who want one: the web stack takes memory, and is imported only then."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from device.config import Config
from device.node.page import OpenPage, no_page

if TYPE_CHECKING:
    from device.web.page import Pages


class OnDemand:
    """Opens the page of each start of a node; who has logged in stays so when the node starts again.

    Args:
        file: the node's YAML file, which the page changes; None for a node without one.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._pages: Pages | None = None

    def opener(self, config: Config) -> OpenPage:
        """Return what opens the page of a node."""
        if not config.page.enabled:
            return no_page
        if self._pages is None:
            from device.web.page import Pages

            self._pages = Pages(self._file)
        return self._pages.open
