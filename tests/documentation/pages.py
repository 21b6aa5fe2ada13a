"""The pages of the documentation, and the blocks of code in them."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *(
        page
        for folder in ("docs", "homeassistant", "examples", "model", "benchmarks", "provisioning")
        for page in sorted((ROOT / folder).rglob("*.md"))
    ),
]
"""All of them; a folder with an environment in it is not searched."""

_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)


def blocks(page: Path, language: str) -> list[str]:
    """Find the blocks of code in one language."""
    text = page.read_text(encoding="utf-8")
    return [dedent(block) for _, kind, block in _BLOCK.findall(text) if kind == language]


def prose(page: Path) -> str:
    """Read a page without its blocks of code."""
    return _BLOCK.sub("", page.read_text(encoding="utf-8"))


def name(page: Path) -> str:
    """Call a page by its path in the repository."""
    return str(page.relative_to(ROOT))
