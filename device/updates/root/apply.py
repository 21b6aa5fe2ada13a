"""root's side: takes the node's request, verifies it again on a private copy, installs, and writes down the result.

facet-update.service runs this with the code of the release in use. While install.sh works, the link to that release
moves on: nothing may be imported from then on, or it would come from the new release.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import sleep

from pydantic import ValidationError

from device import __version__
from device.config.sections.updates import UpdateSettings
from device.config.yaml.document import read
from device.errors import FacetError, UpdateError
from device.networks.files import UPDATED
from device.system.atomic_write import atomic_write
from device.updates.artifact import SOFTWARE, Artifact, Kind
from device.updates.request import RESULT, Request, Result
from device.updates.root.models import install_model
from device.updates.root.pickup import take
from device.updates.signature import read_key, verify

_UNIT = "facet.service"
# How long the node must run with a new network; install.sh waits as long for a new release.
_SETTLE_SECONDS = 10
# As Result allows; what install.sh prints may be of any length.
_MAXIMUM_MESSAGE_CHARACTERS = 1000
# The node, another user, reads the result.
_RESULT_MODE = 0o644


def restart_node() -> None:
    """Restart the node if it runs, and make sure that it keeps running.

    Raises:
        UpdateError: it does not.
    """
    if not Path("/run/systemd/system").is_dir() or not _is_active():
        return
    if _systemctl("restart", _UNIT).returncode == 0:
        invocation = _invocation()
        sleep(_SETTLE_SECONDS)
        if _is_active() and _invocation() == invocation:
            return
    message = f"the node does not run with it; journalctl --unit {_UNIT} says why"
    raise UpdateError(message)


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything is on a node that install.sh has made; tests have others.

    Attributes:
        config: the owner's file.
        state: the node's state directory.
        result: where the result goes.
        models: the folder of updated networks.
        installer: install.sh of the release in use, which makes releases out of wheels.
        restart: restarts the node, and makes sure that it keeps running.
    """

    config: Path = Path("/etc/facet/facet.yaml")
    state: Path = Path("/var/lib/facet")
    result: Path = RESULT
    models: Path = UPDATED
    # Not by its link, which changes while the script runs.
    installer: Path = field(
        default_factory=lambda: (
            Path(sys.prefix).resolve() / "share" / "facet" / "provisioning" / "install.sh"
        )
    )
    restart: Callable[[], None] = restart_node


def apply(places: Places) -> bool:
    """Do what the node asks for, if the owner allows it, and write down the result.

    Returns:
        Whether something was installed.
    """
    request: Request | None = None
    try:
        with tempfile.TemporaryDirectory(prefix="facet-update-") as work:
            copy = Path(work) / "artifact"
            request, sha256 = take(places.state, copy)
            _install(request.artifact, copy, sha256, places)
    except (FacetError, OSError) as error:
        return _finish(places, request, is_installed=False, message=str(error))
    return _finish(places, request, is_installed=True, message=f"{request.artifact} is installed")


def _install(artifact: Artifact, copy: Path, sha256: str, places: Places) -> None:
    settings = _settings(places.config)
    if not settings.allow_install or settings.public_key is None:
        message = f"{artifact}: updates.allow_install is false"
        raise UpdateError(message)
    verify(artifact, read_key(settings.public_key), sha256)
    if artifact.kind is Kind.MODEL:
        install_model(copy, artifact, places.models, places.restart)
        return
    if artifact.name != SOFTWARE:
        message = f"{artifact} is not {SOFTWARE}"
        raise UpdateError(message)
    artifact.require_newer_than(__version__)
    # pip wants the name that the build gave it, and rejects it if the metadata inside has another version.
    wheel = copy.with_name(f"facet_node-{artifact.version}-py3-none-any.whl")
    copy.rename(wheel)
    _run_installer(places.installer, wheel)


def _settings(config: Path) -> UpdateSettings:
    """Read the one section: the others may need the node's environment, and their faults do not matter here."""
    section = read(config, {}).values.get("updates") or {}
    try:
        return UpdateSettings.model_validate(section, context={"folder": config.parent})
    except ValidationError as error:
        message = f"{config}: the section updates has faults; `facet check -c {config}` names them"
        raise UpdateError(message) from error


def _run_installer(installer: Path, wheel: Path) -> None:
    """Run install.sh, copy what it prints into the journal, and raise its error."""
    reason = ""
    with subprocess.Popen(  # noqa: S603 - a script of the release in use, and a path made here
        ["/bin/bash", installer, "--wheel", wheel],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            sys.stdout.write(line)
            if line.startswith("error: ") or not reason.startswith("error: "):
                reason = line.strip() or reason
    if process.returncode != 0:
        message = f"{wheel.name} was not installed: {reason.removeprefix('error: ')}"
        raise UpdateError(message)


def _finish(places: Places, request: Request | None, *, is_installed: bool, message: str) -> bool:
    result = Result(
        request=request.id if request else None,
        at=datetime.now(UTC),
        kind=request.artifact.kind if request else None,
        is_installed=is_installed,
        message=message[:_MAXIMUM_MESSAGE_CHARACTERS],
    )
    sys.stdout.write(f"{message}\n")
    atomic_write(places.result, result.model_dump_json(), mode=_RESULT_MODE)
    return is_installed


def _is_active() -> bool:
    return _systemctl("--quiet", "is-active", _UNIT).returncode == 0


def _invocation() -> str:
    return _systemctl("show", "--property", "InvocationID", "--value", _UNIT).stdout


def _systemctl(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the arguments are those above
        ["/usr/bin/systemctl", *arguments], capture_output=True, text=True, check=False
    )
