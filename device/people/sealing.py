"""People on a topic that others can read: sealed so that only who has the passphrase reads or writes them.

A sealed message is, in this order: five bytes that say what it is and of which version, twelve random ones (the nonce),
and the document, encrypted and authenticated with ChaCha20-Poly1305 (RFC 8439). What is authenticated in addition binds
the message to the version and to one person. The key comes from the passphrase with scrypt (RFC 7914).

`cryptography` is imported when there is something to seal: a node that shares nobody does not need it.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from device.errors import SealError
from device.people.document import PeopleDocument, parse_document
from device.system.compact_json import compact

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

SHORTEST_PASSPHRASE = 16
"""Characters. Whoever records the topic can try passphrases for years."""

_MAGIC = b"fctp"
_VERSION = 1
_HEADER = _MAGIC + bytes([_VERSION])
_NONCE_BYTES = 12
_TAG_BYTES = 16
_KEY_BYTES = 32
# A tenth of a second and 16 MB on a Raspberry Pi, once a start.
_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "maxmem": 2**25 + 2**20}
_SALT = b"Facet, people on a shared topic"
_ADVICE = "every node that shares people needs the same passphrase in its secrets.yaml"


class SealingKey:
    """What seals and opens messages; made by SealingKey.derive(). str() and repr() do not show it.

    Args:
        key: 32 bytes.
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def derive(cls, passphrase: str, topics: str) -> SealingKey:
        """Return the key of a passphrase, which takes a tenth of a second and 16 MB on a Raspberry Pi.

        Args:
            passphrase: from secrets.yaml.
            topics: the prefix of the topics on which it is used (mqtt.base_topic); another one gives another key.

        Raises:
            SealError: the passphrase is too short.
        """
        if len(passphrase) < SHORTEST_PASSPHRASE:
            message = (
                f"the passphrase that people are shared with has {len(passphrase)} characters, and needs "
                f"{SHORTEST_PASSPHRASE} or more; make a random one: openssl rand -base64 24"
            )
            raise SealError(message)
        salt = _SALT + b"\0" + topics.encode()
        return cls(hashlib.scrypt(passphrase.encode(), salt=salt, dklen=_KEY_BYTES, **_SCRYPT))

    def seal(self, document: PeopleDocument, person: str) -> bytes:
        """Return a document as a message that only who has the key can read, and nobody else can make.

        Args:
            document: of one person: enrolled, or forgotten.
            person: the id, which the message is bound to.
        """
        nonce = os.urandom(_NONCE_BYTES)
        plain = compact(document.to_json()).encode()
        return _HEADER + nonce + self._cipher().encrypt(nonce, plain, _bound_to(person))

    def unseal(self, message: bytes, person: str) -> PeopleDocument:
        """Return the document in a message.

        A message of the same person from an earlier day is valid as well: what follows from it is for import_people(),
        which keeps the newer name, and does not bring back who was forgotten.

        Args:
            message: from the person's topic.
            person: the id, as the topic has it.

        Raises:
            PeopleDocumentError: it was sealed with another key or for another person, is damaged or no such message,
                or is about somebody else. A SealError where it cannot be opened.
        """
        source = f"the sealed message of person {person}"
        if (
            not message.startswith(_MAGIC)
            or len(message) < len(_HEADER) + _NONCE_BYTES + _TAG_BYTES
        ):
            found = f"{source} is truncated or none; {_ADVICE}"
            raise SealError(found)
        version = message[len(_MAGIC)]
        if version != _VERSION:
            found = f"{source} has version {version}, and this Facet reads {_VERSION}; install the newest Facet here"
            raise SealError(found)
        nonce = message[len(_HEADER) : len(_HEADER) + _NONCE_BYTES]
        sealed = message[len(_HEADER) + _NONCE_BYTES :]
        cipher = self._cipher()
        from cryptography.exceptions import InvalidTag

        try:
            plain = cipher.decrypt(nonce, sealed, _bound_to(person))
        except InvalidTag as error:
            found = f"{source} is damaged, was sealed with another passphrase, or for somebody else; {_ADVICE}"
            raise SealError(found) from error
        document = parse_document(plain, source)
        named = {entry.id for entry in document.people} | {gone.id for gone in document.tombstones}
        if named != {person}:
            found = f"{source} is about somebody else; {_ADVICE}"
            raise SealError(found)
        return document

    def _cipher(self) -> ChaCha20Poly1305:
        try:
            from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
        except ImportError as error:
            # 32-bit ARM, see pyproject.toml.
            message = "sharing people needs a package that is missing; run: sudo apt install python3-cryptography"
            raise SealError(message) from error
        return ChaCha20Poly1305(self._key)


def _bound_to(person: str) -> bytes:
    return _HEADER + person.encode()
