"""SECURITY.md's commands: they accept what the maintainer has signed, and nothing else."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from device.system.secret_address import SecretAddress
from device.updates.node.index import read_index
from device.updates.release.sign import make_key
from tests.updates.conftest import Maintainer, Site

_PAGE = Path(__file__).parents[2] / "SECURITY.md"


def _verify(folder: Path, maintainer: Maintainer) -> subprocess.CompletedProcess[str]:
    """Run the page's commands, with the values of this release in the first lines."""
    [commands] = re.findall(r"```sh\n(version=.*?)```", _PAGE.read_text("utf-8"), re.DOTALL)
    release = read_index(SecretAddress((folder / "index.json").as_uri())).release
    assert release is not None
    values = {
        "version": release.artifact.version,
        "public_key": maintainer.public_key,
        "signature": release.artifact.signature,
    }
    for name, value in values.items():
        commands, count = re.subn(rf"(?m)^{name}=.*$", f"{name}={value}", commands)
        assert count == 1, f"SECURITY.md has no line {name}="
    return subprocess.run(
        ["sh", "-euc", commands], cwd=folder, capture_output=True, text=True, check=False
    )


def test_what_was_signed_is_verified(published: Site, maintainer: Maintainer) -> None:
    """In the words that the page quotes."""
    ended = _verify(published.folder, maintainer)
    assert ended.returncode == 0, ended.stderr
    assert "Signature Verified Successfully" in ended.stdout


def test_a_changed_file_is_not_verified(published: Site, maintainer: Maintainer) -> None:
    """One byte more in the wheel is enough."""
    with (published.folder / "facet_node-9.9.0-py3-none-any.whl").open("ab") as file:
        file.write(b"\n")
    _assert_is_rejected(_verify(published.folder, maintainer))


def test_a_strangers_signature_is_not_verified(published: Site, tmp_path: Path) -> None:
    """The index and the file are whole, and the key is another."""
    stranger = tmp_path / "stranger.pem"
    public_key = make_key(stranger)
    _assert_is_rejected(_verify(published.folder, Maintainer(stranger, public_key)))


def _assert_is_rejected(ended: subprocess.CompletedProcess[str]) -> None:
    assert ended.returncode != 0
    assert "Signature Verification Failure" in ended.stdout + ended.stderr
