"""The node's side: what Home Assistant is shown, and how its button leads to a request that root takes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import device.updates.node.checker
from device import __version__
from device.config.sections.updates import UpdateSettings
from device.supervision.heartbeat import Heartbeat
from device.updates.artifact import Kind
from device.updates.node.checker import Updates
from device.updates.node.status import UpdateStatus
from device.updates.release.sign import make_key, write_index
from device.updates.root.apply import apply
from tests.updates.conftest import NETWORK, NEWER, Maintainer, Pi, Site, newer_network

_PATIENCE = 30.0

Start = Callable[..., Updates]


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for something that other threads do."""
    end = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < end, f"not within {_PATIENCE:.0f} s: {what}"
        time.sleep(0.02)


@pytest.fixture
def published(site: Site, maintainer: Maintainer, wheel: Path) -> Site:
    """A site with a release."""
    write_index(site.folder, maintainer.key, wheel, [], summary="Finds more")
    return site


@pytest.fixture
def start(
    published: Site, maintainer: Maintainer, pi: Pi, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Start]:
    """A function that starts a node's search for updates, with changed settings; all end with the test."""
    monkeypatch.setattr(device.updates.node.checker, "_POLL", 0.05)
    with ExitStack() as running:

        def _start(**changes: object) -> Updates:
            settings = UpdateSettings.model_validate(
                {
                    "index": published.index,
                    "allow_install": True,
                    "public_key": maintainer.public_key,
                }
                | changes
            )
            updates = Updates(
                settings, pi.folder, (NETWORK, "1.0"), Heartbeat("updates"), pi.places.result
            )
            updates.start()
            running.callback(updates.stop)
            return updates

        yield _start


def test_a_newer_release_is_shown(start: Start) -> None:
    """With what the index says of it, and not yet in progress."""
    updates = start()
    until(lambda: updates.news.release, "the index is read")
    assert updates.news.software("0.0.1") == {
        "installed_version": __version__,
        "latest_version": "9.9.0",
        "release_summary": "Finds more",
        "in_progress": False,
    }
    assert updates.news.network() == {
        "installed_version": "1.0",
        "latest_version": "1.0",
        "in_progress": False,
    }


def test_without_an_index_the_broker_is_believed(start: Start) -> None:
    """As before there was any: nothing is fetched, and there is no thread."""
    updates = start(index=None, allow_install=False)
    shown = {"installed_version": __version__, "latest_version": "0.5.0"}
    assert updates.news.software("0.5.0") == shown
    assert not updates._thread.is_alive()  # noqa: SLF001 - the claim


def test_the_button_leads_to_an_installation(start: Start, pi: Pi) -> None:
    """The node downloads and asks; root installs and answers; the node shows the answer."""
    updates = start()
    until(lambda: updates.news.release, "the index is read")
    updates.install(Kind.SOFTWARE)
    until((pi.folder / "request").exists, "the request is there")
    assert updates.news.software("")["in_progress"] is True
    assert apply(pi.places)
    until(lambda: not updates.news.installing, "the answer is heard")
    assert updates.news.last is not None
    assert updates.news.last.endswith(": facet-node 9.9.0 is installed")
    assert len(pi.installed) == 1


def test_a_network_is_installed_like_the_software(
    start: Start, published: Site, maintainer: Maintainer, pi: Pi, tmp_path: Path
) -> None:
    """From the same index, through the same request."""
    write_index(published.folder, maintainer.key, None, [newer_network(tmp_path / "new")])
    updates = start()
    until(lambda: updates.news.model, "the index is read")
    updates.install(Kind.MODEL)
    until((pi.folder / "request").exists, "the request is there")
    assert apply(pi.places), pi.result["message"]
    until(lambda: not updates.news.installing, "the answer is heard")
    assert updates.news.last is not None
    assert f"{NETWORK} {NEWER} is installed" in updates.news.last


def test_a_file_that_is_not_the_signed_one_is_not_asked_for(
    start: Start, published: Site, pi: Pi
) -> None:
    """The owner hears of it at once."""
    (published.folder / "facet_node-9.9.0-py3-none-any.whl").write_bytes(b"malice")
    updates = start()
    until(lambda: updates.news.release, "the index is read")
    updates.install(Kind.SOFTWARE)
    until(lambda: updates.news.last, "the refusal is shown")
    assert "it is another file" in (updates.news.last or "")
    assert not updates.news.installing
    assert not (pi.folder / "request").exists()


def test_an_older_release_is_neither_downloaded_nor_asked_for(
    start: Start, published: Site, pi: Pi
) -> None:
    """Whatever the index calls the newest."""
    published.rewrite(version="0.0.1")
    updates = start()
    until(lambda: updates.news.release, "the index is read")
    updates.install(Kind.SOFTWARE)
    until(lambda: updates.news.last, "the refusal is shown")
    assert "updates never go back" in (updates.news.last or "")
    assert not pi.folder.exists()


def test_another_key_is_noticed_before_root_is_asked(start: Start, pi: Pi, tmp_path: Path) -> None:
    """A key that was exchanged on one side only."""
    updates = start(public_key=make_key(tmp_path / "other.pem"))
    until(lambda: updates.news.release, "the index is read")
    updates.install(Kind.SOFTWARE)
    until(lambda: updates.news.last, "the refusal is shown")
    assert "the key has changed" in (updates.news.last or "")
    assert not (pi.folder / "request").exists()


def test_nothing_is_installed_against_the_owners_will(
    start: Start, pi: Pi, caplog: pytest.LogCaptureFixture
) -> None:
    """A command may come from anybody whom the broker lets write."""
    updates = start(allow_install=False)
    updates.install(Kind.SOFTWARE)
    assert "updates.allow_install is false" in caplog.text
    assert "in_progress" not in updates.news.software("")
    assert not pi.folder.exists()


def test_a_request_that_nobody_takes_is_withdrawn(
    start: Start, pi: Pi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would be carried out at some later time, to everybody's surprise."""
    monkeypatch.setattr(device.updates.node.checker, "_BEGINNING", 0.2)
    updates = start()
    until(lambda: updates.news.release, "the index is read")
    updates.install(Kind.SOFTWARE)
    until(lambda: updates.news.last, "the node gives up")
    assert "systemctl enable --now facet-update.path" in (updates.news.last or "")
    assert not (pi.folder / "request").exists()
    assert not updates.news.installing


def test_the_node_that_was_restarted_by_its_update_hears_of_it(
    start: Start, pi: Pi, published: Site
) -> None:
    """Root answers only after it has seen the new release run."""
    first = start()
    until(lambda: first.news.release, "the index is read")
    first.install(Kind.SOFTWARE)
    until((pi.folder / "request").exists, "the request is there")
    first.stop()
    second = start()
    until(lambda: second.news.release, "the new release reads the index")
    assert second.news.last is None
    assert apply(pi.places)
    until(lambda: second.news.last, "the answer is heard")
    assert published.folder.exists()


def test_an_index_that_cannot_be_read_is_said_once(
    start: Start, published: Site, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And tried again; what was known stays."""
    monkeypatch.setattr(device.updates.node.checker, "_RETRY", 0.05)
    (published.folder / "index.json").rename(published.folder / "aside")
    with caplog.at_level(logging.DEBUG):
        updates = start()
        until(lambda: caplog.text.count("cannot be read") > 2, "it is tried again")
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 1
    (published.folder / "aside").rename(published.folder / "index.json")
    until(lambda: updates.news.release, "the index is read")


def test_news_come_sooner_when_somebody_says_so(
    start: Start, published: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The retained topic is a hint to look, and a thousand of them are one."""
    monkeypatch.setattr(device.updates.node.checker, "_LEAST_INTERVAL", 0.2)
    updates = start()
    until(lambda: updates.news.release, "the index is read")
    published.rewrite(version="9.9.1")
    for _ in range(1000):
        updates.look()
    until(lambda: updates.news.software("")["latest_version"] == "9.9.1", "it is read again")


def test_a_node_whose_network_is_unknown_shows_no_version_of_it() -> None:
    """In safe mode its description may be what is broken."""
    assert UpdateStatus().network() is None
