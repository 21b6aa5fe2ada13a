"""The download: how much of it has come, and when it ends early."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.system.secret_address import SecretAddress
from device.updates.node.index import Release, read_index
from device.updates.node.staging import download
from device.updates.release.sign import write_index
from device.updates.signature import read_key
from tests.updates.conftest import Maintainer, Site

_BYTES = 400_000


@pytest.fixture
def large(site: Site, maintainer: Maintainer, tmp_path: Path) -> Site:
    """A site with a release that comes in several pieces."""
    wheel = tmp_path / "facet_node-9.9.0-py3-none-any.whl"
    wheel.write_bytes(b"PK" * (_BYTES // 2))
    write_index(site.folder, maintainer.key, wheel, [])
    return site


def _release(index: str) -> Release:
    release = read_index(SecretAddress(index)).release
    assert release is not None
    return release


@pytest.mark.parametrize("is_local", [False, True], ids=["from a server", "from a file"])
def test_a_download_tells_how_much_of_how_much_has_come(
    large: Site, maintainer: Maintainer, tmp_path: Path, is_local: bool
) -> None:
    """Piece by piece, up to all of it."""
    release = _release((large.folder / "index.json").as_uri() if is_local else large.index)
    told: list[tuple[int, int | None]] = []
    key = read_key(maintainer.public_key)
    folder = tmp_path / "update"
    assert download(
        folder,
        release.address,
        release.artifact,
        key,
        lambda: False,
        lambda received, total: told.append((received, total)),
        30,
    )
    assert len(told) > 3
    assert told == sorted(told)
    assert told[-1] == (_BYTES, _BYTES)
    assert {total for _received, total in told} == {_BYTES}


def test_a_download_ends_with_the_node(large: Site, maintainer: Maintainer, tmp_path: Path) -> None:
    """What has come of it is not taken for the file."""
    release = _release(large.index)
    key = read_key(maintainer.public_key)
    folder = tmp_path / "update"
    told: list[int] = []
    assert not download(
        folder,
        release.address,
        release.artifact,
        key,
        lambda: bool(told),
        lambda received, _total: told.append(received),
        30,
    )
    assert len(told) == 1
    assert not (folder / "artifact").exists()
