"""A camera's URL: how it begins, where its host stands, and what is wrong with one that cannot be read. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from device.config.key_path import dotted
from device.config.sections.camera import CameraSettings
from device.config.yaml.document import Document
from device.errors import Fault
from device.system.text import printable

SCHEMES = ("http", "https", "rtsp", "rtsps")
"""How a URL begins from which pictures can come."""

ENCODING = "in a user or password, write @ # / : ? % as %40 %23 %2F %3A %3F %25"
"""How to write what would otherwise end the user, the password or the host of a URL."""

URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL
)
_HOST_AND_PORT = re.compile(r"(?:\[[^\s@\[\]]+\]|[^\s:@\[\]]+)(?::[0-9]{0,5})?")


def has_host(url: re.Match[str]) -> bool:
    """Whether what URL has matched names a host, behind the user and the password if there are any."""
    return _HOST_AND_PORT.fullmatch(url["authority"].rpartition("@")[2]) is not None


def unreadable_url(settings: CameraSettings, document: Document) -> Iterator[Fault]:
    """Find out whether the camera is a URL from which no picture can ever come. What was found may hold a password."""
    url = URL.match(settings.source.reveal())
    if url is None:
        return
    path, scheme = ("camera", "source"), printable(url["scheme"])
    if url["scheme"].lower() not in SCHEMES:
        schemes = ", ".join(f"{name}://" for name in SCHEMES)
        message = f"begins with {scheme}://; allowed for a URL: {schemes}"
        yield Fault(document.file, document.line(path), dotted(path), message)
    elif not has_host(url):
        message = f"has no host that can be read; after {scheme}:// comes USER:PASSWORD@HOST:PORT/PATH; {ENCODING}"
        yield Fault(document.file, document.line(path), dotted(path), message)
