"""`python -m model` where PyTorch is not installed, as on the machine of most who try it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import model
from model.errors import MissingPackageError, PipelineError, packages_of_training
from model.pipeline.process import in_own_process

INSTALL = "pip install torch==2.13.0 'facet-node[train]'"


def test_a_command_that_needs_pytorch_says_what_to_install() -> None:
    """On one line, and with exit code 1."""
    code = (
        "import sys; sys.modules['torch'] = None; sys.argv = ['model', 'train']\n"
        "from model.__main__ import main; main()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr == (
        f"error: the package torch is not installed; training and measuring need: {INSTALL}\n"
    )


def _need_pytorch() -> None:
    raise ModuleNotFoundError(name="torch")


def test_a_step_of_a_pipeline_says_it_too() -> None:
    """It runs in another process, whose error is passed on."""
    with pytest.raises(PipelineError, match="the package torch is not installed"):
        in_own_process(_need_pytorch)


def test_a_part_of_a_package_is_the_package() -> None:
    """An import of torch.nn is often the first one."""
    with pytest.raises(MissingPackageError), packages_of_training():
        raise ModuleNotFoundError(name="torch.nn")


def test_a_module_that_no_package_has_is_a_bug() -> None:
    """It keeps its traceback."""
    with pytest.raises(ModuleNotFoundError), packages_of_training():
        raise ModuleNotFoundError(name="model.nowhere")


def test_the_documentation_installs_the_same() -> None:
    """One version of PyTorch, in one command."""
    page = Path(model.__file__).parents[1] / "docs" / "training.md"
    assert f"\n{INSTALL}\n" in page.read_text(encoding="utf-8")
