"""root's side of a new attribute network: unpacked, tried, put in its place, and taken back if the node fails with it.

/opt/facet/models/NAME is a link to the folder NAME-VERSION beside it, which holds NAME.tflite and NAME.json. The node
takes what the link points to if it is newer than the network in its own package.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from device.errors import ModelError, UpdateError
from device.networks.card import read_card
from device.networks.files import model_path, network_version, shipped_models
from device.updates.artifact import MOST_BYTES, Artifact

_USER = "facet"
# Seconds: LiteRT's import and seven inferences, on the slowest board and under load.
_CANARY_LIMIT = 300
_SAID_SHOWN = 500


def install_model(
    archive: Path, artifact: Artifact, models: Path, restart: Callable[[], None]
) -> None:
    """Make a network the one that the node uses.

    Args:
        archive: the verified file.
        artifact: what it is.
        models: the folder of updated networks.
        restart: restarts the node if it runs.

    Raises:
        UpdateError: it is no newer network of that name, fails its self-test, or restart raised that with it: then
            the one before is active again.
    """
    if artifact.name not in shipped_models():
        msg = f"{artifact}: Facet ships no such network; updates replace those that it does"
        raise UpdateError(msg)
    artifact.require_newer_than(str(network_version(model_path(artifact.name, models))))
    models.mkdir(parents=True, exist_ok=True)
    folder = models / f"{artifact.name}-{artifact.version}"
    unfinished = models / f".{folder.name}"
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        _unpack(archive, artifact.name, unfinished)
        _try(unfinished / f"{artifact.name}.tflite", artifact)
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    _activate(models, artifact.name, folder, restart)


def _unpack(archive: Path, name: str, target: Path) -> None:
    """Write the two files of a network, under names of ours and up to a size; an archive may claim anything."""
    target.mkdir(mode=0o755)
    wanted = {f"{name}.tflite", f"{name}.json"}
    try:
        with zipfile.ZipFile(archive) as packed:
            if found := wanted ^ set(packed.namelist()):
                msg = f"the archive must hold {', '.join(sorted(wanted))} and nothing else, not {_shown(found)}"
                raise UpdateError(msg)
            for file in wanted:
                with packed.open(file) as source:
                    data = source.read(MOST_BYTES + 1)
                if len(data) > MOST_BYTES:
                    msg = f"{file} in the archive is longer than the {MOST_BYTES} bytes that are allowed"
                    raise UpdateError(msg)
                (target / file).write_bytes(data)
                (target / file).chmod(0o644)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        msg = f"the archive cannot be unpacked ({error})"
        raise UpdateError(msg) from error


def _shown(names: set[str]) -> str:
    return repr(sorted(names))[:_SAID_SHOWN]


def _try(network: Path, artifact: Artifact) -> None:
    try:
        card = read_card(network)
    except ModelError as error:
        raise UpdateError(str(error)) from error
    if (card.name, card.version) != (artifact.name, artifact.version):
        msg = f"{artifact}: the archive holds {card.name} {card.version}"
        raise UpdateError(msg)
    user = _node_user()
    try:
        canary = subprocess.run(  # noqa: S603 - our own module, and a path of ours
            [sys.executable, "-I", "-m", "device.updates.root.self_test", network],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_CANARY_LIMIT,
            check=False,
            cwd="/",
            user=user and user.pw_uid,
            group=user and user.pw_gid,
            extra_groups=user and [],
        )
    except subprocess.TimeoutExpired as error:
        msg = f"{artifact}: the self-test took longer than {_CANARY_LIMIT} s"
        raise UpdateError(msg) from error
    if canary.returncode != 0:
        said = canary.stderr.strip().rpartition("error: ")[2][-_SAID_SHOWN:]
        msg = f"{artifact} fails its self-test: {said or f'it ended with {canary.returncode}'}"
        raise UpdateError(msg)


def _node_user() -> pwd.struct_passwd | None:
    """Return who tries a network: what one does to LiteRT it should do to the node's user, and not to root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(_USER)
    except KeyError:
        return None


def _activate(models: Path, name: str, folder: Path, restart: Callable[[], None]) -> None:
    link = models / name
    before = link.readlink() if link.is_symlink() else None
    _point(link, Path(folder.name))
    try:
        restart()
    except UpdateError:
        if before is None:
            link.unlink()
        else:
            _point(link, before)
        shutil.rmtree(folder)
        restart()
        raise
    for other in models.glob(f"{name}-*"):
        if other.name not in {folder.name, before and before.name}:
            shutil.rmtree(other)


def _point(link: Path, target: Path) -> None:
    unfinished = link.with_name(f".{link.name}.new")
    unfinished.unlink(missing_ok=True)
    unfinished.symlink_to(target)
    unfinished.replace(link)
