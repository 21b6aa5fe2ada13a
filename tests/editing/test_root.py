"""The service asks root to write its files; root refuses what would let the node decide what root installs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from device.editing.contents import Contents
from device.editing.request import FOLDER, REQUEST, ask_root
from device.editing.root import Places, apply
from device.errors import SettingsFileError

_UPDATES = "updates:\n  index: https://example.org/x\n  public_key: !secret key\n"
_TEXT = f"mqtt:\n  host: broker\n{_UPDATES}"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A node that may install updates."""
    places = Places(tmp_path / "facet.yaml", tmp_path / "state", tmp_path / "result.json")
    places.config.write_text(_TEXT)
    secrets = tmp_path / "secrets.yaml"
    secrets.touch(0o600)
    secrets.write_text("key: ours\n")
    (places.state / FOLDER).mkdir(parents=True)
    return places


@contextmanager
def _root(places: Places) -> Iterator[None]:
    """Play facet-settings.path: it starts root when the request is there."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.02):
            if (places.state / FOLDER / REQUEST).exists():
                apply(places)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _ask(places: Places, contents: Contents) -> None:
    with _root(places):
        ask_root(contents, places.state, places.result, patience=20)


def test_root_writes_what_the_node_asks_for(places: Places) -> None:
    """Both files, and the request is gone."""
    _ask(places, Contents(_TEXT.replace("broker", "other"), "key: ours\nmqtt: x\n"))
    assert "host: other" in places.config.read_text()
    assert places.config.with_name("secrets.yaml").read_text() == "key: ours\nmqtt: x\n"
    assert not (places.state / FOLDER / REQUEST).exists()


@pytest.mark.parametrize(
    "contents",
    [
        Contents(_TEXT.replace("example.org", "evil.example")),
        Contents(_TEXT, "key: theirs\n"),
        Contents(_TEXT.replace(_UPDATES, "")),
        Contents(f"{_TEXT}  allow_install: true\n"),
        Contents(f"updates: {{}}\n{_TEXT}"),
        Contents(f"{_TEXT}node: {{state_directory: /etc}}\n"),
    ],
    ids=["index", "by its secret", "removed", "allowed", "twice", "folder"],
)
def test_root_writes_nothing_that_it_relies_on_itself(places: Places, contents: Contents) -> None:
    """A node that was taken over would name its own key, or another folder, and be root."""
    with pytest.raises(SettingsFileError, match=r"can be changed in .* itself only"):
        _ask(places, contents)
    assert places.config.read_text() == _TEXT
    assert places.config.with_name("secrets.yaml").read_text() == "key: ours\n"


def test_root_follows_no_link(places: Places, tmp_path: Path) -> None:
    """The folder is the node's, who may be an attacker."""
    (tmp_path / "shadow").write_text("{}")
    (places.state / FOLDER / REQUEST).symlink_to(tmp_path / "shadow")
    assert not apply(places)
    assert "cannot be taken" in places.result.read_text()
    assert not (places.state / FOLDER / REQUEST).is_symlink()
    assert places.config.read_text() == _TEXT


@pytest.mark.parametrize("request_", [b"{", b"[]", b'{"id":"x"}', b"x" * 600_000])
def test_what_is_no_request_changes_nothing(places: Places, request_: bytes) -> None:
    """It is taken away, so that root does not start for ever."""
    (places.state / FOLDER / REQUEST).write_bytes(request_)
    assert not apply(places)
    assert list((places.state / FOLDER).iterdir()) == []
    assert places.config.read_text() == _TEXT


def test_a_root_that_does_not_answer_is_an_error_with_the_next_step(places: Places) -> None:
    """And the request does not stay."""
    with pytest.raises(SettingsFileError, match=r"is facet-settings\.path active"):
        ask_root(Contents(_TEXT), places.state, places.result, patience=0.05)
    assert not (places.state / FOLDER / REQUEST).exists()
