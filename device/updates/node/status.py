"""What is known of newer versions at one moment. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from device import __version__
from device.updates.artifact import Kind
from device.updates.node.index import ModelRelease, Release
from device.updates.node.offer import Offer, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateStatus:
    """One moment.

    Attributes:
        release: of Facet, in the index; None without an index, or before it was read.
        model: the attribute network in the index.
        model_version: of the installed network; None when it is not known.
        installing: what is being installed, and what waits for that.
        percent: how far the first of these is; None when that is not known.
        can_install: whether the owner lets Home Assistant install.
        last: when something was last installed, and the result.
    """

    release: Release | None = None
    model: ModelRelease | None = None
    model_version: str | None = None
    installing: Sequence[Kind] = ()
    percent: int | None = None
    can_install: bool = False
    last: str | None = None

    def listed(self, kind: Kind) -> Release | ModelRelease | None:
        """Return what the index offers of a kind."""
        return self.release if kind is Kind.SOFTWARE else self.model

    def installed(self, kind: Kind) -> str:
        """Return the installed version of a kind; empty when it is not known."""
        return __version__ if kind is Kind.SOFTWARE else self.model_version or ""

    def software(self, published: str) -> Offer:
        """Return what the entity of the software shows.

        Args:
            published: the newest version that was published on the broker; it counts where there is no index.
        """
        newest = self.release.version if self.release else published
        return self._offer(Kind.SOFTWARE, newest)

    def network(self) -> Offer | None:
        """Return what the entity of the attribute network shows; None when it is not known which one is installed."""
        if self.model_version is None:
            return None
        newest = self.model.version if self.model else self.model_version
        return self._offer(Kind.MODEL, newest)

    def _offer(self, kind: Kind, newest: str) -> Offer:
        listed = self.listed(kind)
        return Offer(
            installed=self.installed(kind),
            newest=newest,
            summary=listed.summary if listed else None,
            url=listed.release_url if listed else None,
            is_installable=self.can_install and listed is not None,
            progress=self._progress(kind) if self.can_install else None,
        )

    def _progress(self, kind: Kind) -> Progress:
        is_first = kind in self.installing[:1]
        return Progress(kind in self.installing, self.percent if is_first else None)
