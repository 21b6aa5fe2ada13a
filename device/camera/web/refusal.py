"""A sentence for each way in which a camera on the network gives no picture, with the next step."""

from __future__ import annotations

from http import HTTPStatus

from device.camera.address import Address, doubt
from device.config.camera_url import ENCODING
from device.errors import CameraConnectionError, CameraError, NoPictureError

_WORDS = {
    HTTPStatus.UNAUTHORIZED: "it asks for a user and a password. Write them in front of the host, "
    f"USER:PASSWORD@HOST; {ENCODING}",
    HTTPStatus.FORBIDDEN: "it does not allow this. In the camera's settings, let the user see pictures, and check "
    "whether only some addresses may",
    HTTPStatus.NOT_FOUND: "it has nothing at this path. Take the path of its snapshot or stream from its manual",
    HTTPStatus.SERVICE_UNAVAILABLE: "it is busy or still starting. Close other programs that watch it; the node tries "
    "again by itself",
}
_WRONG_LOGIN = f"it does not accept the user and password of the URL. Correct them; {ENCODING}"


def silent(address: Address, timeout_seconds: float) -> str:
    """Return the sentence about a camera that gives nothing in time."""
    return (
        f"camera.source: {address.label} gives no picture in {timeout_seconds:.0f} s. Check that it is switched on "
        f"and reachable, and the user, password and path of its URL.{doubt(address.target)}"
    )


def unreachable(address: Address, reason: object, timeout_seconds: float) -> CameraError:
    """Return the error of a camera that cannot be connected to, or does not answer.

    Args:
        address: of the camera.
        reason: what the operating system says, usually an OSError.
        timeout_seconds: for which it was waited.
    """
    if isinstance(reason, TimeoutError):
        return NoPictureError(silent(address, timeout_seconds))
    words = getattr(reason, "strerror", None) or str(reason)
    message = (
        f"camera.source: {address.label} does not answer: {words}. Check that it is switched on and reachable, and "
        f"the host and port of its URL.{doubt(address.target)}"
    )
    return CameraConnectionError(message)


def refused(address: Address, status: int, *, has_login: bool) -> CameraConnectionError:
    """Return the error of a camera that answers with another HTTP status than 200.

    Args:
        address: of the camera.
        status: the number that it answers with.
        has_login: whether the URL has a user.
    """
    known = {**_WORDS, HTTPStatus.UNAUTHORIZED: _WRONG_LOGIN} if has_login else _WORDS
    words = known.get(HTTPStatus(status)) if status in set(HTTPStatus) else None
    words = (
        words or "that is no picture. Check the path of the URL; if it is right, restart the camera"
    )
    return CameraConnectionError(f"camera.source: {address.label} answers {status}: {words}.")
