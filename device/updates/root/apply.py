"""root's side: takes the node's request, verifies it again on a copy of its own, installs, and says what became of it.

Run by facet-update.service as `python -I -B -u -m device.updates.root.apply`, with the code of the release in use.
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
from device.updates.artifact import SOFTWARE, Artifact, Kind
from device.updates.request import RESULT, Request, Result
from device.updates.root.models import install_model
from device.updates.root.pickup import take
from device.updates.signature import read_key, verify

_UNIT = "facet.service"
# Seconds that the node must run with a new network; install.sh looks at a new release for as long.
_SETTLE = 10
_LONGEST_MESSAGE = 1000


def restart_node() -> None:
    """Restart the node if it runs, and see it stay.

    Raises:
        UpdateError: it does not.
    """
    if not Path("/run/systemd/system").is_dir() or not _is_active():
        return
    if _systemctl("restart", _UNIT).returncode == 0:
        invocation = _invocation()
        sleep(_SETTLE)
        if _is_active() and _invocation() == invocation:
            return
    msg = f"the node does not run with it; journalctl --unit {_UNIT} says why"
    raise UpdateError(msg)


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything is on a node that install.sh has made; tests have others.

    Attributes:
        config: the owner's file.
        state: the node's state directory.
        result: where the answer goes.
        models: the folder of updated networks.
        installer: install.sh of the release in use, which makes releases out of wheels.
        restart: restarts the node, and sees it stay.
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
    """Do what the node asks for, if the owner allows it, and leave the answer.

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
        return _answer(places, request, is_installed=False, message=str(error))
    return _answer(places, request, is_installed=True, message=f"{request.artifact} is installed")


def _install(artifact: Artifact, copy: Path, sha256: str, places: Places) -> None:
    settings = _settings(places.config)
    if not settings.allow_install or settings.public_key is None:
        msg = f"{artifact}: updates.allow_install is false"
        raise UpdateError(msg)
    verify(artifact, read_key(settings.public_key), sha256)
    if artifact.kind is Kind.MODEL:
        install_model(copy, artifact, places.models, places.restart)
        return
    if artifact.name != SOFTWARE:
        msg = f"{artifact} is not {SOFTWARE}"
        raise UpdateError(msg)
    artifact.require_newer_than(__version__)
    # pip wants the name that the build gave it, and refuses it if the metadata inside says another version.
    wheel = copy.with_name(f"facet_node-{artifact.version}-py3-none-any.whl")
    copy.rename(wheel)
    _run_installer(places.installer, wheel)


def _settings(config: Path) -> UpdateSettings:
    """Read the one section: what the node's environment gives to others is not here, and faults there are not ours."""
    section = read(config, {}).values.get("updates") or {}
    try:
        return UpdateSettings.model_validate(section, context={"folder": config.parent})
    except ValidationError as error:
        msg = f"{config}: the section updates has faults; `facet check -c {config}` names them"
        raise UpdateError(msg) from error


def _run_installer(installer: Path, wheel: Path) -> None:
    """Run install.sh, let the journal have its words, and keep its last one."""
    reason = ""
    with subprocess.Popen(  # noqa: S603 - our own script, and a path of ours
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
        msg = f"{wheel.name} was not installed: {reason.removeprefix('error: ')}"
        raise UpdateError(msg)


def _answer(places: Places, request: Request | None, *, is_installed: bool, message: str) -> bool:
    result = Result(
        request=request.id if request else None,
        at=datetime.now(UTC),
        kind=request.artifact.kind if request else None,
        is_installed=is_installed,
        message=message[:_LONGEST_MESSAGE],
    )
    sys.stdout.write(f"{message}\n")
    unfinished = places.result.with_suffix(".part")
    unfinished.write_text(result.model_dump_json(), encoding="utf-8")
    unfinished.chmod(0o644)
    unfinished.replace(places.result)
    return is_installed


def _is_active() -> bool:
    return _systemctl("--quiet", "is-active", _UNIT).returncode == 0


def _invocation() -> str:
    return _systemctl("show", "--property", "InvocationID", "--value", _UNIT).stdout


def _systemctl(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - arguments of ours
        ["/usr/bin/systemctl", *arguments], capture_output=True, text=True, check=False
    )


if __name__ == "__main__":
    sys.exit(0 if apply(Places()) else 1)
