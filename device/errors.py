"""The root of the errors that Facet raises on purpose: their text is written for the owner of the node."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


class FacetError(Exception):
    """Something the owner can act on; str() names it, says what was found and what to do next."""


class OfflineError(FacetError):
    """The broker does not say that the node is online."""


class LinkError(FacetError, ConnectionError):
    """There is no connection with the broker.

    Attributes:
        needs_owner: the cause does not go away by itself, so that the next attempt can wait.
    """

    needs_owner = False


class RefusedError(LinkError):
    """The broker answered, and does not want this client."""

    needs_owner = True


class ProtocolRefusedError(LinkError):
    """The broker does not speak this version of MQTT, or hung up when it was addressed in it."""


class HungUpError(LinkError):
    """The broker ended the connection without a word."""


class TlsFileError(LinkError):
    """A file of mqtt.tls cannot be used."""

    needs_owner = True


class OutboxError(FacetError, OSError):
    """The disk does not take the events."""


class OutboxInUseError(FacetError):
    """Two nodes would send each other's events."""


class PinError(FacetError):
    """A pin cannot be used; str() names the setting, says what was found and what to do next."""


class UpdateError(FacetError):
    """An index, a file or a signature is not what it should be, or an installation failed."""


class DiagnosticsError(FacetError):
    """The archive cannot be written."""


class ClassifyError(FacetError):
    """An annotated picture cannot be written where it was asked for."""


class StateDirectoryError(FacetError):
    """The node cannot keep anything where it is told to."""


class BenchError(FacetError):
    """The node under test did not do what a node does."""


class DemoError(FacetError):
    """The demo cannot go on; str() says what was found and what to do next."""


class RetireError(FacetError):
    """A node that should be forgotten is still there."""


class ProvisionError(FacetError):
    """A card cannot be made as it is asked for. Nothing was written."""


class ModelError(FacetError):
    """A model file is missing, damaged, or not what its JSON says."""


class CommandError(FacetError, ValueError):
    """Somebody sent what the entity cannot do."""


class EntityError(FacetError, ValueError):
    """The labels of the attribute network cannot all become entities."""


class LogLevelError(FacetError):
    """The level is not one of LEVELS."""


class CameraError(FacetError):
    """No usable picture; str() names the source, says what was found and what to do next."""


class CameraReleasedError(CameraError):
    """The camera was asked to let go, for privacy: no picture is taken or given before it resumes."""


class PerceptionError(FacetError):
    """Perception fails again and again."""


class StoreError(FacetError):
    """A file that keeps something across restarts cannot be read or written.

    Attributes:
        path: the file.
        found: what is wrong with it.
    """

    def __init__(self, path: Path, found: str) -> None:
        super().__init__(f"{path}: {found}")
        self.path = path
        self.found = found


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing to correct in a file, as ConfigError lists them.

    Attributes:
        file: as it was given.
        line: counted from 1; 0 when it is about the file as a whole.
        path: the setting, for instance "camera.width"; empty when there is none to name.
        message: what was found, what is allowed, what to do.
    """

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        """Return the fault as compilers print theirs, so that editors can jump to it."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.path, self.message) if part)


class ConfigError(FacetError, ValueError):
    """The configuration cannot be used; str() has one line for each fault.

    Args:
        faults: at least one, in any order.

    Attributes:
        faults: in the order of the lines.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))
