"""Three machines, their broker, and the controller that runs Ansible on them."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fleet.machine import Machine
from tests.ssh import ssh_options

PLAYBOOKS = Path(__file__).resolve().parents[2] / "provisioning" / "ansible"

_RECAP = re.compile(
    r"^(\S+)\s+: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+)", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Run:
    """The result of a playbook.

    Attributes:
        has_succeeded: whether its exit status is 0.
        output: what it wrote.
        changed: how many tasks changed something, by the name of each machine that it reached.
        failed: the machines on which a task failed.
    """

    has_succeeded: bool
    output: str
    changed: dict[str, int]
    failed: set[str]


@dataclass(frozen=True, slots=True)
class Fleet:
    """Everything that the tests share; what one test does to the machines, the next one finds.

    Attributes:
        folder: for the inventory and what is fetched.
        programs: where ansible-playbook is.
        key: the private key that the machines know.
        machines: by name.
        variables: of the group of all nodes; tests pass others on top.
    """

    folder: Path
    programs: Path
    key: Path
    machines: dict[str, Machine]
    variables: dict[str, Any] = field(default_factory=dict)

    def play(self, playbook: str, *options: str, **variables: object) -> Run:
        """Run one of our playbooks on all machines, with additional variables of the group."""
        inventory = self._write_inventory({**self.variables, **variables})
        command: list[str | Path] = [
            self.programs / "ansible-playbook",
            "--inventory",
            inventory,
            *options,
        ]
        return self._run([*command, playbook])

    def versions(self) -> dict[str, str]:
        """Return the release that each machine runs."""
        command = "readlink /opt/facet/current"
        return {
            name: machine.run(command).removeprefix("releases/").rpartition("-")[0]
            for name, machine in self.machines.items()
        }

    def _run(self, command: Sequence[str | Path]) -> Run:
        ended = on_controller(self.programs, self.folder, command)
        output = ended.stdout + ended.stderr
        recap = _RECAP.findall(output)
        return Run(
            has_succeeded=ended.returncode == 0,
            output=output,
            changed={name: int(changed) for name, changed, _, _ in recap},
            failed={name for name, _, lost, failed in recap if int(lost) or int(failed)},
        )

    def _write_inventory(self, variables: dict[str, object]) -> Path:
        """Write it as JSON, which is YAML too."""
        hosts = {name: {"ansible_host": machine.address} for name, machine in self.machines.items()}
        connection = {
            "ansible_user": "pi",
            "ansible_ssh_common_args": " ".join(ssh_options(self.key)),
            "ansible_python_interpreter": "/usr/bin/python3",
        }
        group = {"hosts": hosts, "vars": {**connection, **variables}}
        inventory = self.folder / "inventory.yml"
        inventory.write_text(json.dumps({"facet_nodes": group}, indent=2))
        return inventory


def on_controller(
    programs: Path, home: Path, command: Sequence[str | Path]
) -> subprocess.CompletedProcess[str]:
    """Run a program of Ansible in the folder of the playbooks, without the user's own settings."""
    environment = {
        "ANSIBLE_HOME": str(home / "ansible"),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": f"{programs}:{os.environ['PATH']}",
    }
    return subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=PLAYBOOKS, env=environment
    )
