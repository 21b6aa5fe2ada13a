"""People on a topic that others can read: sealed so that only who has the key reads or writes them.

A sealed message is, in this order: five bytes that say what it is and of which version, twelve random ones (the nonce),
and the document, encrypted and authenticated with ChaCha20-Poly1305 (RFC 8439). What is authenticated in addition binds
the message to the version and to one person. Each base topic has a different key, derived with BLAKE2b (RFC 7693) from
the one in secrets.yaml, which is random: there is nothing to stretch.

`cryptography` is imported when there is something to seal: a node that shares nobody does not need it.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from device.errors import NewerSealError, SealError
from device.people.document import PeopleDocument, parse_document
from device.system.compact_json import compact
from device.system.share_key import share_key_bytes

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

_MAGIC = b"fctp"
_VERSION = 1
_HEADER = _MAGIC + bytes([_VERSION])
_NONCE_BYTES = 12
_TAG_BYTES = 16
_KEY_BYTES = 32
# Sixteen bytes at most.
_PURPOSE = b"facet people"
_ADVICE = "every node that shares people needs the same people.share_key"


class SealingKey:
    """What seals and opens messages; made by SealingKey.derive(). str() and repr() do not show it.

    Args:
        key: 32 bytes.
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def derive(cls, share_key: str, topics: str) -> SealingKey:
        """Return the key with which people are sealed on some topics.

        Args:
            share_key: people.share_key.
            topics: what all of them start with (mqtt.base_topic); another one gives another key.

        Raises:
            SealError: the share key is none.
        """
        key = share_key_bytes(share_key)
        if key is None:
            message = "people.share_key is no key; put what `facet people new-key` prints into secrets.yaml"
            raise SealError(message)
        digest = hashlib.blake2b(
            topics.encode(), key=key, person=_PURPOSE, digest_size=_KEY_BYTES
        ).digest()
        return cls(digest)

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

        A message of the same person from an earlier day is valid as well: what follows from it is for joining, which
        keeps what is newer, and does not bring back who was forgotten.

        Args:
            message: from the person's topic.
            person: the id, as the topic has it.

        Raises:
            PeopleDocumentError: it was sealed with another key or for another person, is damaged or no such message,
                or is about somebody else. A SealError where it cannot be opened, and a NewerSealError where only a
                newer Facet can open it.
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
            raise NewerSealError(found)
        nonce = message[len(_HEADER) : len(_HEADER) + _NONCE_BYTES]
        sealed = message[len(_HEADER) + _NONCE_BYTES :]
        cipher = self._cipher()
        from cryptography.exceptions import InvalidTag

        try:
            plain = cipher.decrypt(nonce, sealed, _bound_to(person))
        except InvalidTag as error:
            found = (
                f"{source} is damaged, was sealed with another key, or for somebody else; {_ADVICE}"
            )
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
