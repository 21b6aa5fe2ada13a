"""The shipped settings of a cluster, for each RabbitMQ that they are made for, and with the users of a test."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.definitions import write_definitions

_SHIPPED = Path(__file__).resolve().parents[2] / "provisioning" / "brokers" / "rabbitmq"
# A line that RabbitMQ 3.10 does not know, and the comment below it that says what takes its place there.
_OTHERWISE = re.compile(r"^[^#\n].*\n# 3\.10: (.*)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Release:
    """A RabbitMQ of a Debian.

    Attributes:
        suite: the Debian.
        name: as people say it.
        protocol: of MQTT, the newest that it speaks.
    """

    suite: str
    name: str
    protocol: str


NEWEST = Release("trixie", "RabbitMQ 4", "5")
OLDEST = Release("bookworm", "RabbitMQ 3.10", "3.1.1")
MIRRORS = (
    "set_policy",
    "mirrors",
    "^mqtt-subscription-.*qos1$",
    '{"ha-mode": "all", "ha-sync-mode": "automatic", "max-length-bytes": 1073741824}',
    "--priority=1",
    "--apply-to=queues",
)
"""What rabbitmqctl is told once with OLDEST, as docs/brokers.md has it."""


def write_settings(folder: Path, nodes: Iterable[str], release: Release) -> None:
    """Write the files of /etc/rabbitmq into a new folder, as an owner would; see write_definitions()."""
    shutil.copytree(_SHIPPED, folder)
    write_definitions(folder / "definitions.json", nodes)
    if release is OLDEST:
        file = folder / "rabbitmq.conf"
        text, replaced = _OTHERWISE.subn(_replacement, file.read_text())
        assert replaced == 3, f"{replaced} lines have another one for 3.10: {text}"
        file.write_text(text)


def _replacement(found: re.Match[str]) -> str:
    line = found[1]
    return f"{line}\n" if " = " in line else ""
