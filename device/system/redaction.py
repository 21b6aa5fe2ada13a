"""Addresses for logs, errors, documents and archives: of a URL only scheme, host and port are shown.

User, password, query and fragment may be secrets, and so may the path: some cameras are watched by whoever knows a
path that cannot be guessed, and some servers take a token there. Host and port are enough to recognise which address
is meant, because the setting stands beside it. What cannot be read for certain is not shown at all.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

MASK = "***"
"""Stands for what is not shown."""

EXAMPLE = "USER:PASSWORD@HOST"
"""How errors explain a URL to the owner; redaction leaves it as it is."""

# People write these without one or both of their slashes, or with the slashes of Windows.
_USUAL = r"(?:https?|rtsps?|rtmps?|mqtts?|wss?|s?ftp|ftps):[/\\]{0,2}+"
# The longest registered scheme has 36 characters; without a bound a long word would take the square of its length.
_ANY = r"[A-Za-z][A-Za-z0-9+.-]{0,40}:[/\\]{2}"
_URL_START = re.compile(rf"[\s'\"]*(?:{_ANY}|{_USUAL}|//)", re.IGNORECASE)
_URL_WITHIN = re.compile(rf"://|{_USUAL}", re.IGNORECASE)
_URL_START_IN_TEXT = re.compile(
    rf"(?:{_ANY}|(?<![A-Za-z0-9.+-]){_USUAL}|(?<![^\s'\"(<\[])//)(?![,;.:)\]'\"]*(?:\s|\Z))",
    re.IGNORECASE,
)
_HOST_AND_PORT = re.compile(r"(?:\[[0-9A-Fa-f:.]+(?:%[\w%.-]+)?\]|(?!_*\Z)[\w.-]+)(?::[0-9]{0,5})?")
_SHOWN_ALREADY = re.compile(rf"[^\s@/\\]*(?:/{re.escape(MASK)})(?!\S)")

# What gives away that a text without a scheme is an address after all. A path has none of these.
_LOGIN = re.compile(r":.*@", re.DOTALL)
_USER = re.compile(r"[^/@]*@(?=[^/@]*/)")
_QUERY = re.compile(r"[?#;&][^/?#;&=]*=.*", re.DOTALL)
# Some recorders take the password in the path: rtsp://recorder/user=admin_password=1234_channel=1.sdp.
_ASSIGNMENT = re.compile(r"(?:(?<=/)|\A)[^/]*=.*", re.DOTALL)
_PORT = re.compile(r"((?:(?<=/)|\A)[^/:\s]+:[0-9]{1,5}/).+", re.DOTALL)
# Behind a colon only a port, or a time of the day.
_AFTER_COLON = re.compile(r"(?<=:)(?![0-9]{1,5}(?:\Z|[/:])).+", re.DOTALL)

# OpenCV begins its lines with the level, the thread and the time.
_NO_LOGIN = re.compile(r"\[?(?:DEBUG|INFO|WARN|ERROR|FATAL):[0-9]+@")
_QUERY_IN_TEXT = re.compile(r"[?#;&][^\s/?#;&=]*=\S*")
_ASSIGNMENT_IN_TEXT = re.compile(
    r"(?P<name>pass(?:word|wd|phrase)?|pwd|token|secret|api_?key|access_?key|signature|sig|auth)=\S+",
    re.IGNORECASE,
)
_AT = re.compile(r"\S@(?=[\w\[])")


def redact_address(address: str) -> str:
    """Return what may be shown of one address: a URL, or the path of a file or device.

    A URL keeps scheme, host and port; a path is shown unless it may be a URL whose scheme was forgotten.

    Args:
        address: all of the text belongs to it, also white space.
    """
    start = _URL_START.match(address)
    if start is None:
        return _path_or_encoded_url(address)
    return f"{start[0]}{_after_start(start[0], address[start.end() :])}"


def redact_found(value: str) -> str:
    """Return what may be shown of a value that fits no setting: it may be an address, or a part of one."""
    shown = redact_address(value)
    if shown != value or _URL_START.match(value):
        return shown
    return MASK if "@" in value else _AFTER_COLON.sub(MASK, value)


def redact_word(word: str) -> str:
    """Return what may be shown of a key or a name: behind a colon without a space may be its value, a password."""
    name, colon, _value = word.partition(":")
    return (
        f"{name}:{MASK}"
        if colon and name.isidentifier() and not _URL_START.match(word)
        else redact_found(word)
    )


def redact_urls(text: str) -> str:
    """Return a text in which no URL has more than scheme, host and port.

    In a sentence a URL ends at white space, unless an "@" behind it may be the end of a password that holds a space.

    Args:
        text: lines with any number of URLs, for instance the error of a library or a log.
    """
    return "\n".join(_line(line) for line in text.split("\n"))


def _after_start(start: str, rest: str) -> str:
    if start.lower() == "file://" and rest.startswith("/"):
        return _path_or_encoded_url(re.split(r"[?#]", rest, maxsplit=1)[0])
    return _shown(rest)


def _shown(rest: str) -> str:
    """Return what may be shown of the rest of a URL, after its slashes."""
    authority, separator, behind = re.match(r"([^/\\?#]*)([/\\?#]?)(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]
    # An "@" behind the first of these may end a password that holds one, and what is before it is then no host.
    host = authority.rpartition("@")[2]
    if "@" in behind or not _HOST_AND_PORT.fullmatch(host):
        return MASK
    is_all = not behind and separator in {"", "/"}
    return f"{host}{separator}" if is_all else f"{host}/{MASK}"


def _path_or_encoded_url(text: str) -> str:
    decoded = unquote(text)
    shown = _path(text) if decoded == text else redact_address(decoded)
    return text if shown == decoded else shown


def _path(text: str) -> str:
    if _LOGIN.search(text) or _URL_WITHIN.search(text):
        return MASK
    for pattern in (_QUERY, _ASSIGNMENT):
        text = pattern.sub(MASK, text)
    return _PORT.sub(rf"\1{MASK}", _USER.sub(f"{MASK}@", text))


def _line(line: str) -> str:
    return EXAMPLE.join(_sentence(part) for part in line.split(EXAMPLE))


def _sentence(text: str) -> str:
    starts = list(_URL_START_IN_TEXT.finditer(text))
    places = [start.start() for start in starts] + [len(text)]
    shown = [_words(text[: places[0]])]
    for start, end in zip(starts, places[1:], strict=True):
        rest = text[start.end() : end]
        length = _length(rest)
        shown += [start[0], _after_start(start[0], rest[:length]), _words(rest[length:])]
    return "".join(shown)


def _length(rest: str) -> int:
    """Return how much of a text that begins behind the slashes of a URL belongs to it."""
    last_at = 0
    if not _SHOWN_ALREADY.match(rest):
        last_at = max((at.end() for at in _AT.finditer(rest)), default=0)
    return last_at + len(re.split(r"\s", rest[last_at:], maxsplit=1)[0])


def _words(text: str) -> str:
    """Redact addresses without a scheme."""
    if "@" in text:
        text = re.sub(r"\S+", lambda word: _word(word[0]), text)
    if "=" in text:
        text = _ASSIGNMENT_IN_TEXT.sub(rf"\g<name>={MASK}", _QUERY_IN_TEXT.sub(MASK, text))
    return text


def _word(word: str) -> str:
    if "@" not in word or _NO_LOGIN.match(word):
        return word
    if "@" in word.partition(":")[2]:
        return MASK
    *folders, name = word.split("/")
    shown = (re.sub(r".*@", f"{MASK}@", folder) for folder in folders)
    return "/".join((*shown, name))
