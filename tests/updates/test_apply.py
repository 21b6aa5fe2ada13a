"""root's side: whatever the node's folder holds, only what the owner's maintainer signed is installed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from device import __version__
from device.updates.artifact import MAXIMUM_BYTES, Artifact, Kind
from device.updates.release.sign import make_key, read_private_key, signed
from device.updates.request import Request
from device.updates.root.apply import apply
from tests.updates.conftest import Maintainer, Pi


def ask(pi: Pi, artifact: Artifact, file: Path | bytes) -> str:
    """Put a request and its file where the node would; return the request's id."""
    pi.folder.mkdir(exist_ok=True)
    data = file if isinstance(file, bytes) else file.read_bytes()
    (pi.folder / "artifact").write_bytes(data)
    request = Request(id=uuid4().hex, artifact=artifact)
    (pi.folder / "request").write_text(request.model_dump_json())
    return request.id


@pytest.fixture
def artifact(maintainer: Maintainer, wheel: Path) -> Artifact:
    """A signed wheel."""
    return signed(Kind.SOFTWARE, "facet-node", "9.9.0", wheel, maintainer.key)


def assert_rejected(pi: Pi, why: str) -> None:
    """Assert that root installs nothing, says why, and does not meet the request again."""
    assert not apply(pi.places)
    assert why in pi.result["message"]
    assert pi.result["is_installed"] is False
    assert pi.installed == []
    assert not (pi.folder / "request").exists()


def test_a_signed_newer_wheel_is_installed(pi: Pi, artifact: Artifact, wheel: Path) -> None:
    """By install.sh, from a copy with the name that pip wants; the answer bears the request's id."""
    request = ask(pi, artifact, wheel)
    assert apply(pi.places)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    assert pi.installed == [f"--wheel facet_node-9.9.0-py3-none-any.whl {digest}"]
    assert pi.result["request"] == request
    assert pi.result["is_installed"] is True
    assert pi.result["message"] == "facet-node 9.9.0 is installed"
    assert list(pi.folder.iterdir()) == []
    assert pi.places.result.stat().st_mode & 0o777 == 0o644


def test_what_install_sh_says_of_a_failure_is_the_answer(
    pi: Pi, artifact: Artifact, wheel: Path
) -> None:
    """The error itself, not the last of the lines that tell how it rolled back."""
    (pi.places.installer.with_name("broken")).touch()
    ask(pi, artifact, wheel)
    assert not apply(pi.places)
    assert pi.result["message"].endswith("any.whl was not installed: it does not start")


def test_a_tampered_wheel_is_rejected(pi: Pi, artifact: Artifact) -> None:
    """The node may have been taken over after it verified."""
    ask(pi, artifact, b"malice")
    assert_rejected(pi, "it is another file")


def test_a_stranger_signs_in_vain(pi: Pi, wheel: Path, tmp_path: Path) -> None:
    """Only the key in the owner's file counts."""
    make_key(tmp_path / "stranger.pem")
    key = read_private_key(tmp_path / "stranger.pem")
    ask(pi, signed(Kind.SOFTWARE, "facet-node", "9.9.0", wheel, key), wheel)
    assert_rejected(pi, "somebody else made it")


@pytest.mark.parametrize("version", [__version__, "0.0.1", f"{__version__}rc1"])
def test_an_old_signed_wheel_does_not_come_back(
    pi: Pi, maintainer: Maintainer, wheel: Path, version: str
) -> None:
    """Its known faults would come back with it."""
    ask(pi, signed(Kind.SOFTWARE, "facet-node", version, wheel, maintainer.key), wheel)
    assert_rejected(pi, "updates never go back")


def test_an_old_signed_wheel_does_not_pass_for_a_new_one(
    pi: Pi, maintainer: Maintainer, wheel: Path
) -> None:
    """The version is part of what is signed."""
    old = signed(Kind.SOFTWARE, "facet-node", "0.0.1", wheel, maintainer.key)
    ask(pi, old.model_copy(update={"version": "9.9.0"}), wheel)
    assert_rejected(pi, "the signature is not by")


def test_another_distribution_of_the_maintainers_is_rejected(
    pi: Pi, maintainer: Maintainer, wheel: Path
) -> None:
    """A key may sign more than Facet."""
    ask(pi, signed(Kind.SOFTWARE, "other", "9.9.0", wheel, maintainer.key), wheel)
    assert_rejected(pi, "is not facet-node")


def test_nothing_is_installed_unless_the_owner_allows_it(
    pi: Pi, artifact: Artifact, wheel: Path
) -> None:
    """Root asks the owner's file, not the node."""
    text = pi.places.config.read_text()
    pi.places.config.write_text(text.replace("allow_install: true", "allow_install: false"))
    ask(pi, artifact, wheel)
    assert_rejected(pi, "updates.allow_install is false")


def test_a_faulty_section_is_named(pi: Pi, artifact: Artifact, wheel: Path) -> None:
    """With the command that says more."""
    pi.places.config.write_text("updates: {allow_install: true}\n")
    ask(pi, artifact, wheel)
    assert_rejected(pi, "the section updates has faults; `facet check -c")


def _link_to_secret(pi: Pi, name: str) -> None:
    secret = pi.places.config.with_name("secret")
    secret.write_text("hush")
    (pi.folder / name).unlink()
    (pi.folder / name).symlink_to(secret)


def _pipe(pi: Pi, name: str) -> None:
    (pi.folder / name).unlink()
    os.mkfifo(pi.folder / name)


def _huge(pi: Pi, name: str) -> None:
    os.truncate(pi.folder / name, MAXIMUM_BYTES + 1)


def _missing(pi: Pi, name: str) -> None:
    (pi.folder / name).unlink()


@pytest.mark.parametrize(
    ("attack", "why"),
    [
        (_link_to_secret, "a plain file is needed"),
        (_pipe, "is not a plain file"),
        (_huge, "that are allowed"),
        (_missing, "cannot be taken"),
    ],
)
@pytest.mark.parametrize("name", ["request", "artifact"])
def test_only_plain_files_of_bounded_size_are_taken(
    pi: Pi, artifact: Artifact, wheel: Path, name: str, attack: Callable[[Pi, str], None], why: str
) -> None:
    """No link makes root read another file, no pipe makes it wait, no size fills the disk."""
    ask(pi, artifact, wheel)
    attack(pi, name)
    assert_rejected(pi, why)
    secret = pi.places.config.with_name("secret")
    assert not secret.exists() or secret.read_text() == "hush"


def test_a_linked_folder_is_rejected(
    pi: Pi, artifact: Artifact, wheel: Path, tmp_path: Path
) -> None:
    """Root would remove files elsewhere."""
    ask(pi, artifact, wheel)
    pi.folder.rename(tmp_path / "elsewhere")
    pi.folder.symlink_to(tmp_path / "elsewhere")
    assert not apply(pi.places)
    assert "is not a folder with a request" in pi.result["message"]
    assert (tmp_path / "elsewhere" / "request").exists()


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 4000, b"\xff\xfe", b'{"id":"x"}'])
def test_a_request_of_nonsense_is_rejected_once(pi: Pi, content: bytes) -> None:
    """And repeats nothing of it: it may be anything."""
    pi.folder.mkdir()
    (pi.folder / "request").write_bytes(content)
    assert_rejected(pi, "is not a request to install")
    assert pi.result["request"] is None


def test_a_request_names_no_path(pi: Pi, artifact: Artifact, wheel: Path) -> None:
    """Its version becomes part of a file's name."""
    ask(pi, artifact, wheel)
    request = json.loads((pi.folder / "request").read_text())
    request["artifact"]["version"] = "9.9/../../x"
    (pi.folder / "request").write_text(json.dumps(request))
    assert_rejected(pi, "is not a request to install")
