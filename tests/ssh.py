"""How tests log in to machines that did not exist a minute ago, and are on this computer."""

from __future__ import annotations

from pathlib import Path


def ssh_options(key: Path, **options: str) -> list[str]:
    """Return options of ssh, which takes nothing from the user's own settings.

    Args:
        key: the private one.
        options: of ssh_config(5), in addition to those that all tests need.
    """
    all_options = {
        "BatchMode": "yes",
        "ConnectTimeout": "5",
        "IdentitiesOnly": "yes",
        "IdentityFile": str(key),
        "LogLevel": "ERROR",
        "StrictHostKeyChecking": "no",
        "UserKnownHostsFile": "/dev/null",
        **options,
    }
    return ["-F", "none", *(f"-o{name}={value}" for name, value in all_options.items())]
