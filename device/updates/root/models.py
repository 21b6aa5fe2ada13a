"""root's side of a new attribute network: unpacked, tested, activated, and rolled back if the node fails with it.

/opt/facet/models/NAME is a link to the folder NAME-VERSION beside it, which holds NAME.tflite and NAME.json, perhaps
with the same for eight-bit arithmetic. The node takes what the link points to if it is newer than the network in its
own package.
"""

from __future__ import annotations

import logging
import os
import pwd
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from packaging.version import InvalidVersion, Version

from device.errors import ModelError, UpdateError
from device.networks.card import read_card
from device.networks.files import (
    eight_bit_file,
    files_of,
    model_path,
    network_version,
    shipped_models,
)
from device.system.atomic_write import atomic_symlink
from device.updates.artifact import MAXIMUM_BYTES, Artifact

_LOG = logging.getLogger(__name__)

_USER = "facet"
# LiteRT's import and a few inferences, on the slowest board and under load.
_SELF_TEST_SECONDS = 300
# A crash may print pages; the message has 1000.
_MAXIMUM_SHOWN_CHARACTERS = 500


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
        UpdateError: it is not a newer network of that name, it fails the self-test, or the node does not run with it.
            The one before is active again.
    """
    if artifact.name not in shipped_models():
        message = f"{artifact}: Facet ships no such network; updates replace those that it does"
        raise UpdateError(message)
    artifact.require_newer_than(str(network_version(model_path(artifact.name, models))))
    models.mkdir(parents=True, exist_ok=True)
    folder = models / f"{artifact.name}-{artifact.version}"
    unfinished = models / f".{folder.name}"
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        _unpack(archive, artifact.name, unfinished)
        _test(unfinished / f"{artifact.name}.tflite", artifact)
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    _activate(models, artifact.name, folder, restart)


def _unpack(archive: Path, name: str, target: Path) -> None:
    """Write the files of a network, under names made here and up to a size; an archive may claim anything."""
    target.mkdir(mode=0o755)
    network = Path(f"{name}.tflite")
    needed, optional = files_of(network), files_of(eight_bit_file(network))
    try:
        with zipfile.ZipFile(archive) as packed:
            found = set(packed.namelist())
            if found not in (needed, needed | optional):
                message = (
                    f"the archive must hold {', '.join(sorted(needed))}, perhaps {', '.join(sorted(optional))}, and "
                    f"nothing else, not {_shown(found)}"
                )
                raise UpdateError(message)
            for file in found:
                with packed.open(file) as source:
                    data = source.read(MAXIMUM_BYTES + 1)
                if len(data) > MAXIMUM_BYTES:
                    message = f"{file} in the archive is longer than the {MAXIMUM_BYTES} bytes that are allowed"
                    raise UpdateError(message)
                (target / file).write_bytes(data)
                (target / file).chmod(0o644)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        message = f"the archive cannot be unpacked ({error})"
        raise UpdateError(message) from error


def _shown(names: set[str]) -> str:
    return repr(sorted(names))[:_MAXIMUM_SHOWN_CHARACTERS]


def _test(network: Path, artifact: Artifact) -> None:
    try:
        card = read_card(network)
    except ModelError as error:
        raise UpdateError(str(error)) from error
    if (card.name, card.version) != (artifact.name, artifact.version):
        message = f"{artifact}: the archive holds {card.name} {card.version}"
        raise UpdateError(message)
    user = _node_user()
    try:
        self_test = subprocess.run(  # noqa: S603 - a module of this release, and a path made here
            [sys.executable, "-I", "-m", "device.updates.self_test", network],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SELF_TEST_SECONDS,
            check=False,
            cwd="/",
            user=user and user.pw_uid,
            group=user and user.pw_gid,
            extra_groups=user and [],
        )
    except subprocess.TimeoutExpired as error:
        message = f"{artifact}: the self-test took longer than {_SELF_TEST_SECONDS} s"
        raise UpdateError(message) from error
    if self_test.returncode != 0:
        cause = self_test.stderr.strip().rpartition("error: ")[2][-_MAXIMUM_SHOWN_CHARACTERS:]
        message = (
            f"{artifact} fails its self-test: {cause or f'it ended with {self_test.returncode}'}"
        )
        raise UpdateError(message)


def _node_user() -> pwd.struct_passwd | None:
    """Return who runs the self-test: what a network does to LiteRT it should do to the node's user, and not to root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(_USER)
    except KeyError:
        return None


def _activate(models: Path, name: str, folder: Path, restart: Callable[[], None]) -> None:
    link = models / name
    before = link.readlink() if link.is_symlink() else None
    atomic_symlink(link, Path(folder.name))
    try:
        restart()
    except UpdateError:
        if before is None:
            link.unlink()
        else:
            atomic_symlink(link, before)
        _remove(folder)
        restart()
        raise
    for other in models.glob(f"{name}-*"):
        is_ours = _is_version(other.name.removeprefix(f"{name}-")) and not other.is_symlink()
        if is_ours and other.name not in {folder.name, before and before.name}:
            _remove(other)


def _is_version(rest: str) -> bool:
    """Whether a folder is of the network itself: attributes-lite-1.0 also begins with "attributes-"."""
    try:
        Version(rest)
    except InvalidVersion:
        return False
    return True


def _remove(folder: Path) -> None:
    """Delete a network that nobody uses; what stays only takes room, so it undoes nothing."""
    try:
        shutil.rmtree(folder)
    except OSError as error:
        _LOG.warning("%s cannot be deleted and only takes room: %s", folder, error)
