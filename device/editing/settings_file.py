"""The node's file, as a page reads and changes it: checked by the loader before anything is replaced."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from device.config import Config, NodeSettings, load
from device.config.yaml.document import SECRETS
from device.config.yaml.source import MAX_BYTES
from device.editing.contents import Contents, Write, write_contents
from device.editing.hidden import Hidden, hide
from device.editing.request import ask_root
from device.editing.splice import Keys, Value, with_values
from device.errors import ConfigError, Fault, SettingsFileError

_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")

SERVICE = Path("/etc/facet/facet.yaml")
"""Of the installed service, which may read it only."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The file as it may be shown.

    Attributes:
        text: without passwords; see hidden.py.
        revision: of what the file holds, for save().
    """

    text: str
    revision: str


class SettingsFile:
    """One node's file. Any thread may use it; of two that save at the same time the second is refused.

    Args:
        path: the YAML file, which need not exist; secrets.yaml is beside it.
        write: replaces it.
        environment: the variables that !env reads.
    """

    def __init__(
        self, path: Path, write: Write, environment: Mapping[str, str] = os.environ
    ) -> None:
        self.path = path
        self._write = write
        self._environment = environment
        self._saving = threading.Lock()

    def read(self) -> Shown:
        """Return what may be shown of the file.

        Raises:
            SettingsFileError: it cannot be read.
        """
        text = _text(self.path)
        return Shown(hide(text).text, _revision(text))

    def faults(self, text: str) -> tuple[Fault, ...]:
        """Return what the loader finds wrong with a changed text.

        Args:
            text: what read() gave, with changes.

        Raises:
            SettingsFileError: the file cannot be read.
        """
        hidden = self._hidden()
        try:
            self._load(Contents(hidden.restored(text, self.path)))
        except ConfigError as error:
            return error.faults
        return ()

    def save(self, text: str, revision: str) -> Config:
        """Replace the file with a changed text, and return what it says.

        Args:
            text: what read() gave, with changes.
            revision: what read() gave.

        Raises:
            ConfigError: the text has faults.
            SettingsFileError: the file has changed since, or cannot be written.
        """
        with self._saving:
            before = _text(self.path)
            if _revision(before) != revision:
                message = f"{self.path} has changed meanwhile; load it again, and repeat the change"
                raise SettingsFileError(message)
            return self._save(Contents(hide(before).restored(text, self.path)))

    def change(
        self, changes: Mapping[Keys, Value | None], secrets: Mapping[str, str] | None = None
    ) -> Config:
        """Set some values, and return what the file says then.

        Args:
            changes: the new values; None takes a setting out.
            secrets: values for secrets.yaml, by the names that changes refer to.

        Raises:
            ConfigError: the file has faults then.
            SettingsFileError: it cannot be changed, or not be written.
        """
        with self._saving:
            return self._save(self._changed(changes, secrets or {}))

    def preview(
        self, changes: Mapping[Keys, Value | None], secrets: Mapping[str, str] | None = None
    ) -> Config:
        """Return what the file would say after change(), and write nothing.

        Raises:
            ConfigError: the file would have faults.
            SettingsFileError: it cannot be changed.
        """
        return self._load(self._changed(changes, secrets or {}))

    def keep_secret(self, name: str, value: str) -> None:
        """Write a value into secrets.yaml, which the file may then refer to.

        Raises:
            ConfigError: the file has faults then, or had them before.
            SettingsFileError: this is no name, or a file cannot be written.
        """
        if not _NAME.fullmatch(name):
            message = "a secret's name has 1 to 64 letters, digits and _; choose such a one"
            raise SettingsFileError(message)
        self.change({}, {name: value})

    def _changed(
        self, changes: Mapping[Keys, Value | None], secrets: Mapping[str, str]
    ) -> Contents:
        settings = with_values(_text(self.path), changes)
        if not secrets:
            return Contents(settings)
        kept = _text(self.path.with_name(SECRETS))
        return Contents(
            settings, with_values(kept, {(name,): value for name, value in secrets.items()})
        )

    def _save(self, contents: Contents) -> Config:
        config = self._load(contents)
        self._write(contents)
        return config

    def _load(self, contents: Contents) -> Config:
        return load(self.path, self._environment, drafts=contents.drafts(self.path))

    def _hidden(self) -> Hidden:
        return hide(_text(self.path))


def open_settings_file(path: Path) -> SettingsFile:
    """Return a node's file, which this process writes itself if it may; the service asks root."""
    path = path.absolute()
    write: Write = partial(write_contents, path)
    if path == SERVICE and not os.access(path.parent, os.W_OK):
        write = partial(ask_root, state=NodeSettings().effective_state_directory)
    return SettingsFile(path, write)


def _text(path: Path) -> str:
    """Return what a file holds; nothing if there is none."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1).decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        message = f"{path} cannot be read: {reason}; mend it with an editor"
        raise SettingsFileError(message) from error


def _revision(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
