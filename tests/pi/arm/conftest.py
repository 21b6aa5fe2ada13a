"""What `facet classify` says of two pictures here, and on each ARM system."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import cv2
import numpy as np
import pytest

from device.cli.demo.portrait import write_portrait
from device.networks.files import ZOO
from tests.pi.arm.userland import SYSTEMS, Userland, userland
from tests.summary import say

_ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Answers:
    """What one system was made to say.

    Attributes:
        system: where; it still stands.
        checked: by `pip check`.
        classified: by `facet classify --json`, which also drew the pictures.
        drawn: the annotated pictures' folder.
        seconds: how long each step took.
    """

    system: Userland
    checked: subprocess.CompletedProcess[str]
    classified: subprocess.CompletedProcess[str]
    drawn: Path
    seconds: dict[str, float]

    @property
    def observations(self) -> list[dict[str, Any]]:
        """A document a picture."""
        assert self.classified.returncode == 0, self.classified.stderr
        return _documents(self.classified.stdout)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The demo's portrait, and two of that face, large and small, as a camera's JPEG."""
    folder = tmp_path_factory.mktemp("pictures")
    portrait = write_portrait(folder)
    image = cv2.imread(str(portrait))
    assert image is not None
    pair = np.zeros_like(image)
    pair[:, :320] = image[:, 120:440]
    pair[:360, 320:] = cv2.flip(cv2.resize(image[:, 80:507], (320, 360)), 1)
    two = folder / "two.jpg"
    cv2.imwrite(str(two), pair)
    return [portrait, two]


@pytest.fixture(scope="session")
def here(pictures: list[Path]) -> list[dict[str, Any]]:
    """The observations of this machine, whose attribute network computes in eight bits."""
    return _classified(pictures, "attributes")


@pytest.fixture(scope="session")
def here_in_floats(
    pictures: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> list[dict[str, Any]]:
    """The same in floats: of a copy of the network without its file for eight bits."""
    network = tmp_path_factory.mktemp("network") / "attributes.tflite"
    for suffix in (".tflite", ".json"):
        shutil.copy((ZOO / network.name).with_suffix(suffix), network.parent)
    return _classified(pictures, network)


@pytest.fixture(scope="session")
def everywhere(
    tmp_path_factory: pytest.TempPathFactory, pictures: list[Path]
) -> Iterator[dict[str, Answers]]:
    """The answers of each system; they are built and asked side by side."""
    wheels = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--out-dir", wheels, _ROOT],
        check=True,
    )
    (wheel,) = wheels.glob("*.whl")
    with ExitStack() as stack, ThreadPoolExecutor() as pool:

        def ask(name: str) -> Answers:
            start = monotonic()
            system = stack.enter_context(userland(name))
            built = monotonic()
            system.install(wheel)
            installed = monotonic()
            checked = system.pip_check()
            pip_checked = monotonic()
            copies = [system.folder / picture.name for picture in pictures]
            for picture, copy in zip(pictures, copies, strict=True):
                copy.write_bytes(picture.read_bytes())
            drawn = system.folder / "drawn"
            command = ("python3", "-m", "device", "classify", "--json", "--annotate")
            classified = system.run(*command, *map(system.inside, [drawn, *copies]))
            seconds = {
                "built": built - start,
                "installed": installed - built,
                "checked": pip_checked - installed,
                "classified": monotonic() - pip_checked,
            }
            return Answers(system, checked, classified, drawn, seconds)

        yield dict(zip(SYSTEMS, pool.map(ask, SYSTEMS), strict=True))


@pytest.fixture(params=SYSTEMS)
def answers(request: pytest.FixtureRequest, everywhere: dict[str, Answers]) -> Answers:
    """The answers of each system in turn."""
    return everywhere[request.param]


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """A function that adds a line to the end of the run."""
    return partial(say, request.config, "ARM userland")


def _classified(pictures: list[Path], model: str | Path) -> list[dict[str, Any]]:
    result = subprocess.run(
        [sys.executable, "-m", "device", "classify", "--json", "--model", model, *pictures],
        capture_output=True,
        text=True,
        check=True,
    )
    return _documents(result.stdout)


def _documents(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]
