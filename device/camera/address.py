"""What `camera.source` points at: a device, a stream, a picture, a folder or a video."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from device.errors import CameraError, CameraNotFoundError, CameraSourceError
from device.system.redaction import EXAMPLE
from device.system.secret_address import SecretAddress

PICTURES = (".bmp", ".jpeg", ".jpg", ".png", ".webp")
VIDEOS = (
    ".avi",
    ".m4v",
    ".mjpeg",
    ".mjpg",
    ".mkv",
    ".mov",
    ".mp4",
    ".mpeg",
    ".mpg",
    ".ts",
    ".webm",
)
SCHEMES = ("http", "https", "rtsp", "rtsps")

ENCODING = "in a user or password, write @ # / : ? % as %40 %23 %2F %3A %3F %25"
"""How to write what would otherwise end the user, the password or the host of a URL."""

_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL
)
_HOST_AND_PORT = re.compile(r"(?:\[[^\s@\[\]]+\]|[^\s:@\[\]]+)(?::[0-9]{0,5})?")


class Kind(StrEnum):
    """The five things a camera can be."""

    DEVICE = "camera"
    STREAM = "stream"
    PICTURE = "picture"
    FOLDER = "folder"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Address:
    """Where the pictures come from.

    Attributes:
        kind: of source.
        target: a path of a device, file or folder, or a URL with its password.
        label: the same, fit for a log: of a URL only scheme, host and port.
    """

    kind: Kind
    target: str = field(repr=False)
    label: str

    @property
    def is_http(self) -> bool:
        """Whether it is a URL of the web, whose answer may be a picture."""
        return self.target.lower().startswith(("http://", "https://"))


def parse(address: SecretAddress) -> Address:
    """Return what a `camera.source` points at, by its form and, for a folder, by the file system.

    Args:
        address: "0", "/dev/video0", "/dev/v4l/by-id/...", "rtsp://...", or the path of a picture,
            folder or video.

    Raises:
        CameraError: it is none of these, or a file that does not exist.
    """
    source, label = address.reveal(), str(address)
    if url := _URL.match(source):
        if url["scheme"].lower() not in SCHEMES:
            allowed = ", ".join(f"{scheme}://" for scheme in SCHEMES)
            message = (
                f"camera.source: {label} is not a stream that Facet can read. Allowed: {allowed}."
            )
            raise CameraSourceError(message)
        _require_host(url, label)
        return Address(Kind.STREAM, source, label)
    if source.isascii() and source.isdigit():
        return Address(Kind.DEVICE, f"/dev/video{int(source)}", f"/dev/video{int(source)}")
    path = Path(source).expanduser()
    if label != source and not path.exists():
        message = (
            f"camera.source: {label} is neither a file nor a URL that can be read. Write a URL as "
            f"http://{EXAMPLE}:PORT/PATH or rtsp://{EXAMPLE}:PORT/PATH; {ENCODING}."
        )
        raise CameraSourceError(message)
    if path.is_relative_to("/dev"):
        return Address(Kind.DEVICE, str(path), label)
    if path.is_dir():
        return Address(Kind.FOLDER, str(path), label)
    if path.suffix.lower() in PICTURES:
        return Address(Kind.PICTURE, str(path), label)
    if path.suffix.lower() in VIDEOS:
        return Address(Kind.VIDEO, str(path), label)
    raise _why_not(path, label)


def doubt(url: str) -> str:
    """Return a sentence about a URL that may have lost the end of its password, or "".

    An "@" behind the first "/", "?" or "#" belongs to a path or a query, unless the owner forgot to encode a
    character of the password; what stands before it is then taken for the host.
    """
    found = _URL.match(url)
    if found is None or "@" not in found["rest"]:
        return ""
    return f" Its @ stands behind a / ? or #. If these belong to the password, encode them: {ENCODING}."


def _require_host(url: re.Match[str], label: str) -> None:
    """Make sure that a URL names a host.

    Raises:
        CameraSourceError: it does not; never shows what may be a password.
    """
    host = url["authority"].rpartition("@")[2]
    if _HOST_AND_PORT.fullmatch(host):
        return
    message = (
        f"camera.source: the host of {label} cannot be read. After {url['scheme']}:// comes "
        f"{EXAMPLE}:PORT/PATH; {ENCODING}."
    )
    raise CameraSourceError(message)


def _why_not(path: Path, label: str) -> CameraError:
    if not path.exists():
        return CameraNotFoundError(
            f"camera.source: there is no file or folder {label}. Give a camera (0, /dev/video0, "
            f"/dev/v4l/by-id/...), a picture, a folder of pictures, a video, or a URL "
            f"({', '.join(SCHEMES)})."
        )
    found = f'"{path.suffix}"' if path.suffix else "no extension"
    return CameraSourceError(
        f"camera.source: {label} has {found}. Allowed for pictures: {', '.join(PICTURES)}; "
        f"for videos: {', '.join(VIDEOS)}."
    )
