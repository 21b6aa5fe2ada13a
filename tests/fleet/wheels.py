"""Releases of Facet as wheels: the one of this checkout under several versions, and one that is broken."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[2]
_PARTS = (
    "LICENSE",
    "README.md",
    "config.example.yaml",
    "device",
    "docs",
    "model",
    "provisioning",
    "pyproject.toml",
)


def build_wheel(folder: Path, wheelhouse: Path, version: str, *, broken: bool = False) -> Path:
    """Build this checkout's wheel under another version; a broken one says its version, and does not run."""
    source = folder / version
    source.mkdir()
    for part in _PARTS:
        if (_PROJECT / part).is_dir():
            shutil.copytree(_PROJECT / part, source / part)
        else:
            shutil.copy(_PROJECT / part, source / part)
    package = source / "device" / "__init__.py"
    text = re.sub(r'__version__ = ".*"', f'__version__ = "{version}"', package.read_text())
    package.write_text(text)
    if broken:
        (source / "device" / "run.py").write_text('raise SystemExit("this release is broken")\n')
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    places = ["--find-links", wheelhouse, "--wheel-dir", folder]
    subprocess.run([*pip, *places, source], check=True)
    shutil.rmtree(source)
    return next(folder.glob(f"facet_node-{version}-*.whl"))
