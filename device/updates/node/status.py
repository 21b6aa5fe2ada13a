"""What is known of newer versions at one moment, as the update entities show it. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from device import __version__
from device.updates.artifact import Kind
from device.updates.node.index import ModelRelease, Release


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateStatus:
    """One moment.

    Attributes:
        release: of Facet, in the index; None without an index, or before it was read.
        model: the attribute network in the index.
        model_version: of the installed network; None when it is not known.
        installing: what is being installed, and what waits for that.
        can_install: whether the owner lets Home Assistant install.
        last: when something was last installed, and the result.
    """

    release: Release | None = None
    model: ModelRelease | None = None
    model_version: str | None = None
    installing: Collection[Kind] = ()
    can_install: bool = False
    last: str | None = None

    def listed(self, kind: Kind) -> Release | ModelRelease | None:
        """Return what the index offers of a kind."""
        return self.release if kind is Kind.SOFTWARE else self.model

    def installed(self, kind: Kind) -> str:
        """Return the installed version of a kind; empty when it is not known."""
        return __version__ if kind is Kind.SOFTWARE else self.model_version or ""

    def software(self, published: str) -> dict[str, Any]:
        """Return what the entity of the software shows.

        Args:
            published: the newest version that was published on the broker; it counts where there is no index.
        """
        newest = self.release.version if self.release else published
        return self._shown(Kind.SOFTWARE, newest)

    def network(self) -> dict[str, Any] | None:
        """Return what the entity of the attribute network shows; None when it is not known which one is installed."""
        if self.model_version is None:
            return None
        newest = self.model.version if self.model else self.model_version
        return self._shown(Kind.MODEL, newest)

    def _shown(self, kind: Kind, newest: str) -> dict[str, Any]:
        listed = self.listed(kind)
        shown: dict[str, Any] = {
            "installed_version": self.installed(kind),
            "latest_version": newest,
        }
        if listed is not None and listed.summary is not None:
            shown["release_summary"] = listed.summary
        if listed is not None and listed.release_url is not None:
            shown["release_url"] = listed.release_url
        if self.can_install:
            # Home Assistant knows the key since 2024.12, and needs it back at false.
            shown["in_progress"] = kind in self.installing
        return shown
