"""What several tiers build their environments from, each made once."""

from __future__ import annotations

import subprocess
from pathlib import Path

_HERE = Path(__file__).parent


def built(name: str, *arguments: str) -> Path:
    """Return the folder that one of the programs here makes, for instance "debian" with "bookworm".

    Raises:
        AssertionError: it cannot be built.
    """
    command: list[str | Path] = [_HERE / name, *arguments]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    assert result.returncode == 0, f"{_HERE / name} fails; see above for its reasons"
    return Path(result.stdout.strip())
