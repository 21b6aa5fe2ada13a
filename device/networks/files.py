"""Where the networks lie: those that are shipped, and the updates that root has installed."""

from __future__ import annotations

import json
from pathlib import Path

from packaging.version import Version

ZOO = Path(__file__).resolve().parents[2] / "model" / "zoo"
UPDATED = Path("/opt/facet/models")
"""Where root puts updates of the zoo's networks, each in a folder of its name; see device/updates/root/models.py."""

_EIGHT_BIT = ".eight-bit"
_LOWEST = Version("0.dev0")


def is_own_network(model: str) -> bool:
    """Return whether a model's name is the path of the user's own file, not a name in the zoo."""
    return model.endswith(".tflite")


def is_replaced_as_a_whole(network: Path) -> bool:
    """Return whether a network is Facet's, which updates never overwrite; whoever has mapped it keeps what was there.

    A file of the user's own may be overwritten while a node runs, and what the node had mapped would change or end.
    """
    return ZOO in network.parents or UPDATED in network.parents


def model_path(model: str, updated: Path = UPDATED) -> Path:
    """Return the .tflite file of a model.

    Args:
        model: a name in the zoo, or the path of the user's own file.
        updated: where an update of the zoo's network may lie. The newer of both is used, as a release may bring a
            network that is newer than the update.
    """
    if is_own_network(model):
        return Path(model)
    shipped, update = ZOO / f"{model}.tflite", updated / model / f"{model}.tflite"
    return update if network_version(update) > network_version(shipped) else shipped


def network_version(network: Path) -> Version:
    """Return the version in the JSON beside a network, whatever else is wrong; the lowest of all if there is none."""
    try:
        document = json.loads(network.with_suffix(".json").read_bytes())
        return Version(document["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return _LOWEST


def shipped_models() -> list[str]:
    """Return the names of the attribute networks in the zoo."""
    return sorted(path.stem for path in ZOO.glob("attributes*.json") if not is_eight_bit(path))


def files_of(network: Path) -> set[str]:
    """Return the names of a network and of the JSON beside it."""
    return {network.name, network.with_suffix(".json").name}


def eight_bit_file(network: Path) -> Path:
    """Return where the same network lies for eight-bit arithmetic, if there is such a file."""
    return network.with_name(f"{network.stem}{_EIGHT_BIT}{network.suffix}")


def float_file(network: Path) -> Path:
    """Return the network for which a file for eight-bit arithmetic stands."""
    return network.with_name(f"{network.stem.removesuffix(_EIGHT_BIT)}{network.suffix}")


def is_eight_bit(network: Path) -> bool:
    """Return whether a network, or the JSON beside it, is that of a file for eight-bit arithmetic."""
    return network.stem.endswith(_EIGHT_BIT)
