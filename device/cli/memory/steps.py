"""What each step of a node's start adds to the memory of its process, and how long it takes.

`python steps.py NETWORK` prints it as JSON. It is run by its path: so nothing of Facet is imported before its turn.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

_ROLLUP = Path("/proc/self/smaps_rollup")
_KEYS = {"Rss:": "rss_mb", "Pss:": "pss_mb", "Anonymous:": "anonymous_mb"}
_KILOBYTE = 1024
_DETECTORS = ("full_range_wide", "closer_look", "short_range")

# What has been loaded stays, as in a node.
_kept: list[Any] = []


def main(network: str) -> None:
    """Print the memory after each step, from the bare interpreter to the last network.

    Args:
        network: the name of the attribute network, from the zoo.
    """
    found = [{"step": "Python", **memory(), "ms": 0.0}]
    for name, take in _steps(network):
        before = perf_counter()
        take()
        milliseconds = round((perf_counter() - before) * 1000, 1)
        found.append({"step": name, **memory(), "ms": milliseconds})
    sys.stdout.write(json.dumps(found) + "\n")


def memory(rollup: Path = _ROLLUP) -> dict[str, float]:
    """Return what a process has in memory, in millions of bytes (proc(5), smaps_rollup).

    `rss_mb` counts each page that is there, `pss_mb` divides those that other processes have too, and `anonymous_mb`
    leaves out what the kernel can read from a file again.

    Args:
        rollup: of the process; of this one if it is not given.
    """
    lines = (line.split() for line in rollup.read_text(encoding="ascii").splitlines())
    return {_KEYS[key]: int(value) * _KILOBYTE / 1e6 for key, value, *_ in lines if key in _KEYS}


def _steps(network: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the steps in the order in which each has what it needs, and nothing more."""
    for name, module in (
        ("numpy", "numpy"),
        ("OpenCV", "cv2"),
        ("paho", "paho.mqtt.client"),
        ("pydantic", "pydantic"),
        ("Facet", "device.cli.run"),
    ):
        yield name, partial(import_module, module)
    yield "TFLite", _load_runtime
    for name in (f"face_detection_{each}" for each in _DETECTORS):
        yield name, partial(_load_network, name)
    yield network, partial(_load_attributes, network)


def _load_runtime() -> None:
    from device.perception.runtime import interpreter_type

    interpreter_type()


def _load_network(name: str) -> None:
    from device.networks.files import ZOO
    from device.perception.runtime import Network

    network = Network.load(ZOO / f"{name}.tflite")
    network.invoke()
    _kept.append(network)


def _load_attributes(name: str) -> None:
    from device.networks.files import ZOO
    from device.perception.analysers.attributes import AttributeClassifier

    classifier = AttributeClassifier.load_quickest(ZOO / f"{name}.tflite")
    classifier.network.invoke()
    _kept.append(classifier)


if __name__ == "__main__":
    main(*sys.argv[1:])
