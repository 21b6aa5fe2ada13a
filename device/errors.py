"""The root of the errors that Facet raises on purpose: their text is written for the owner of the node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any


class FacetError(Exception):
    """Something the owner can act on; str() names it, says what was found and what to do next."""


class OutputError(FacetError):
    """Standard output cannot be written."""


class OutputClosedError(OutputError):
    """Whoever read standard output has left."""


class OfflineError(FacetError):
    """The broker does not report the node as online."""


class LinkError(FacetError, ConnectionError):
    """There is no connection with the broker.

    Attributes:
        needs_owner: the cause does not go away by itself, so that the next attempt can wait.
    """

    needs_owner = False


class RefusedError(LinkError):
    """The broker answered that it does not accept this client."""

    needs_owner = True


class ProtocolRefusedError(LinkError):
    """The broker does not support this version of MQTT, or hung up when the client used it."""


class HungUpError(LinkError):
    """The broker ended the connection without a word."""


class ViolationError(LinkError):
    """The broker sent what no broker may send."""


class AbsentError(LinkError):
    """Nothing listens at the broker's address, or no way leads there: the attempt cost next to nothing."""


class TlsFileError(LinkError):
    """A file of mqtt.tls cannot be used."""

    needs_owner = True


class OutboxError(FacetError, OSError):
    """The events cannot be written to the disk."""


class OutboxInUseError(FacetError):
    """Two nodes would send each other's events."""


class PinError(FacetError):
    """A pin cannot be used; str() names the setting, says what was found and what to do next."""


class PageError(FacetError):
    """The node's own page cannot be served."""


class UpdateError(FacetError):
    """An index, a file or a signature is not what it should be, or an installation failed."""


class DiagnosticsError(FacetError):
    """The archive cannot be written."""


class SettingsFileError(FacetError):
    """The node's file cannot be changed as it was asked for."""


class SetupError(FacetError):
    """A node cannot be set up, because it is already."""


class ClassifyError(FacetError):
    """An annotated picture cannot be written where it was asked for, or must not be."""


class StateDirectoryError(FacetError):
    """The node cannot write to its state directory."""


class BenchError(FacetError):
    """The measured node did not come online or did not answer."""


class DemoError(FacetError):
    """The demo cannot go on; str() says what was found and what to do next."""


class RetireError(FacetError):
    """A node that should be forgotten is still there."""


class ProvisionError(FacetError):
    """A card cannot be made from these options. Nothing was written."""


class ModelError(FacetError):
    """A model file is missing, damaged, or does not match its JSON."""


class CommandError(FacetError, ValueError):
    """A command that its entity does not allow arrived."""


class EntityError(FacetError, ValueError):
    """The labels of the attribute network cannot all become entities."""


class LogLevelError(FacetError):
    """The level is not one of LEVELS."""


class PeopleError(FacetError):
    """Something about the people who are enrolled; none of it was changed."""


class PersonNameError(PeopleError, ValueError):
    """A name that nobody can have, or that somebody else has."""


class UnknownPersonError(PeopleError):
    """Nobody is enrolled under this name or id."""


class UnknownVisitorError(PeopleError):
    """No visits of this visitor are kept."""


class NobodyEnrolledError(UnknownPersonError):
    """There is no gallery, since nobody was ever enrolled."""


class EnrolmentError(PeopleError):
    """No picture for an enrolment could be had."""


class UnsafeScoreError(PeopleError):
    """A minimum score at which people of this gallery would be mistaken for each other."""


class UnknownReferenceError(PeopleError):
    """There is no such reference."""


class TooManyReferencesError(PeopleError):
    """A person has as many references as are compared with a face."""


class GalleryError(PeopleError):
    """The file with the people cannot be used as it is; nothing in it was changed."""


class GalleryDamagedError(GalleryError):
    """The file is damaged, or is something else."""


class GalleryTooNewError(GalleryError):
    """A newer Facet has written the file."""


class GalleryInUseError(GalleryError):
    """Another process is changing the file, and does not come to an end."""


class OtherEmbedderError(GalleryError):
    """Another network has made the references, and what two networks say cannot be compared."""


class PeopleDocumentError(PeopleError):
    """A file or message with people is damaged, or nothing that can be imported."""


class SealError(PeopleDocumentError):
    """A sealed message cannot be opened with this key, or a key is none."""


class NewerSealError(SealError):
    """A newer Facet has sealed a message."""


class CameraTrouble(StrEnum):
    """What can be wrong with a camera, in a word for automations; the error has the sentence for the owner."""

    NOT_FOUND = "not_found"
    NO_PERMISSION = "no_permission"
    MISCONFIGURED = "misconfigured"
    DOES_NOT_OPEN = "does_not_open"
    NO_CONNECTION = "no_connection"
    NO_PICTURE = "no_picture"
    UNREADABLE = "unreadable"
    FROZEN = "frozen"
    BLACK = "black"
    FAILED = "failed"
    SAFE_MODE = "safe_mode"


class CameraError(FacetError):
    """No usable picture; str() names the source, says what was found and what to do next.

    Attributes:
        trouble: the same in a word.
    """

    trouble = CameraTrouble.FAILED


class CameraNotFoundError(CameraError):
    """There is no such device, file or folder, or nothing in it."""

    trouble = CameraTrouble.NOT_FOUND


class CameraPermissionError(CameraError):
    """The device or file is there, and this user may not use it."""

    trouble = CameraTrouble.NO_PERMISSION


class CameraSourceError(CameraError):
    """The setting `camera.source` is nothing that Facet can read."""

    trouble = CameraTrouble.MISCONFIGURED


class CameraNotOpeningError(CameraError):
    """The device is there and does not open: another program uses it, or it is not a camera."""

    trouble = CameraTrouble.DOES_NOT_OPEN


class CameraConnectionError(CameraError):
    """The camera on the network does not answer, or rejects the connection."""

    trouble = CameraTrouble.NO_CONNECTION


class NoPictureError(CameraError):
    """The camera is there and gives no picture."""

    trouble = CameraTrouble.NO_PICTURE


class UnreadablePictureError(CameraError):
    """There is a picture or video, and it cannot be used."""

    trouble = CameraTrouble.UNREADABLE


class IncompletePictureError(UnreadablePictureError):
    """A picture ended before its end, and might be whole the next time."""


class FrozenCameraError(CameraError):
    """The camera gives the same picture again and again."""

    trouble = CameraTrouble.FROZEN


class CameraInSafeModeError(CameraError):
    """The camera stays unused, because the last starts of the node failed."""

    trouble = CameraTrouble.SAFE_MODE


class CameraReleasedError(CameraError):
    """The camera is released for privacy: no picture is taken or handed out before it resumes."""


class CameraStuckError(FacetError):
    """The camera does not answer, and its thread cannot be ended."""


class PerceptionStoppedError(FacetError):
    """Nobody wants to know any more what a burst shows."""


class PerceptionError(FacetError):
    """Perception fails again and again."""


class StoreError(FacetError):
    """A file that keeps something across restarts cannot be read or written.

    Attributes:
        path: the file.
        found: what is wrong with it.
        readable: what of its content is certainly what was written; empty if nothing is.
    """

    def __init__(self, path: Path, found: str, readable: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{path}: {found}")
        self.path = path
        self.found = found
        self.readable = readable or {}


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
