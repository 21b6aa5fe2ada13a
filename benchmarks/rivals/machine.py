"""Where a benchmark ran."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass

from device.system.machine import cores, processor


@dataclass(frozen=True, slots=True)
class Machine:
    """What the figures depend on beside the programs.

    Attributes:
        processor: its name.
        cores: of which this process may use.
        memory_gb: in thousands of millions of bytes.
        python: version of the interpreter that runs Facet.
        node: version of Node.js; empty where there is none.
        load_before: processes that wanted to run, the mean of a minute before the measurement.
        load_after: the same at its end.
    """

    processor: str
    cores: int
    memory_gb: float
    python: str
    node: str
    load_before: float
    load_after: float

    def __str__(self) -> str:
        node = f", Node.js {self.node}" if self.node else ""
        return f"{self.cores} cores of {self.processor}, {self.memory_gb:.0f} GB, Python {self.python}{node}"


def this_machine(load_before: float) -> Machine:
    """Return where this process runs.

    Args:
        load_before: os.getloadavg()[0] before the measurement.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Machine(
        processor(),
        cores(),
        memory / 1e9,
        platform.python_version(),
        _node_version(),
        load_before,
        os.getloadavg()[0],
    )


def _node_version() -> str:
    node = shutil.which("node")
    if node is None:
        return ""
    return subprocess.check_output([node, "--version"], text=True).strip().removeprefix("v")
