"""The two secrets of a card: the Wi-Fi's key, and the node's password at the broker."""

from __future__ import annotations

import hashlib
import re
import secrets
import sys
from base64 import b64encode
from pathlib import Path

import typer

from device.errors import ProvisionError

STANDARD_INPUT = Path("-")

# IEEE 802.11-2020, J.4.1: the pre-shared key of a pass phrase.
_PSK_ROUNDS = 4096
_PSK_BYTES = 32
_PASS_PHRASE = re.compile(r"[ -~]{8,63}")
_PSK = re.compile(r"[0-9A-Fa-f]{64}")

# Mosquitto's format 7 is PBKDF2 with HMAC-SHA512, and 101 the rounds that its mosquitto_passwd uses. More would block
# the broker's only thread at every connection; a random password of 192 bits needs no more.
_MOSQUITTO_ROUNDS = 101
_MOSQUITTO_SALT_BYTES = 12
_RANDOM_BYTES = 24


def wifi_key(network: str, pass_phrase: str) -> str:
    """Return a WPA2 network's 256-bit key in hexadecimal, from which the pass phrase cannot be recovered.

    Args:
        network: the SSID, which salts the key: it is not valid for any other network.
        pass_phrase: 8 to 63 characters of ASCII; 64 hexadecimal digits are the key itself.

    Raises:
        ProvisionError: it is neither of them.
    """
    if _PSK.fullmatch(pass_phrase):
        return pass_phrase.lower()
    if not _PASS_PHRASE.fullmatch(pass_phrase):
        message = (
            f"the pass phrase of the Wi-Fi {network!r} has {len(pass_phrase)} characters or some outside ASCII; "
            "WPA2 allows 8 to 63 characters of ASCII, or a key of 64 hexadecimal digits"
        )
        raise ProvisionError(message)
    key = hashlib.pbkdf2_hmac(
        "sha1", pass_phrase.encode("ascii"), network.encode(), _PSK_ROUNDS, _PSK_BYTES
    )
    return key.hex()


def random_password() -> str:
    """Return a password that nobody has to remember: 192 random bits, as 32 characters that need no quoting."""
    return secrets.token_urlsafe(_RANDOM_BYTES)


def mosquitto_line(user: str, password: str) -> str:
    """Return the line of Mosquitto's password_file that admits a user, as mosquitto_passwd writes it."""
    salt = secrets.token_bytes(_MOSQUITTO_SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _MOSQUITTO_ROUNDS)
    return f"{user}:$7${_MOSQUITTO_ROUNDS}${b64encode(salt).decode()}${b64encode(digest).decode()}"


def read_password(file: Path, whose: str) -> str:
    """Return the first line of a file, or of standard input for "-"; at a terminal it is asked for without an echo.

    Raises:
        ProvisionError: it cannot be read, or is empty.
    """
    if file.name == "-":
        text = ask(whose) if sys.stdin.isatty() else sys.stdin.readline()
    else:
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8"
            message = f"the password of {whose} cannot be read from {file}: {reason}"
            raise ProvisionError(message) from None
    password = text.partition("\n")[0].rstrip("\r")
    if not password or not password.isprintable():
        message = f"the password of {whose} in {file} is empty or has control characters"
        raise ProvisionError(message)
    return password


def ask(whose: str) -> str:
    """Ask on the terminal, without an echo.

    Raises:
        ProvisionError: there is no terminal to ask on.
    """
    if not sys.stdin.isatty():
        message = f"the password of {whose} is missing and there is no terminal to ask on; name a file that holds it"
        raise ProvisionError(message)
    answer: str = typer.prompt(f"Password of {whose}", hide_input=True, err=True)
    return answer
