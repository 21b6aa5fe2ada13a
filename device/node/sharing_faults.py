"""Why somebody whom other nodes share is not known here: for the owner, and once in the log. Without names."""

from __future__ import annotations

import logging

_LOG = logging.getLogger(__name__)

# People with a fault; anybody who can write to the broker can send more.
_MOST = 20


class SharingFaults:
    """One thread adds and removes them; any thread may ask for the text."""

    def __init__(self) -> None:
        self._faults: dict[str, str] = {}
        self._logged: set[str] = set()
        self.text: str | None = None
        """What is wrong, for the owner; None when nothing is."""

    def add(self, person: str, why: str) -> None:
        """Take note of what is wrong with what is shared of somebody; of too many people the first count."""
        if person not in self._faults and len(self._faults) >= _MOST:
            return
        self._faults[person] = why
        self._show()
        if why not in self._logged and len(self._logged) < _MOST:
            self._logged.add(why)
            _LOG.warning("Somebody is shared, and not known here as elsewhere: %s", why)

    def remove(self, person: str) -> None:
        """Take note that something else was shared of somebody."""
        if self._faults.pop(person, None) is not None:
            self._show()

    def _show(self) -> None:
        first, *others = [*self._faults.values(), None]
        more = f" (and {len(others) - 1} more of this kind)" if len(others) > 1 else ""
        self.text = None if first is None else f"{first}{more}"


def unreadable(person: str) -> str:
    """Return what is wrong with a message that was sealed with the key, and is none."""
    return f"person {person} is shared in a form that is not known here; install the newest Facet on all nodes"


def of_another_network(person: str) -> str:
    """Return what is wrong with references that cannot be compared with those here."""
    return (
        f"person {person} is shared with references of another network, and what two networks say cannot be compared; "
        "install the same Facet on all nodes, then run `facet people reset` on those where it asks for that"
    )


def of_a_taken_name(person: str) -> str:
    """Return what is wrong with a name that somebody has already."""
    return (
        f"person {person} is shared under a name that somebody else has here, and each needs a different one; rename "
        "one of the two, and merge them afterwards if they are one person"
    )


def resembling(person: str, count: int) -> str:
    """Return what is wrong with references that are nearer to somebody else."""
    return (
        f"{count} references of person {person}, who is shared, look like somebody else who is known here, and are not "
        "compared with; if both are one person, merge them"
    )
