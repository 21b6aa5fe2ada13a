"""URLs for logs, errors and archives: without user, password, query and fragment."""

from __future__ import annotations

import re

_URL_START = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//")
_URL_IN_TEXT = re.compile(rf"(?P<start>{_URL_START.pattern})(?P<rest>\S*)")
_MASK = "***"
# Some recorders take the password in the path: rtsp://recorder/user=admin_password=1234_channel=1.sdp.
_ASSIGNING_PATH = re.compile(r"/[^/]*=.*", re.DOTALL)


def redact_url(text: str) -> str:
    """Return a text in which every URL has lost its user, password, query and fragment.

    Host, port and path stay, up to a path segment that assigns a value ("password=1234"). A text that begins with a
    URL is that URL to its end, as a password may hold a space; elsewhere a URL ends at the next white space. Where a
    "?" or "#" stands before an "@", it is unclear whether it belongs to the password or begins the query: nothing
    after the scheme is shown.

    Args:
        text: a URL, or a sentence with any number of them, for instance an error of a library.
    """
    if start := _URL_START.match(text):
        return start[0] + _shown(text[start.end() :])
    return _URL_IN_TEXT.sub(lambda url: url["start"] + _shown(url["rest"]), text)


def _shown(rest: str) -> str:
    """Return what may be shown of the rest of a URL, after the slashes."""
    # The last "@" ends the password even when the owner forgot to escape an "@" or a "/" in it.
    before, _, host_and_rest = rest.rpartition("@")
    if re.search(r"[?#]", before):
        return _MASK
    host_and_path = re.split(r"[?#]", host_and_rest, maxsplit=1)[0]
    return _ASSIGNING_PATH.sub(f"/{_MASK}", host_and_path)
