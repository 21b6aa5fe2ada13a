"""The section `updates`: which settings need each other, and where files are."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.config import ConfigError, load
from tests.config.conftest import Write

_KEY = "A" * 43 + "="


@pytest.mark.parametrize(
    ("updates", "fault"),
    [
        ("{allow_install: true}", "is true without updates.index; add it, or set allow_install"),
        ("{allow_install: true, index: a.json}", "is true without updates.public_key; add it"),
        ("{allow_install: true, public_key: a}", "is true without updates.index; add it"),
        ("{index: 'http://x.org/index.json'}", "allowed: an address that begins with https://"),
        ("{index: 'ftp://x.org/index.json'}", "allowed: an address that begins with https://"),
        ("{index: 'https:/x.org/index.json'}", "allowed: an address that begins with https://"),
        ("{index: ''}", "allowed: an address that begins with https://"),
        ("{check_interval: 5}", "found 5; allowed: a whole number, 60 to 2592000"),
        ("{allow_install: 'yes'}", "allowed: true or false"),
    ],
)
def test_a_setting_that_cannot_work_names_what_to_add(
    write: Write, updates: str, fault: str
) -> None:
    """With its line."""
    path = write(f"mqtt: {{host: broker}}\nupdates: {updates}\n")
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert f"{path}:2: updates." in str(caught.value)
    assert fault in str(caught.value)


def test_paths_start_beside_the_file(write: Write, tmp_path: Path) -> None:
    """Both of an index and of a key; addresses and keys are not changed."""
    path = write("mqtt: {host: b}\nupdates: {index: new/index.json, public_key: release.pub}\n")
    updates = load(path).updates
    assert updates.index is not None
    assert updates.index.reveal() == (tmp_path / "new" / "index.json").as_uri()
    assert updates.public_key == str(tmp_path / "release.pub")
    path = write(
        f"mqtt: {{host: b}}\nupdates: {{index: https://x.org/index.json, public_key: {_KEY}}}\n"
    )
    updates = load(path).updates
    assert updates.index is not None
    assert (updates.index.reveal(), updates.public_key) == ("https://x.org/index.json", _KEY)


def test_by_default_no_index_is_read_and_nothing_is_installed(write: Write) -> None:
    """A node connects only to its broker and to what its owner has named."""
    updates = load(write("mqtt: {host: broker}\n")).updates
    assert updates.index is None
    assert not updates.allow_install
