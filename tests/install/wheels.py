"""Wheels of this checkout, as later releases would have them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
VERSION = re.findall(
    r'^__version__ = "(.*)"$',
    (PROJECT / "device/__init__.py").read_text(encoding="utf-8"),
    re.MULTILINE,
)[0]
NEWER = "99.0.0"
BROKEN = "99.0.1"
_CONTENT = (
    *("LICENSE", "README.md", "config.example.yaml", "pyproject.toml"),
    *("device", "docs", "model", "provisioning"),
)


def copy_checkout(target: Path) -> None:
    """Copy what a wheel is made from."""
    target.mkdir()
    for name in _CONTENT:
        source = PROJECT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, target / name, ignore=ignored)
        else:
            shutil.copy2(source, target / name)


def set_version(checkout: Path, version: str) -> None:
    """Make a checkout another release."""
    file = checkout / "device/__init__.py"
    text = re.sub(
        r'(?m)^__version__ = ".*"$', f'__version__ = "{version}"', file.read_text("utf-8")
    )
    file.write_text(text, encoding="utf-8")


def build_wheel(checkout: Path, wheelhouse: Path, target: Path) -> Path:
    """Build a checkout's wheel with the build backend of a wheelhouse, and return its path."""
    command: list[str | Path] = [sys.executable, "-m", "uv", "build", "--quiet", "--wheel"]
    command += ["--no-index", "--find-links", wheelhouse, "--out-dir", target, checkout]
    subprocess.run(command, check=True)
    return next(target.glob("facet_node-*.whl"))
