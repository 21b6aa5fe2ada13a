"""A real `facet run` as a child process, whose camera is a picture file."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

import yaml

from tests.child import Child
from tests.homeassistant.simulated_pins import PIPE

_FACET = Path(sys.executable).with_name("facet")
_WITH_PINS = "tests.homeassistant.simulated_pins"

_TRIES = 10


class Node(Child):
    """One node; leaving the context ends it.

    Args:
        folder: see below.
        name: see below.
        broker: the section `mqtt`, without user and password.
        has_pins: whether its machine has pins, which are simulated; see drive().

    Attributes:
        name: its id, its user at the broker and that user's password.
        folder: holds facet.yaml, secrets.yaml, the picture and the state directory.
    """

    def __init__(
        self, folder: Path, name: str, broker: Mapping[str, object], *, has_pins: bool = False
    ) -> None:
        super().__init__(folder / "log")
        self._has_pins = has_pins
        self.name = name
        self.folder = folder
        self._broker = dict(broker)
        secrets = folder / "secrets.yaml"
        secrets.touch(0o600)
        secrets.write_text(f"mqtt_password: {name}\n")

    def configure(self, **sections: Mapping[str, object]) -> None:
        """Write facet.yaml, with sections of the test over those that every node needs."""
        document: dict[str, dict[str, object]] = {
            "mqtt": {**self._broker, "username": self.name, "password": "PASSWORD"},
            "node": {
                "id": self.name,
                "name": f"{self.name} camera".capitalize(),
                "suggested_area": "Ground floor",
                "state_directory": "state",
            },
            "camera": {"source": "picture.png"},
        }
        for section, settings in sections.items():
            document[section] = {**document.get(section, {}), **settings}
        text = yaml.safe_dump(document).replace("PASSWORD", "!secret mqtt_password")
        (self.folder / "facet.yaml").write_text(text)

    def show(self, picture: Path) -> None:
        """Put a picture before the camera."""
        new = self.folder / f"new{picture.suffix}"
        shutil.copyfile(picture, new)
        # Replaced in one step, or the node may read half of it; OpenCV goes by the content, not by the name.
        new.replace(self.folder / "picture.png")

    def start(self) -> None:
        """Start it without waiting until it is online."""
        program = (sys.executable, "-m", _WITH_PINS) if self._has_pins else (_FACET,)
        self._run(*program, "run", "-c", self.folder / "facet.yaml")

    def drive(self, pin: int, level: Literal["high", "low"]) -> None:
        """Change the level of a simulated pin."""
        # The node opens the pipe again after each change; what is written while it closes it is refused.
        for _ in range(_TRIES):
            with suppress(BrokenPipeError):
                (self.folder / PIPE).write_text(f"{pin} {level}\n")
                return
        message = f"the node does not take {level} of pin {pin}"
        raise AssertionError(message)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(self._seconds_to_end)
            self._process = None

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        super()._end(process)
        assert process.returncode == 0, self.log
