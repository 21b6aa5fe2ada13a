"""A release's lock files: which files of which packages install.sh takes, and for which systems they have to be enough.

A lock file is what `pip install --require-hashes --requirement` takes: a package's version, a marker that says where it
is needed, and the SHA-256 of each wheel of it that fits a system here. `scripts/lock` writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags

from device.errors import UpdateError

# Debian 12's C library, 2.36, and down to the oldest that any wheel is made for.
_GLIBC_MINORS = range(36, 4, -1)
_OTHER_PLATFORMS = ("manylinux2014", "manylinux2010", "manylinux1", "linux")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})\b")


@dataclass(frozen=True, slots=True)
class System:
    """A Python on a processor, for which every release has all packages.

    Attributes:
        python: for instance (3, 11).
        machine: as `uname --machine` says it; armv7l stands for every 32-bit userland.
    """

    python: tuple[int, int]
    machine: str

    @property
    def marker_values(self) -> dict[str, str]:
        """What markers of requirements are compared with there."""
        major, minor = self.python
        return {
            "implementation_name": "cpython",
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_system": "Linux",
            "python_full_version": f"{major}.{minor}.0",
            "python_version": f"{major}.{minor}",
            "sys_platform": "linux",
        }

    @property
    def platforms(self) -> list[str]:
        """Those of wheels, the newest C library first."""
        names = [f"manylinux_2_{minor}" for minor in _GLIBC_MINORS]
        return [f"{name}_{self.machine}" for name in (*names, *_OTHER_PLATFORMS)]

    @property
    def tags(self) -> frozenset[Tag]:
        """Those of the wheels that pip takes there."""
        interpreter = f"cp{self.python[0]}{self.python[1]}"
        native = cpython_tags(self.python, [interpreter], self.platforms)
        return frozenset((*native, *compatible_tags(self.python, interpreter, self.platforms)))

    def __str__(self) -> str:
        """Return it for people."""
        return f"Python {self.python[0]}.{self.python[1]} on {self.machine}"


SYSTEMS = (
    *(System((3, minor), machine) for minor in range(11, 15) for machine in ("aarch64", "x86_64")),
    System((3, 11), "armv7l"),
)
"""All that install.sh accepts: 32-bit ARM has a TFLite for Debian 12 alone."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One package in a lock file.

    Attributes:
        requirement: its name, its only version, and where it is needed.
        sha256: of every wheel that may be installed, in hexadecimal digits.
    """

    requirement: Requirement
    sha256: tuple[str, ...]

    @property
    def version(self) -> str:
        """The only one."""
        [specifier] = self.requirement.specifier
        return specifier.version

    def is_needed_on(self, system: System) -> bool:
        """Whether that system installs it."""
        marker = self.requirement.marker
        return marker is None or marker.evaluate(system.marker_values)

    def __str__(self) -> str:
        """Return its lines in a lock file."""
        return " \\\n".join(
            (str(self.requirement), *(f"    --hash=sha256:{value}" for value in self.sha256))
        )


def read_lock(text: str) -> list[Pin]:
    """Return what a lock file pins, in its order.

    Raises:
        UpdateError: a line pins no version, or has no hash.
    """
    return list(_pins(text))


def _pins(text: str) -> Iterator[Pin]:
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        if not line.strip():
            continue
        wanted, *_ = line.split(" --hash=", 1)
        try:
            requirement = Requirement(wanted.strip())
        except InvalidRequirement as error:
            message = f"the lock file has the line {wanted.strip()!r}: {error}"
            raise UpdateError(message) from error
        hashes = tuple(_HASH.findall(line))
        if [each.operator for each in requirement.specifier] != ["=="] or not hashes:
            message = f"the lock file must give {requirement.name} one version with == and hashes; run scripts/lock"
            raise UpdateError(message)
        yield Pin(requirement, hashes)


def pins_for(pins: Sequence[Pin], system: System) -> list[Pin]:
    """Return those that a system installs."""
    return [pin for pin in pins if pin.is_needed_on(system)]
