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
from device.updates.node.checker import Updates
from device.updates.node.offer import Offer, Progress
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


def is_in_progress(updates: Updates) -> bool:
    """Whether Home Assistant shows that the software is being installed."""
    progress = updates.status.software("").progress
    return progress is not None and progress.is_going_on


def test_a_newer_release_is_shown(make: Make) -> None:
    """With what the index says of it, and not yet in progress."""
    status = make().status
    idle = Progress(is_going_on=False, percent=None)
    assert status.software("0.0.1") == Offer(
        installed=__version__,
        newest="9.9.0",
        summary="Finds more",
        is_installable=True,
        progress=idle,
    )
    assert status.network() == Offer(installed="1.0", newest="1.0", progress=idle)


def test_without_an_index_what_was_published_on_the_broker_counts(make: Make) -> None:
    """Nothing is fetched, and there is no thread."""
    updates = make(index=None, allow_install=False)
    updates.start()
    assert updates.status.software("0.5.0") == Offer(installed=__version__, newest="0.5.0")
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
    assert is_in_progress(updates)
    updates.turn()
    assert requested(pi)
    assert is_in_progress(updates)
    assert apply(pi.places)
    updates.turn()
    assert not updates.status.installing
    assert updates.status.last is not None
    assert updates.status.last.endswith(": facet-node 9.9.0 is installed")
    assert len(pi.installed) == 1


def test_an_installation_shows_how_far_it_is(make: Make, pi: Pi) -> None:
    """Unknown before it begins, ninety percent while root is at work, nothing after its end; what waits has none."""
    updates = make()
    updates.install(Kind.SOFTWARE)
    updates.install(Kind.MODEL)
    assert updates.status.software("").progress == Progress(is_going_on=True, percent=None)
    updates.turn()
    assert updates.status.software("").progress == Progress(is_going_on=True, percent=90)
    network = updates.status.network()
    assert network is not None
    assert network.progress == Progress(is_going_on=True, percent=None)
    assert apply(pi.places)
    updates.turn()
    assert updates.status.software("").progress == Progress(is_going_on=False, percent=None)


def test_a_download_that_fails_ends_the_progress(make: Make, published: Site) -> None:
    """Home Assistant would show it for ever."""
    (published.folder / "facet_node-9.9.0-py3-none-any.whl").write_bytes(b"malice")
    updates = make()
    updates.install(Kind.SOFTWARE)
    updates.turn()
    assert updates.status.percent is None
    assert updates.status.software("").progress == Progress(is_going_on=False, percent=None)


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
    assert updates.status.software("").progress is None
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
    assert is_in_progress(second)
    assert apply(pi.places)
    second.turn()
    assert "is installed" in (second.status.last or "")
    assert not is_in_progress(second)


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
    assert updates.status.software("").newest == "9.9.0"
    clock.seconds += 0.2 * CHECK_INTERVAL + 1
    updates.turn()
    assert updates.status.software("").newest == "9.9.1"


def test_the_index_is_read_sooner_after_a_hint(make: Make, published: Site, clock: Clock) -> None:
    """The retained topic is a hint, and a thousand of them are one."""
    updates = make()
    published.rewrite(version="9.9.1")
    for _ in range(1000):
        updates.check_soon()
        updates.turn()
    assert updates.status.software("").newest == "9.9.0"
    clock.seconds += _TIMING.minimum_interval
    updates.turn()
    assert updates.status.software("").newest == "9.9.1"


def test_a_node_whose_network_is_unknown_shows_no_version_of_it() -> None:
    """In safe mode its description may be what is broken."""
    assert UpdateStatus().network() is None
