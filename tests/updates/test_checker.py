"""The node's side: what Home Assistant is shown, and how its button leads to a request that root takes.

The tests take the turns of the thread themselves, and move its clock; one of them lets the thread run.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path

import pytest

from device import __version__
from device.updates.artifact import Kind
from device.updates.node.status import UpdateStatus
from device.updates.node.timing import Timing
from device.updates.release.sign import make_key, write_index
from device.updates.root.apply import apply
from tests.clock import Clock
from tests.updates.conftest import (
    CHECK_INTERVAL,
    NETWORK,
    NEWER,
    Maintainer,
    Make,
    Pi,
    Site,
    newer_network,
    requested,
)

_TIMING = Timing()


def test_a_newer_release_is_shown(make: Make) -> None:
    """With what the index says of it, and not yet in progress."""
    status = make().status
    assert status.software("0.0.1") == {
        "installed_version": __version__,
        "latest_version": "9.9.0",
        "release_summary": "Finds more",
        "in_progress": False,
    }
    assert status.network() == {
        "installed_version": "1.0",
        "latest_version": "1.0",
        "in_progress": False,
    }


def test_without_an_index_what_was_published_on_the_broker_counts(make: Make) -> None:
    """Nothing is fetched, and there is no thread."""
    updates = make(index=None, allow_install=False)
    updates.start()
    shown = {"installed_version": __version__, "latest_version": "0.5.0"}
    assert updates.status.software("0.5.0") == shown
    assert not updates.is_running
    updates.stop()


def test_the_thread_takes_the_turns_and_ends_when_it_should(make: Make, pi: Pi) -> None:
    """All other tests here take them by hand."""
    updates = make()
    updates.start()
    assert updates.is_running
    updates.install(Kind.SOFTWARE)
    end = time.monotonic() + 30
    while not requested(pi):
        assert time.monotonic() < end, "root is not asked within 30 s"
        time.sleep(0.01)
    updates.stop(timeout=30)
    assert not updates.is_running


def test_the_button_leads_to_an_installation(make: Make, pi: Pi) -> None:
    """The node downloads and asks; root installs and writes its result; the node shows it."""
    updates = make()
    updates.install(Kind.SOFTWARE)
    assert updates.status.software("")["in_progress"] is True
    updates.turn()
    assert requested(pi)
    assert updates.status.software("")["in_progress"] is True
    assert apply(pi.places)
    updates.turn()
    assert not updates.status.installing
    assert updates.status.last is not None
    assert updates.status.last.endswith(": facet-node 9.9.0 is installed")
    assert len(pi.installed) == 1


def test_a_network_is_installed_like_the_software(
    make: Make, published: Site, maintainer: Maintainer, pi: Pi, tmp_path: Path
) -> None:
    """From the same index, through the same request."""
    write_index(published.folder, maintainer.key, None, [newer_network(tmp_path / "new")])
    updates = make()
    updates.install(Kind.MODEL)
    updates.turn()
    assert apply(pi.places), pi.result["message"]
    updates.turn()
    assert updates.status.last is not None
    assert f"{NETWORK} {NEWER} is installed" in updates.status.last


def test_a_file_that_is_not_the_signed_one_is_not_asked_for(
    make: Make, published: Site, pi: Pi
) -> None:
    """The owner sees it at once."""
    (published.folder / "facet_node-9.9.0-py3-none-any.whl").write_bytes(b"malice")
    updates = make()
    updates.install(Kind.SOFTWARE)
    updates.turn()
    assert "it is another file" in (updates.status.last or "")
    assert not updates.status.installing
    assert not requested(pi)


def test_an_older_release_is_neither_downloaded_nor_asked_for(
    make: Make, published: Site, pi: Pi
) -> None:
    """Whatever the index calls the newest."""
    published.rewrite(version="0.0.1")
    updates = make()
    updates.install(Kind.SOFTWARE)
    updates.turn()
    assert "updates never go back" in (updates.status.last or "")
    assert not pi.folder.exists()


def test_another_key_is_noticed_before_root_is_asked(make: Make, pi: Pi, tmp_path: Path) -> None:
    """A key that was exchanged on one side only."""
    updates = make(public_key=make_key(tmp_path / "other.pem"))
    updates.install(Kind.SOFTWARE)
    updates.turn()
    assert "the key has changed" in (updates.status.last or "")
    assert not requested(pi)


def test_nothing_is_installed_against_the_owners_will(
    make: Make, pi: Pi, caplog: pytest.LogCaptureFixture
) -> None:
    """A command may come from anybody whom the broker lets write."""
    updates = make(allow_install=False)
    updates.install(Kind.SOFTWARE)
    updates.turn()
    assert "updates.allow_install is false" in caplog.text
    assert "in_progress" not in updates.status.software("")
    assert not pi.folder.exists()


def test_a_request_that_nobody_takes_is_withdrawn(make: Make, pi: Pi, clock: Clock) -> None:
    """Else it would be carried out at some later time, when nobody expects it."""
    updates = make()
    updates.install(Kind.SOFTWARE)
    updates.turn()
    clock.seconds += _TIMING.pickup
    updates.turn()
    assert requested(pi)
    clock.seconds += 1
    updates.turn()
    assert "systemctl enable --now facet-update.path" in (updates.status.last or "")
    assert not requested(pi)
    assert not updates.status.installing


def test_a_request_without_a_result_is_given_up(make: Make, pi: Pi, clock: Clock) -> None:
    """The power failed while root was at work."""
    updates = make()
    updates.install(Kind.SOFTWARE)
    updates.turn()
    (pi.folder / "request").unlink()
    clock.seconds += _TIMING.installation
    updates.turn()
    assert [*updates.status.installing] == [Kind.SOFTWARE]
    clock.seconds += 1
    updates.turn()
    assert "journalctl --unit facet-update" in (updates.status.last or "")
    assert not updates.status.installing


def test_the_node_that_was_restarted_by_its_update_shows_the_result(make: Make, pi: Pi) -> None:
    """Root writes it only after it has seen the new release run."""
    first = make()
    first.install(Kind.SOFTWARE)
    first.turn()
    second = make()
    assert second.status.last is None
    assert second.status.software("")["in_progress"] is True
    assert apply(pi.places)
    second.turn()
    assert "is installed" in (second.status.last or "")
    assert second.status.software("")["in_progress"] is False


def test_an_index_that_cannot_be_read_is_logged_once_and_tried_again(
    make: Make, published: Site, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """After a while, and not before; what was known stays."""
    (published.folder / "index.json").rename(published.folder / "aside")
    with caplog.at_level(logging.DEBUG):
        updates = make()
        updates.turn()
        assert caplog.text.count("cannot be read") == 1
        for _ in range(2):
            clock.seconds += _TIMING.retry
            updates.turn()
        assert caplog.text.count("cannot be read") == 3
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 1
    (published.folder / "aside").rename(published.folder / "index.json")
    clock.seconds += _TIMING.retry
    updates.turn()
    assert updates.status.release is not None


def test_the_index_is_read_again_after_its_interval(
    make: Make, published: Site, clock: Clock
) -> None:
    """A tenth sooner or later: not all nodes ask the server at the same moment."""
    updates = make()
    published.rewrite(version="9.9.1")
    clock.seconds += 0.9 * CHECK_INTERVAL - 1
    updates.turn()
    assert updates.status.software("")["latest_version"] == "9.9.0"
    clock.seconds += 0.2 * CHECK_INTERVAL + 1
    updates.turn()
    assert updates.status.software("")["latest_version"] == "9.9.1"


def test_the_index_is_read_sooner_after_a_hint(make: Make, published: Site, clock: Clock) -> None:
    """The retained topic is a hint, and a thousand of them are one."""
    updates = make()
    published.rewrite(version="9.9.1")
    for _ in range(1000):
        updates.check_soon()
        updates.turn()
    assert updates.status.software("")["latest_version"] == "9.9.0"
    clock.seconds += _TIMING.minimum_interval
    updates.turn()
    assert updates.status.software("")["latest_version"] == "9.9.1"


def test_a_node_whose_network_is_unknown_shows_no_version_of_it() -> None:
    """In safe mode its description may be what is broken."""
    assert UpdateStatus().network() is None
