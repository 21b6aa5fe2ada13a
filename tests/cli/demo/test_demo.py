"""The demo as its users start it: a process, with and without a terminal."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

COMMAND = [sys.executable, "-m", "device", "demo"]
PATIENCE = 60.0
LEAVING = 30.0  # seconds that the demo has to leave; a second signal would kill it


def run(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run the demo to its end, without a terminal."""
    return subprocess.run(
        [*COMMAND, *arguments],
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_once_prints_one_observation_and_the_astronaut_smiles() -> None:
    """Standard output is one JSON document with all documented keys, and nothing else."""
    ended = run("--once")
    assert ended.returncode == 0, ended.stderr
    observation = json.loads(ended.stdout)
    (face,) = observation["faces"]
    present = {name for name, a in face["attributes"].items() if a["present"]}
    # What everybody sees on it, and nothing else.
    assert present == {"Bangs", "Mouth_Slightly_Open", "No_Beard", "Smiling"}
    assert (face["hair_color"], face["facial_hair"]) == ("brown", "none")
    # As CelebA means it, or nothing that the network could promise; `facial_hair` and `hair_color` tell it.
    assert {name for name, a in face["attributes"].items() if "offered" in a} <= {
        *("5_o_Clock_Shadow", "Goatee", "Gray_Hair", "Mustache", "No_Beard", "Sideburns"),
    }
    assert {"event_id", "node", "trigger", "triggered_at", "captured_at", "reason", "timings"} <= {
        *observation
    }
    assert observation["trigger"] == "keyboard"
    assert observation["reason"] is None
    assert "entities discovered" in ended.stderr


def test_a_camera_that_is_missing_is_an_observation_too(tmp_path: Path) -> None:
    """The press is answered, standard error names what is missing, and a script sees that nothing was seen."""
    ended = run("--once", "--camera", str(tmp_path / "absent.jpg"))
    assert ended.returncode == 1, ended.stderr
    assert json.loads(ended.stdout)["reason"] == "camera_unavailable"
    assert "absent.jpg cannot be read" in ended.stderr
    assert "error: nothing was seen: camera_unavailable" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_picture_without_a_face_is_an_answer(tmp_path: Path) -> None:
    """Nobody was there, which is not a failure of the demo."""
    empty = tmp_path / "empty.png"
    cv2.imwrite(str(empty), np.full((480, 640, 3), 127, np.uint8))
    ended = run("--once", "--camera", str(empty))
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["reason"] == "no_face"


def test_without_a_terminal_each_line_is_a_press() -> None:
    """The entities, two observations, and the end with that of the input."""
    ended = run(typed="\n\n")
    assert ended.returncode == 0, ended.stderr
    assert "Facet demo in Home Assistant" in ended.stdout
    assert ended.stdout.count("1 of 1 faces judged") == 2
    assert "each line of standard input presses the button" in ended.stdout


@pytest.mark.parametrize(
    "leave",
    [
        b"q\n",
        b"\x04",  # Ctrl-D
        b"\x03",  # Ctrl-C
    ],
)
def test_at_a_terminal_it_is_left_cleanly(leave: bytes) -> None:
    """Enter presses; then q, Ctrl-D or Ctrl-C ends it without a traceback."""
    screen, terminal = pty.openpty()
    # Ctrl-C only reaches those whose controlling terminal it is.
    process = subprocess.Popen(
        ["setsid", "--ctty", *COMMAND], stdin=terminal, stdout=terminal, stderr=terminal
    )
    os.close(terminal)
    shown = b""
    for prompts, key in enumerate([b"\n", leave], start=1):
        while shown.count(b"leaves: ") < prompts:
            shown += os.read(screen, 4096)
        os.write(screen, key)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if select.select([screen], [], [], LEAVING)[0]:
                shown += os.read(screen, 4096)
            else:
                # A signal between the prompt and the system's read() only takes effect with the next key.
                os.write(screen, leave)
        except OSError:  # the terminal of a process that has ended
            break
    os.close(screen)
    assert process.wait(PATIENCE) == 0
    assert b"1 of 1 faces judged" in shown
    assert b"Traceback" not in shown


def test_a_broker_that_is_not_there_is_a_line_not_a_traceback() -> None:
    """The error names the option and the next step."""
    ended = run("--once", "--broker", "127.0.0.1:9")
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith("error: --broker 127.0.0.1:9 cannot be reached")
    assert "Traceback" not in ended.stderr
