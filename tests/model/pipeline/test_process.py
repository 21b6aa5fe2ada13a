"""A step runs in a process that passes on its error and does not outlive the pipeline."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from model.errors import DataError, PipelineError
from model.pipeline.process import in_own_process


def write_process_id(path: Path) -> None:
    """Write the id of the process that this runs in."""
    path.write_text(str(os.getpid()), encoding="utf-8")


def fail() -> None:
    """Fail as a step does whose data are missing."""
    message = "folder: no pictures"
    raise DataError(message)


def be_killed() -> None:
    """End as a process does for which no memory is left."""
    os.kill(os.getpid(), signal.SIGKILL)


def wait_for_ever(path: Path) -> None:
    """Write a file, then run until something ends the process."""
    write_process_id(path)
    signal.pause()


def test_a_step_runs_in_another_process(tmp_path: Path) -> None:
    """It has another id, and has ended when the call returns."""
    path = tmp_path / "id"
    in_own_process(write_process_id, path)
    process = int(path.read_text(encoding="utf-8"))
    assert process != os.getpid()
    assert not Path(f"/proc/{process}").exists()


def test_the_error_of_a_step_is_passed_on() -> None:
    """As its text, without a traceback of another process."""
    with pytest.raises(PipelineError, match=r"^folder: no pictures$"):
        in_own_process(fail)


def test_a_step_that_is_killed_is_an_error() -> None:
    """With the status, and what it usually means."""
    with pytest.raises(PipelineError, match=r"ended with status -9; .*-9 means that it was killed"):
        in_own_process(be_killed)


_PROGRAM = """
from pathlib import Path
from model.pipeline.process import in_own_process
from tests.model.pipeline.test_process import wait_for_ever
if __name__ == "__main__":
    in_own_process(wait_for_ever, Path({path!r}))
"""


def test_a_step_ends_when_the_pipeline_is_killed(tmp_path: Path) -> None:
    """Only the pipeline's process is killed; the pipe that both write to closes when both have ended."""
    path, program = tmp_path / "id", tmp_path / "program.py"
    program.write_text(_PROGRAM.format(path=str(path)), encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(program)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    ) as process:
        while not path.exists() or not path.read_text(encoding="utf-8"):
            assert process.poll() is None
            time.sleep(0.05)
        process.kill()
        printed, _ = process.communicate(timeout=60)
    assert printed == b""
    assert process.returncode == -signal.SIGKILL
