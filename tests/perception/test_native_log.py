"""TFLite's remarks are left out of the error stream, and nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from device.networks.files import ZOO
from device.perception.native_log import without_remarks


def test_remarks_are_left_out_and_the_rest_follows(capfd: pytest.CaptureFixture[str]) -> None:
    """In its order."""
    with without_remarks():
        os.write(2, b"one\nINFO: Created a delegate.\ntwo, INFO: within a line\nwithout an end")
    assert capfd.readouterr().err == "one\ntwo, INFO: within a line\nwithout an end"


def test_what_was_written_before_an_exception_is_not_lost(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """It may be the reason."""

    def load() -> None:
        with without_remarks():
            os.write(2, b"ERROR: the network is damaged\n")
            message = "bad"
            raise ValueError(message)

    with pytest.raises(ValueError, match="bad"):
        load()
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "ERROR: the network is damaged\nafter\n"


def test_loading_a_network_writes_nothing() -> None:
    """So that a command's error stream has errors only."""
    program = (
        "import sys; from pathlib import Path; from device.perception.runtime import Network\n"
        "Network.load(Path(sys.argv[1]))"
    )
    network = ZOO / "face_detection_short_range.tflite"
    ended = subprocess.run(
        [sys.executable, "-c", program, network], capture_output=True, text=True, check=True
    )
    assert (ended.stdout, ended.stderr) == ("", "")
