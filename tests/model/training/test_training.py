"""The whole way on a tiny CelebA: prepare, train, be killed, go on, export, measure. Needs the extra `train`."""

from __future__ import annotations

import json
import os
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
stages: [{side: 64, epochs: 2}, {side: 80, epochs: 2}]
batch: 4
average_decay: 0.5
"""


def _run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "model", *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def _epochs(run: Path) -> list[str]:
    return [line.split(",")[0] for line in (run / "log.csv").read_text().splitlines()[1:]]


@pytest.fixture(scope="module")
def work(celeba: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with prepared crops and a recipe."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "tiny.yaml").write_text(_RECIPE, encoding="utf-8")
    prepared = _run("prepare", "--data", celeba, "--out", folder / "data", "--workers", "1")
    assert prepared.returncode == 0, prepared.stderr
    return folder


@pytest.fixture(scope="module")
def trained(work: Path) -> Path:
    """Return a run that was killed after its first epoch and started again."""
    run = work / "run"
    arguments: list[str | Path] = [
        "train",
        "--recipe",
        work / "tiny.yaml",
        "--data",
        work / "data",
        "--run",
        run,
    ]
    command = [sys.executable, "-m", "model", *map(str, arguments)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True) as process:
        while process.poll() is None and not (run / "checkpoint.pt").exists():
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
    assert (run / "checkpoint.pt").exists()
    resumed = _run(*arguments)
    assert resumed.returncode == 0, resumed.stderr
    assert "going on after epoch" in resumed.stdout + resumed.stderr
    return run


def test_a_killed_run_goes_on_after_its_last_epoch(trained: Path) -> None:
    """Every epoch is logged once, in order."""
    assert _epochs(trained) == ["1", "2", "3", "4"]


def test_a_finished_run_has_nothing_left_to_do(work: Path, trained: Path) -> None:
    """Started again it ends at once and changes nothing."""
    again = _run("train", "--recipe", work / "tiny.yaml", "--data", work / "data", "--run", trained)
    assert again.returncode == 0
    assert _epochs(trained) == ["1", "2", "3", "4"]


def test_training_stops_after_the_epoch_that_the_recipe_names(work: Path) -> None:
    """The learning rate is still that of the whole schedule; a run that an older version began goes on."""
    import torch

    from model.training.steps import learning_rate_share

    recipe, run = work / "stop.yaml", work / "stopped"
    recipe.write_text(_RECIPE + "stop_after: 2\n", encoding="utf-8")
    arguments: list[str | Path] = ["train", "--data", work / "data", "--run", run]
    stopped = _run(*arguments, "--recipe", recipe)
    assert stopped.returncode == 0, stopped.stderr
    assert _epochs(run) == ["1", "2"]
    state = torch.load(run / "checkpoint.pt", weights_only=True)
    rate = state["optimizer"]["param_groups"][0]["lr"]
    expected = learning_rate_share(state["step"] - 1, 2 * state["step"], warm_up=0.05)
    assert rate == pytest.approx(1e-3 * expected)
    assert expected > 0.5
    del state["recipe"]["stop_after"]  # as a version without it wrote the recipe
    torch.save(state, run / "checkpoint.pt")
    recipe.write_text(_RECIPE + "stop_after: 3\n", encoding="utf-8")
    resumed = _run(*arguments, "--recipe", recipe)
    assert resumed.returncode == 0, resumed.stderr
    assert "going on after epoch 2" in resumed.stdout + resumed.stderr
    assert _epochs(run) == ["1", "2", "3"]


def test_two_processes_train_one_network(work: Path) -> None:
    """As torchrun starts them; the first one alone writes, and what it writes can be gone on with by one."""
    recipe, run = work / "two.yaml", work / "two"
    recipe.write_text(_RECIPE + "stop_after: 1\n", encoding="utf-8")
    train: list[str | Path] = ["train", "--data", work / "data", "--run", run, "--device", "cpu"]
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    started = [*command, "-m", "--", "model", *map(str, train), "--recipe", str(recipe)]
    both = subprocess.run(
        started,
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert both.returncode == 0, both.stderr
    assert _epochs(run) == ["1"]
    recipe.write_text(_RECIPE + "stop_after: 2\n", encoding="utf-8")
    alone = _run(*train, "--recipe", recipe)
    assert alone.returncode == 0, alone.stderr
    assert "going on after epoch 1" in alone.stdout + alone.stderr
    assert _epochs(run) == ["1", "2"]


def test_a_folder_of_another_recipe_is_not_overwritten(work: Path, trained: Path) -> None:
    """The error names the folder and what to do."""
    other = work / "other.yaml"
    other.write_text(_RECIPE.replace("batch: 4", "batch: 3"), encoding="utf-8")
    failed = _run("train", "--recipe", other, "--data", work / "data", "--run", trained)
    assert failed.returncode == 1
    assert "holds a run of another recipe" in failed.stderr


def test_a_wrong_recipe_names_the_key(work: Path) -> None:
    """A misspelt key is one line of error."""
    wrong = work / "wrong.yaml"
    wrong.write_text(_RECIPE + "learning_rat: 0.1\n", encoding="utf-8")
    failed = _run("train", "--recipe", wrong, "--data", work / "data", "--run", work / "none")
    assert failed.returncode == 1
    assert "learning_rat" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_an_exported_network_is_measured_by_the_product(
    celeba: Path, work: Path, trained: Path
) -> None:
    """The .tflite and its JSON fit each other, and evaluate runs them."""
    zoo = work / "zoo"
    exported = _run("export", "--data", celeba, "--run", trained, "--zoo", zoo)
    assert exported.returncode == 0, exported.stderr
    measured = _run("evaluate", "--data", celeba, "--model", zoo / "tiny.tflite", "--json")
    assert measured.returncode == 0, measured.stderr
    figures = json.loads(measured.stdout)
    assert figures["pictures"] == PICTURES // 4
    assert 0 <= figures["mean_accuracy"] <= 1
    described = (zoo / "tiny.json").read_bytes()
    spoiled = json.loads(described)
    spoiled["labels"][0]["bias"] += 1
    (zoo / "tiny.json").write_text(json.dumps(spoiled), encoding="utf-8")
    again = _run("calibrate", "--data", celeba, "--model", zoo / "tiny.tflite")
    assert again.returncode == 0, again.stderr
    assert (zoo / "tiny.json").read_bytes() == described
    assert figures["model"].startswith("tiny ")


def test_a_run_without_weights_says_so(celeba: Path, work: Path) -> None:
    """Exporting before training names the missing file."""
    failed = _run("export", "--data", celeba, "--run", work / "nothing", "--zoo", work / "zoo")
    assert failed.returncode == 1
    assert "best.pt does not exist; run `python -m model train`" in failed.stderr


def test_a_network_behind_frozen_blocks_joins_an_ensemble(
    celeba: Path, work: Path, trained: Path
) -> None:
    """It goes on from another run's best weights, and both become one network, with weights of eight bits."""
    frozen = work / "frozen.yaml"
    frozen.write_text(
        _RECIPE.replace("80, epochs: 2", "64, epochs: 1") + "frozen: {blocks: 9, views: 2}\n"
        "zoom: 1.25\nmixup: 0.2\n",
        encoding="utf-8",
    )
    arguments: list[str | Path] = ["--data", work / "data", "--run", work / "frozen"]
    arguments += ["--weights", trained / "best.pt"]
    run = _run("train", "--recipe", frozen, *arguments)
    assert run.returncode == 0, run.stderr
    assert _epochs(work / "frozen") == ["1", "2", "3"]
    zoo = work / "ensemble"
    both: list[str | Path] = ["--run", trained, "--run", work / "frozen", "--name", "both"]
    exported = _run("export", "--data", celeba, *both, "--zoo", zoo, "--int8")
    assert exported.returncode == 0, exported.stderr
    measured = _run("evaluate", "--data", celeba, "--model", zoo / "both.tflite", "--json")
    assert measured.returncode == 0, measured.stderr
    assert (zoo / "both.tflite").stat().st_size < 1_500_000


def test_a_run_learns_from_what_another_teaches(work: Path, trained: Path) -> None:
    """The recipe that asks for soft labels fails without them, and trains with them."""
    recipe, soft = work / "soft.yaml", work / "soft.npy"
    recipe.write_text(_RECIPE.replace("80, epochs: 2", "64, epochs: 1") + "soft: 0.5\n", "utf-8")
    arguments: list[str | Path] = ["train", "--recipe", recipe, "--data", work / "data"]
    arguments += ["--run", work / "student"]
    failed = _run(*arguments)
    assert failed.returncode == 1
    assert "asks for soft labels (soft: 0.5)" in failed.stderr
    taught = _run("teach", "--data", work / "data", "--run", trained, "--out", soft)
    assert taught.returncode == 0, taught.stderr
    run = _run(*arguments, "--soft", soft)
    assert run.returncode == 0, run.stderr
    assert _epochs(work / "student") == ["1", "2", "3"]


def test_an_efficientnet_starts_from_the_weights_of_its_package(celeba: Path, work: Path) -> None:
    """They lie there in the order of the layers, under other names; another size than the recipe's is rejected."""
    import torch

    from model.networks.efficientnet import EfficientAttributeNetwork

    recipe, weights = work / "efficient.yaml", work / "efficient.pth"
    recipe.write_text(
        "name: efficient\nnetwork: {backbone: efficientnet-lite0, hidden: 16}\n"
        "stages: [{side: 64, epochs: 1}]\nbatch: 8\nlearning_rate: 1.0e-9\n",
        encoding="utf-8",
    )
    backbone = EfficientAttributeNetwork(size=0).features.state_dict()
    packed = {f"_{i}": value for i, value in enumerate(backbone.values())}
    torch.save({**packed, "_fc.weight": torch.zeros(1000, 1280)}, weights)
    arguments: list[str | Path] = ["train", "--data", work / "data", "--weights", weights]
    run = _run(*arguments, "--recipe", recipe, "--run", work / "efficient")
    assert run.returncode == 0, run.stderr
    kept = torch.load(work / "efficient" / "best.pt", weights_only=True)["network"]
    first = next(iter(backbone))
    assert torch.allclose(kept[f"features.{first}"], backbone[first], atol=1e-6)
    exported = _run("export", "--data", celeba, "--run", work / "efficient", "--zoo", work / "zoo")
    assert exported.returncode == 0, exported.stderr
    recipe.write_text(recipe.read_text("utf-8").replace("lite0", "lite2"), encoding="utf-8")
    failed = _run(*arguments, "--recipe", recipe, "--run", work / "none")
    assert failed.returncode == 1
    assert "do not fit efficientnet-lite2" in failed.stderr


def test_weights_of_another_shape_are_one_line_of_error(work: Path) -> None:
    """A detector's file is named, and so is what was expected."""
    from device.networks.files import ZOO

    detector = ZOO / "face_detection_short_range.tflite"
    arguments: list[str | Path] = ["--data", work / "data", "--run", work / "none"]
    failed = _run("train", "--recipe", work / "tiny.yaml", *arguments, "--weights", detector)
    assert failed.returncode == 1
    assert "do not fit mobilenetv2 of width 0.25" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_the_report_is_written_with_its_pictures(celeba: Path, work: Path, trained: Path) -> None:
    """Every section and every picture that it shows is there."""
    zoo = work / "zoo"
    if not (zoo / "tiny.tflite").exists():
        exported = _run("export", "--data", celeba, "--run", trained, "--zoo", zoo)
        assert exported.returncode == 0, exported.stderr
    arguments: list[str | Path] = ["--model", zoo / "tiny.tflite", "--run", trained, "--out", zoo]
    written = _run("report", "--data", celeba, "--degraded", "1", *arguments)
    assert written.returncode == 0, written.stderr
    text = (zoo / "REPORT.md").read_text(encoding="utf-8")
    for title in ("Training", "Attributes", "Subgroups", "Robustness"):
        assert f"## {title}" in text
    pictures = [line.split("(")[1].rstrip(")") for line in text.splitlines() if line[:2] == "!["]
    assert len(pictures) == 5
    assert all((zoo / picture).stat().st_size < 200_000 for picture in pictures)
