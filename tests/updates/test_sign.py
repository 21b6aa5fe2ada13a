"""The maintainer's command: from a key and a wheel to a folder that a web server may offer."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from device.networks.files import ZOO
from device.system.secret_address import SecretAddress
from device.updates.node.index import read_index
from device.updates.release.sign import write_index
from device.updates.signature import read_key, verify
from tests.previous import previous_checkout
from tests.updates.conftest import Maintainer


def sign(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        [sys.executable, "-m", "device.updates.sign", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_the_command_writes_nodes_accept(tmp_path: Path, release_wheel: Path) -> None:
    """Key, wheel and network, with the words of the manual."""
    key = sign("key", tmp_path / "facet-release.pem")
    assert key.returncode == 0, key.stderr
    network = ZOO / "attributes-lite.tflite"
    written = sign(
        "index", tmp_path / "site", "--key", tmp_path / "facet-release.pem",
        "--wheel", release_wheel, "--model", network, "--summary", "Finds more",
        "--model-summary", "Knows hats", "--model-url", "https://example.org/hats",
    )  # fmt: skip
    assert written.returncode == 0, written.stderr
    index = read_index(SecretAddress((tmp_path / "site" / "index.json").as_uri()))
    assert index.release is not None
    assert index.release.summary == "Finds more"
    model = index.model("attributes-lite")
    assert model is not None
    assert (model.summary, model.release_url) == ("Knows hats", "https://example.org/hats")
    assert (tmp_path / "site" / "facet_node-9.9.0.cdx.json").is_file()
    for listed in (index.release, model):
        file = tmp_path / "site" / Path(listed.url).name
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        verify(listed.artifact, read_key(key.stdout.strip()), digest)


def test_older_nodes_find_a_network_of_two_files_and_newer_ones_that_of_four(
    tmp_path: Path, maintainer: Maintainer
) -> None:
    """Both are of one version, and each has its signature."""
    index = write_index(tmp_path, maintainer.key, None, [ZOO / "attributes-lite.tflite"])
    (older,) = json.loads(index.read_text())["models"]
    newer = read_index(SecretAddress(index.as_uri())).model("attributes-lite")
    assert newer is not None
    assert newer.version == older["version"]
    names = {"attributes-lite.tflite", "attributes-lite.json"}
    more = {"attributes-lite.eight-bit.tflite", "attributes-lite.eight-bit.json"}
    with zipfile.ZipFile(tmp_path / older["url"]) as packed:
        assert set(packed.namelist()) == names
    archive = tmp_path / Path(newer.url).name
    with zipfile.ZipFile(archive) as packed:
        assert set(packed.namelist()) == names | more
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    verify(newer.artifact, read_key(maintainer.public_key), digest)


_READ_INDEX = """
import sys
from device.updates.index import read_index
(model,) = read_index(sys.argv[1]).models
print(model.url)
"""


def test_a_node_of_the_previous_release_still_finds_its_archive(
    tmp_path: Path, maintainer: Maintainer
) -> None:
    """It ignores what it does not know of an index."""
    site, release = tmp_path / "site", previous_checkout(tmp_path / "release")
    index = write_index(site, maintainer.key, None, [ZOO / "attributes-lite.tflite"])
    ended = subprocess.run(
        [sys.executable, "-c", _READ_INDEX, index.as_uri()],
        env={**os.environ, "PYTHONPATH": str(release)},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    with zipfile.ZipFile(site / Path(ended.stdout.strip()).name) as packed:
        assert set(packed.namelist()) == {"attributes-lite.tflite", "attributes-lite.json"}


def test_a_file_that_is_no_wheel_of_facet_is_not_signed(tmp_path: Path) -> None:
    """The error is a line and says how one is called."""
    sign("key", tmp_path / "key.pem")
    other = tmp_path / "other-1.0-py3-none-any.whl"
    other.touch()
    ended = sign("index", tmp_path / "site", "--key", tmp_path / "key.pem", "--wheel", other)
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: --wheel")
    assert "facet_node-VERSION-py3-none-any.whl" in ended.stderr


_WITHOUT_THE_EXTRA = """
import sys
sys.modules["cyclonedx"] = None
from device.updates.release.sign import main
main()
"""


def _without_the_extra(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command where `release` was not installed with Facet, for instance on a node."""
    return subprocess.run(
        [sys.executable, "-c", _WITHOUT_THE_EXTRA, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_its_extra_the_list_of_components_is_left_out_and_what_to_install_is_said(
    tmp_path: Path, release_wheel: Path
) -> None:
    """The release is signed all the same; who asks for the list alone gets an error."""
    key, site = tmp_path / "key.pem", tmp_path / "site"
    sign("key", key)
    ended = _without_the_extra("index", site, "--key", key, "--wheel", release_wheel)
    assert ended.returncode == 0, ended.stderr
    assert "pip install 'facet-node[release]'" in ended.stderr
    assert (site / "index.json").is_file()
    assert not list(site.glob("*.cdx.json"))
    alone = _without_the_extra("sbom", release_wheel, "--out", site)
    assert alone.returncode == 1
    assert alone.stderr.startswith("error: it needs the package cyclonedx")


def test_the_list_of_components_can_be_made_from_a_wheel_alone(
    tmp_path: Path, release_wheel: Path
) -> None:
    """Without the key: by whoever wants to compare."""
    ended = sign("sbom", release_wheel, "--out", tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == f"{tmp_path / 'facet_node-9.9.0.cdx.json'} is written\n"
