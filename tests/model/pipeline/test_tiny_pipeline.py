"""A whole pipeline on a tiny CelebA is killed, goes on, and ends with a report. Needs the extra `train`."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.model.conftest import PICTURES

pytestmark = [pytest.mark.training, pytest.mark.timeout(600)]

_RECIPE = """
name: tiny
network: {width: 0.25, hidden: 16}
stages: [{side: 64, epochs: 3}]
batch: 4
average_decay: 0.5
"""
_PIPELINE = """
steps:
  - {name: crops, command: prepare}
  - {name: teacher, command: train, crops: crops, recipe: teacher.yaml}
  - {name: taught, command: teach, crops: crops, runs: [teacher]}
  - {name: student, command: train, crops: crops, recipe: student.yaml, weights: teacher, soft: taught}
  - {name: tiny, command: export, runs: [student], int8: true, eight_bit: true}
  - {name: figures, command: evaluate, model: tiny}
  - {name: report, command: report, models: [tiny], runs: [teacher, student], degraded: 1}
"""


def _epochs(run: Path) -> list[str]:
    return [line.split(",")[0] for line in (run / "log.csv").read_text().splitlines()[1:]]


def _command(folder: Path, celeba: Path) -> list[str]:
    arguments = [folder / "pipeline.yaml", "--data", celeba, "--work", folder / "work"]
    return [sys.executable, "-m", "model", "pipeline", *map(str, arguments)]


def _interrupt(command: list[str], checkpoint: Path, number: signal.Signals) -> tuple[int, str]:
    """Signal a pipeline once a checkpoint is there; return its exit status and what was printed."""
    # What runs in the background ignores an interrupt unless that is undone.
    command = ["env", "--default-signal=INT", *command]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not checkpoint.exists():
            time.sleep(0.05)
        process.send_signal(number)
        _, printed = process.communicate()
    return process.returncode, printed


@pytest.fixture(scope="module")
def folder(celeba: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a pipeline that was killed in its first training and interrupted in its second."""
    folder = tmp_path_factory.mktemp("pipeline")
    (folder / "pipeline.yaml").write_text(_PIPELINE, encoding="utf-8")
    (folder / "teacher.yaml").write_text(_RECIPE + "stop_after: 2\n", encoding="utf-8")
    (folder / "student.yaml").write_text(_RECIPE + "soft: 0.5\nstop_after: 2\n", encoding="utf-8")
    command, runs = _command(folder, celeba), folder / "work" / "runs"
    status, _ = _interrupt(command, runs / "teacher" / "checkpoint.pt", signal.SIGKILL)
    assert status == -signal.SIGKILL
    status, printed = _interrupt(command, runs / "student" / "checkpoint.pt", signal.SIGINT)
    assert status == 130, printed
    assert "interrupted; the same command goes on" in printed
    assert "step 1 of 6, teacher: train 2 epochs: teacher" in printed
    resumed = subprocess.run(command, check=False, capture_output=True, text=True)
    assert resumed.returncode == 0, resumed.stderr
    assert "step 1 of 4, student: train 2 epochs: student" in resumed.stderr
    assert "all 7 steps are done, 4 of them in this run" in resumed.stderr
    return folder


def test_every_epoch_is_trained_once(folder: Path) -> None:
    """However often the pipeline was interrupted; both stop before the end of their schedule."""
    assert _epochs(folder / "work" / "runs" / "teacher") == ["1", "2"]
    assert _epochs(folder / "work" / "runs" / "student") == ["1", "2"]


def test_the_last_steps_made_a_network_its_figures_and_a_report(folder: Path) -> None:
    """The figures are those of the exported network, and the report has the curves of both runs."""
    work = folder / "work"
    assert (work / "models" / "tiny.tflite").stat().st_size < 1_000_000
    assert (
        "int8" in json.loads((work / "models" / "tiny.json").read_text())["provenance"]["network"]
    )
    figures = json.loads((work / "figures" / "figures.json").read_text())
    assert figures["pictures"] == PICTURES // 4
    assert figures["model"].startswith("tiny ")
    report = work / "reports" / "report"
    assert "# Report: tiny " in (report / "REPORT.md").read_text()
    assert (report / "report" / "training-curves.png").exists()


def test_a_finished_pipeline_changes_nothing(celeba: Path, folder: Path) -> None:
    """Run again, it shows that every step is done, and writes no file."""

    def files() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}

    before = files()
    command = _command(folder, celeba)
    again = subprocess.run(command, check=False, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert "all 7 steps are done, 0 of them in this run" in again.stderr
    assert files() == before
    plan = subprocess.run([*command, "--plan"], check=False, capture_output=True, text=True)
    assert plan.stdout.count(" done") == 7


def test_another_recipe_does_not_go_on_in_the_folder(celeba: Path, folder: Path) -> None:
    """One line of error names the step and the folder."""
    recipe = folder / "teacher.yaml"
    text = recipe.read_text(encoding="utf-8")
    recipe.write_text(text.replace("batch: 4", "batch: 3"), encoding="utf-8")
    failed = subprocess.run(_command(folder, celeba), check=False, capture_output=True, text=True)
    recipe.write_text(text, encoding="utf-8")
    assert failed.returncode == 1
    assert "step teacher: " in failed.stderr
    assert "runs/teacher was begun from other pictures" in failed.stderr
    assert "Traceback" not in failed.stderr
