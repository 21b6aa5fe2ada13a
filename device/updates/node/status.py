"""What is known of newer versions at one moment, as the update entities show it. Pure."""

from __future__ import annotations

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
        model_version: the network's that is installed; None when it is not known.
        installing: what is being installed.
        can_install: whether the owner lets Home Assistant install.
        last: what became of the last installation.
    """

    release: Release | None = None
    model: ModelRelease | None = None
    model_version: str | None = None
    installing: Kind | None = None
    can_install: bool = False
    last: str | None = None

    def software(self, told: str) -> dict[str, Any]:
        """Return what the entity of the software shows.

        Args:
            told: the newest version that the broker was told of; what counts where no index says better.
        """
        newest = self.release.version if self.release else told
        return self._shown(Kind.SOFTWARE, __version__, newest, self.release)

    def network(self) -> dict[str, Any] | None:
        """Return what the entity of the attribute network shows; None when it is not known which one is installed."""
        if self.model_version is None:
            return None
        newest = self.model.version if self.model else self.model_version
        return self._shown(Kind.MODEL, self.model_version, newest, self.model)

    def _shown(
        self, kind: Kind, installed: str, newest: str, listed: Release | ModelRelease | None
    ) -> dict[str, Any]:
        shown: dict[str, Any] = {"installed_version": installed, "latest_version": newest}
        if listed is not None and listed.summary is not None:
            shown["release_summary"] = listed.summary
        if listed is not None and listed.release_url is not None:
            shown["release_url"] = listed.release_url
        if self.can_install:
            # Home Assistant knows the key since 2024.12, and needs it back at false.
            shown["in_progress"] = self.installing is kind
        return shown
