"""The users of a fleet, made from those in the shipped definitions, which have one node and Home Assistant."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from typing import Any

HOME_ASSISTANT = "homeassistant"
"""The user who may read and write all that is Facet's."""
EXAMPLE = "hall"
"""The node whose rights every other node has, for itself."""


def write_definitions(file: Path, nodes: Iterable[str]) -> None:
    """Replace the example node in a file of definitions by other nodes; each user's password is its name."""
    document: dict[str, Any] = json.loads(file.read_text())
    nodes = tuple(nodes)
    for section, key in (("users", "name"), ("permissions", "user"), ("topic_permissions", "user")):
        document[section] = [
            made
            for entry in document[section]
            for made in (_for_all(entry, nodes) if entry[key] == EXAMPLE else [entry])
        ]
    for user in document["users"]:
        user["password_hash"] = _hashed(user["name"])
    file.write_text(json.dumps(document))


def _for_all(entry: dict[str, str], nodes: Iterable[str]) -> list[dict[str, str]]:
    text = json.dumps(entry)
    return [json.loads(text.replace(EXAMPLE, node)) for node in nodes]


def _hashed(password: str) -> str:
    """Return what RabbitMQ keeps of a password: four bytes of salt, and the hash of these and the password."""
    salt = token_bytes(4)
    return b64encode(salt + sha256(salt + password.encode()).digest()).decode()
