"""What an update entity shows: the installed version, the newest one, and the way from one to the other. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, NotRequired

from typing_extensions import TypedDict

from device.observation import Keywords
from device.updates.artifact import is_newer

# Characters; Home Assistant cuts off what is longer.
_LONGEST_SUMMARY = 255


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an installation is.

    Attributes:
        is_going_on: whether one is wanted or under way.
        percent: None when that is not known.
    """

    is_going_on: bool
    percent: int | None


class OfferJson(TypedDict):
    """The state of Home Assistant's update entity; the last two keys are there where Home Assistant may install."""

    installed_version: str
    latest_version: str
    release_summary: Annotated[str, Keywords({"maxLength": _LONGEST_SUMMARY})]
    release_url: NotRequired[str]
    in_progress: NotRequired[bool]
    update_percentage: NotRequired[int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One version that runs, and one that there is.

    Attributes:
        installed: the version that runs.
        newest: the newest that is known.
        summary: what is new in it, by whoever makes it.
        url: a page that says more.
        is_installable: whether Home Assistant's button can install it.
        progress: of an installation; None where Home Assistant may not install.
    """

    installed: str
    newest: str
    summary: str | None = None
    url: str | None = None
    is_installable: bool = False
    progress: Progress | None = None

    def to_json(self, by_hand: str) -> OfferJson:
        """Return the state of Home Assistant's update entity.

        Args:
            by_hand: how to install it otherwise, with {version} in the place of the version. The summary ends with it
                while there is a newer version that Home Assistant cannot install.
        """
        shown: OfferJson = {
            "installed_version": self.installed,
            "latest_version": self.newest,
            # Home Assistant keeps the summary of before if there is none.
            "release_summary": self._summary(by_hand.replace("{version}", self.newest)),
        }
        if self.url is not None:
            # It has to be an address: nothing takes a previous one away.
            shown["release_url"] = self.url
        if self.progress is not None:
            shown["in_progress"] = self.progress.is_going_on
            shown["update_percentage"] = self.progress.percent
        return shown

    def _summary(self, by_hand: str) -> str:
        summary = self.summary or ""
        if self.is_installable or not is_newer(self.newest, self.installed):
            return summary
        room = _LONGEST_SUMMARY - len(by_hand) - 1
        if len(summary) > room:
            summary = f"{summary[: room - 1]}…"
        return f"{summary} {by_hand}".lstrip()
