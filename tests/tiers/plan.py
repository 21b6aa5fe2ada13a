"""All tiers of .ci/run: what they need, how much of the machine they take, and how long they may take.

The most urgent come first: what others wait for, what takes longest, and what shows most about a change. The seconds
are for a machine that is two and a half times slower than two fast cores, and has other things to do.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.tiers.schedule import Tier

# As a stranger has it: with nothing but what the demo asks for.
_DEMO = """
VENV=.venv-demo scripts/demo --once | python3 -c '
import json, sys
observation = json.load(sys.stdin)
smiling = [face["attributes"]["Smiling"]["present"] for face in observation["faces"]]
assert any(smiling), f"nobody smiles: {observation}"
print("the demo saw", len(smiling), "face(s);", sum(smiling), "smile")
'
"""


@dataclass(frozen=True, slots=True)
class Interpreters:
    """The Pythons of this machine.

    Attributes:
        default: what scripts/test chooses, for instance "3.11".
        programs: one of each version, by version.
    """

    default: str
    programs: dict[str, str]

    @classmethod
    def found(cls) -> Interpreters:
        """Look for those of pyenv and of Debian."""
        programs: dict[str, str] = {}
        for version in ("3.11", "3.13"):
            for program in _candidates(version):
                if _version(program) == version:
                    programs[version] = program
                    break
        return cls(_version("python3"), programs)


def _candidates(version: str) -> Iterator[str]:
    pyenv = Path.home().glob(f".pyenv/versions/{version}.*/bin/python")
    yield from map(str, sorted(pyenv, key=lambda path: path.parts[-3].split("."), reverse=True))
    yield f"/usr/bin/python{version}"


def _version(program: str) -> str:
    try:
        said = subprocess.check_output([program, "--version"], text=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    found = re.match(r"Python (\d+\.\d+)\.", said)
    return found[1] if found else ""


def plan(interpreters: Interpreters) -> list[Tier]:
    """Return all tiers for a machine with these interpreters, the most urgent first.

    The virtual Pi takes longest, so what it waits for comes first, and what it leaves of the machine is for the others.
    """
    return [*_first(), *_second(interpreters), *_last()]


def _first() -> list[Tier]:
    return [
        Tier("environment", "scripts/test --version", 600),
        Tier("bookworm", "tests/builds/debian bookworm", 600),
        Tier("machine's disk", "tests/pi/machine/build", 900, needs=("bookworm",)),
        Tier("style", "scripts/check", 300, needs=("environment",)),
        Tier("bookworm's wheels", "tests/builds/wheelhouse bookworm", 300, needs=("bookworm",)),
        Tier("fast", "scripts/test", 900, needs=("environment",)),
        Tier(
            "machine",
            "scripts/test -m machine",
            2400,
            needs=("environment", "machine's disk", "bookworm's wheels"),
        ),
    ]


def _second(interpreters: Interpreters) -> Iterator[Tier]:
    """Yield the other tiers, each after what it is built from, the longest first."""
    yield _build("trixie", "tests/builds/debian trixie")
    yield _build("trixie's wheels", "tests/builds/wheelhouse trixie", "trixie")
    yield Tier(
        "install",
        "scripts/test -m install --numprocesses=2 --dist=loadgroup",
        2400,
        needs=("environment", "bookworm's wheels", "trixie's wheels"),
    )
    yield _build("fleet's machines", "tests/fleet/build", "bookworm")
    yield Tier(
        "fleet",
        "scripts/test -m fleet",
        2100,
        needs=("environment", "fleet's machines", "bookworm's wheels"),
    )
    yield Tier(
        "faults",
        "scripts/test -m faults --numprocesses=4",
        1200,
        cores=0.5,
        needs=("environment",),
    )
    yield Tier(
        "soak",
        ".venv/bin/python -m tests.soak --minutes 2",
        600,
        cores=0.25,
        needs=("environment",),
    )
    yield Tier(
        "broker",
        "scripts/test -m 'broker and not timed' --numprocesses=4",
        1000,
        cores=0.5,
        needs=("environment",),
    )
    yield Tier(
        "store",
        "scripts/test -m store",
        600,
        cores=0.5,
        needs=("environment",),
    )
    yield Tier(
        "hostile",
        "scripts/test -m 'hostile and not timed' --numprocesses=2",
        400,
        needs=("environment",),
    )
    yield Tier(
        "web",
        "scripts/test -m 'web and not timed' --numprocesses=2",
        600,
        needs=("environment",),
    )
    for version, program in interpreters.programs.items():
        if version != interpreters.default:
            command = f"PYTHON={program} VENV=.venv-{version} scripts/test"
            yield Tier(f"fast on {version}", command, 1500, is_background=True)
    python311 = interpreters.programs.get("3.11")
    # PyTorch without graphics cards is one small file there.
    yield Tier("training", f"PYTHON={python311 or 'python3'} scripts/training", 1500)
    if python311:
        command = f"PYTHON311={python311} scripts/runtimes"
        yield Tier("runtimes", command, 300, needs=("environment",))
    # If its mirror fails, the tests run with the other Home Assistant, and report it.
    yield _build("newest home", f"tests/homeassistant/build newest || (($? == {os.EX_TEMPFAIL}))")
    yield _build("floor home", "tests/homeassistant/build floor")
    yield Tier(
        "home assistant",
        # Two of each Home Assistant: they mostly wait.
        "scripts/test -m 'homeassistant and not timed' --numprocesses=2 --dist=loadfile",
        1500,
        needs=("environment", "newest home", "floor home"),
    )
    yield _build("RabbitMQ 4", "tests/builds/rabbitmq trixie", "trixie")
    yield _build("RabbitMQ 3.10", "tests/builds/rabbitmq bookworm", "bookworm")
    yield Tier(
        "cluster",
        "scripts/test -m cluster",
        900,
        needs=("environment", "RabbitMQ 4", "RabbitMQ 3.10", "newest home", "floor home"),
        # Three members that start take two cores, and Home Assistants beside them miss their time limits.
        needs_quiet=True,
    )


def _last() -> Iterator[Tier]:
    for system in ("trixie-arm64", "bookworm-arm64", "bookworm-armhf"):
        yield _build(system, f"tests/pi/arm/build {system}")
    yield Tier(
        "arm",
        "scripts/test -m arm",
        1200,
        needs=("environment", "trixie-arm64", "bookworm-arm64", "bookworm-armhf"),
    )
    yield _build("card's Debian", "tests/firstboot/build", "trixie")
    yield Tier(
        "first boot",
        "scripts/test -m firstboot",
        900,
        needs=("environment", "card's Debian", "trixie's wheels"),
    )
    yield Tier("demo", _DEMO, 600)
    yield Tier(
        "timed",
        "scripts/test -m timed",
        600,
        needs=("environment", "newest home"),
        needs_quiet=True,
    )


def _build(name: str, command: str, *needs: str) -> Tier:
    return Tier(name, command, 900, needs=needs, is_background=True)
