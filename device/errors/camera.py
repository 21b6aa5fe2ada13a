"""What is wrong with the camera: in a sentence for the owner, and in a word for automations."""

from __future__ import annotations

from enum import StrEnum

from device.errors.facet import FacetError


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
