"""The signature: over name, version and file together, by the one key that the owner trusts."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from device.errors import UpdateError
from device.updates.artifact import Artifact, Kind, is_newer
from device.updates.release.sign import make_key, read_private_key, signed
from device.updates.signature import read_key, verify
from tests.updates.conftest import Maintainer


@pytest.fixture
def artifact(maintainer: Maintainer, wheel: Path) -> Artifact:
    """A signed wheel."""
    return signed(Kind.SOFTWARE, "facet-node", "9.9.0", wheel, maintainer.key)


def digest(file: Path) -> str:
    """The file's SHA-256."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_what_the_maintainer_signed_is_accepted(
    artifact: Artifact, maintainer: Maintainer, wheel: Path
) -> None:
    """With the key that `sign key` printed."""
    verify(artifact, read_key(maintainer.public_key), digest(wheel))


@pytest.mark.parametrize(
    "change",
    [
        {"version": "9.9.1"},  # an old wheel that claims to be newer
        {"name": "facet-other"},
        {"kind": Kind.MODEL},  # a model in the place of the software
        {"signature": "A" * 88},
        {"signature": "é" * 88},
    ],
)
def test_a_signature_is_for_one_name_version_and_kind(
    artifact: Artifact, maintainer: Maintainer, wheel: Path, change: dict[str, object]
) -> None:
    """It vouches for nothing else."""
    claimed = artifact.model_copy(update=change)
    with pytest.raises(UpdateError, match=r"the signature is not by updates\.public_key"):
        verify(claimed, read_key(maintainer.public_key), digest(wheel))


def test_another_file_is_rejected(artifact: Artifact, maintainer: Maintainer, wheel: Path) -> None:
    """Damaged on the way, or exchanged."""
    wheel.write_bytes(wheel.read_bytes()[:-1] + b"!")
    with pytest.raises(UpdateError, match="it is another file"):
        verify(artifact, read_key(maintainer.public_key), digest(wheel))


def test_a_file_with_its_own_digest_needs_its_own_signature(
    artifact: Artifact, maintainer: Maintainer, wheel: Path
) -> None:
    """A server can change the digest along with the file, and it does not help."""
    wheel.write_bytes(b"malice")
    claimed = artifact.model_copy(update={"sha256": digest(wheel)})
    with pytest.raises(UpdateError, match="the signature is not by"):
        verify(claimed, read_key(maintainer.public_key), digest(wheel))


def test_another_maintainers_signature_is_rejected(
    artifact: Artifact, wheel: Path, tmp_path: Path
) -> None:
    """However good it is."""
    stranger = make_key(tmp_path / "stranger.pem")
    with pytest.raises(UpdateError, match="somebody else made it"):
        verify(artifact, read_key(stranger), digest(wheel))


def test_the_key_may_stand_in_a_file(maintainer: Maintainer, tmp_path: Path) -> None:
    """As `sign key > release.pub` writes it."""
    file = tmp_path / "release.pub"
    file.write_text(f"{maintainer.public_key}\n")
    assert read_key(str(file)) == read_key(maintainer.public_key)


@pytest.mark.parametrize("content", [None, "", "letters", "A" * 43, "ü"])
def test_what_is_no_key_is_named(tmp_path: Path, content: str | None) -> None:
    """With where to get one."""
    file = tmp_path / "release.pub"
    if content is not None:
        file.write_text(content)
    with pytest.raises(UpdateError, match=r"updates\.public_key.*sign key"):
        read_key(str(file))


def test_a_node_that_verifies_nothing_needs_no_cryptography() -> None:
    """32-bit ARM installs it from Debian; until then it is the button that fails, and says so."""
    program = """
import sys
sys.modules["cryptography"] = None
import device.node.wiring
from device.updates.signature import read_key
read_key("A" * 43 + "=")
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert ended.stderr.endswith("run: sudo apt install python3-cryptography\n"), ended.stderr


def test_a_private_key_is_for_its_owner_alone_and_never_overwritten(maintainer: Maintainer) -> None:
    """It cannot be made again."""
    assert maintainer.private_file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UpdateError, match="never overwritten"):
        make_key(maintainer.private_file)


def test_another_kind_of_key_does_not_sign(tmp_path: Path) -> None:
    """The error names the file."""
    file = tmp_path / "key.pem"
    file.write_text("nonsense")
    with pytest.raises(UpdateError, match=r"--key .*key\.pem is not a private key"):
        read_private_key(file)


@pytest.mark.parametrize(
    ("version", "installed", "newer"),
    [
        ("0.10.0", "0.9.0", True),
        ("0.2.0", "0.2.0rc1", True),
        ("0.2.0", "0.2.0", False),
        ("0.2", "0.2.0", False),
        ("0.1.9", "0.2.0", False),
        ("0.2.0rc1", "0.2.0", False),
        ("2026.11.25", "2026.11.24", True),
    ],
)
def test_versions_are_numbers_not_words(version: str, installed: str, newer: bool) -> None:
    """As PEP 440 orders them."""
    assert is_newer(version, installed) is newer
