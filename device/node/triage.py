"""How urgent a command is, judged where it comes in: a flood must not wait in front of what the owner asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum, auto

from device.entities.commands import read_command, takes_commands
from device.entities.kinds import Row
from device.entities.requests import Change
from device.entities.settings import Settings
from device.errors import CommandError
from device.mqtt.events import Command


class Urgency(Enum):
    """What a command is, as far as it matters which one comes first."""

    PRIVACY = auto()
    """It turns privacy on."""
    SETTING = auto()
    """It changes something else; of each thing only the newest one counts."""
    PRESS = auto()
    """It presses a button; each press counts."""
    NONSENSE = auto()
    """It means nothing to the node."""


class Triage:
    """Judges commands; from any thread.

    Args:
        table: the node's rows.
        settings: any.
    """

    def __init__(self, table: Iterable[Row], settings: Settings) -> None:
        self._rows = {row.key: row for row in table if takes_commands(row)}
        self._settings = replace(settings, privacy=False)

    def __call__(self, command: Command) -> Urgency:
        """Return how urgent a command is, whatever it contains."""
        row = self._rows.get(command.key)
        if row is None:
            return Urgency.NONSENSE
        try:
            request = read_command((row,), command.key, command.payload)
        except CommandError:
            return Urgency.NONSENSE
        match request:
            case Change() if request.apply(self._settings).privacy:
                return Urgency.PRIVACY
            case Change():
                return Urgency.SETTING
            case _:
                return Urgency.PRESS
