"""The maintainer's command: from a key and a wheel to a folder that a web server may offer."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from device.networks.files import ZOO
from device.updates.node.index import read_index
from device.updates.signature import read_key, verify


def sign(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        [sys.executable, "-m", "device.updates.sign", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_the_command_writes_nodes_accept(tmp_path: Path, wheel: Path) -> None:
    """Key, wheel and network, with the words of the manual."""
    key = sign("key", tmp_path / "facet-release.pem")
    assert key.returncode == 0, key.stderr
    network = ZOO / "attributes-lite.tflite"
    written = sign(
        "index", tmp_path / "site", "--key", tmp_path / "facet-release.pem",
        "--wheel", wheel, "--model", network, "--summary", "Finds more",
        "--model-summary", "Knows hats", "--model-url", "https://example.org/hats",
    )  # fmt: skip
    assert written.returncode == 0, written.stderr
    index = read_index((tmp_path / "site" / "index.json").as_uri())
    assert index.release is not None
    assert index.release.summary == "Finds more"
    model = index.model("attributes-lite")
    assert model is not None
    assert (model.summary, model.release_url) == ("Knows hats", "https://example.org/hats")
    for listed in (index.release, model):
        file = tmp_path / "site" / Path(listed.url).name
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        verify(listed.artifact, read_key(key.stdout.strip()), digest)


def test_a_file_that_is_no_wheel_of_facet_is_not_signed(tmp_path: Path) -> None:
    """The error is a line and says how one is called."""
    sign("key", tmp_path / "key.pem")
    other = tmp_path / "other-1.0-py3-none-any.whl"
    other.touch()
    ended = sign("index", tmp_path / "site", "--key", tmp_path / "key.pem", "--wheel", other)
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: --wheel")
    assert "facet_node-VERSION-py3-none-any.whl" in ended.stderr
