"""Presses of Install that wait: one installation after the other, over restarts, and not for too long."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from device.updates.artifact import Kind
from device.updates.node.timing import Timing
from device.updates.release.sign import write_index
from device.updates.root.apply import apply
from tests.clock import Clock
from tests.updates.conftest import Maintainer, Make, Pi, Site, newer_network, requested

_TIMING = Timing()


@pytest.fixture
def both(published: Site, maintainer: Maintainer, wheel: Path, tmp_path: Path) -> None:
    """An index that offers software and a network."""
    write_index(published.folder, maintainer.key, wheel, [newer_network(tmp_path / "new")])


@pytest.mark.usefixtures("both")
def test_two_presses_at_once_are_both_done_one_after_the_other(make: Make, pi: Pi) -> None:
    """One for the software and one for the network, before the thread has its next turn."""
    updates = make()
    updates.install(Kind.SOFTWARE)
    updates.install(Kind.MODEL)
    assert [*updates.status.installing] == [Kind.SOFTWARE, Kind.MODEL]
    updates.turn()
    assert apply(pi.places)
    assert pi.result["kind"] == "software"
    updates.turn()
    assert [*updates.status.installing] == [Kind.MODEL]
    assert apply(pi.places), pi.result["message"]
    assert pi.result["kind"] == "model"
    updates.turn()
    assert not updates.status.installing
    assert list(pi.folder.iterdir()) == []


@pytest.mark.usefixtures("both")
def test_a_press_during_an_installation_waits_for_its_end(make: Make, pi: Pi) -> None:
    """Root installs one thing at a time; the same button twice is one installation."""
    updates = make()
    updates.install(Kind.MODEL)
    updates.turn()
    updates.install(Kind.SOFTWARE)
    updates.install(Kind.MODEL)
    updates.turn()
    assert apply(pi.places), pi.result["message"]
    assert pi.result["kind"] == "model"
    updates.turn()
    assert apply(pi.places)
    assert pi.result["kind"] == "software"
    updates.turn()
    assert not updates.status.installing
    assert not requested(pi)


@pytest.mark.usefixtures("both")
def test_what_waits_survives_the_restart_that_an_installation_brings(make: Make, pi: Pi) -> None:
    """Each installation restarts the node, and root's result comes after that."""
    first = make()
    first.install(Kind.SOFTWARE)
    first.install(Kind.MODEL)
    first.turn()
    second = make()
    assert [*second.status.installing] == [Kind.SOFTWARE, Kind.MODEL]
    assert apply(pi.places)
    second.turn()
    assert requested(pi)
    third = make()
    assert [*third.status.installing] == [Kind.MODEL]
    assert apply(pi.places), pi.result["message"]
    assert pi.result["kind"] == "model"
    third.turn()
    assert not third.status.installing
    assert list(pi.folder.iterdir()) == []


@pytest.mark.usefixtures("both")
def test_the_second_is_done_though_the_first_cannot_be(make: Make, published: Site, pi: Pi) -> None:
    """A wheel that is damaged on the server does not prevent the network from being installed."""
    (published.folder / "facet_node-9.9.0-py3-none-any.whl").write_bytes(b"malice")
    updates = make()
    updates.install(Kind.SOFTWARE)
    updates.install(Kind.MODEL)
    updates.turn()
    assert "it is another file" in (updates.status.last or "")
    updates.turn()
    assert apply(pi.places), pi.result["message"]
    assert pi.result["kind"] == "model"


@pytest.mark.usefixtures("both")
def test_what_waited_too_long_is_not_installed_any_more(
    make: Make, pi: Pi, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """A node that was switched off in the middle of it installs nothing weeks later."""
    first = make()
    first.install(Kind.SOFTWARE)
    first.install(Kind.MODEL)
    first.turn()
    (pi.folder / "request").unlink()
    clock.seconds += _TIMING.installation + 1
    second = make()
    assert not second.status.installing
    assert "facet-node 9.9.0" in caplog.text
    assert "press Install again" in caplog.text
    second.turn()
    assert not (pi.folder / "queue.json").exists()
    assert not requested(pi)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\x00\xff", b'{"waiting": ["model"]}', b"[" * 100_000, bytes(100_000)]
)
def test_a_damaged_queue_is_left_aside(make: Make, pi: Pi, content: bytes) -> None:
    """The button still works."""
    pi.folder.mkdir()
    (pi.folder / "queue.json").write_bytes(content)
    updates = make()
    assert not updates.status.installing
    updates.install(Kind.SOFTWARE)
    updates.turn()
    assert apply(pi.places)


def test_a_time_without_a_zone_is_damaged(
    make: Make, pi: Pi, caplog: pytest.LogCaptureFixture
) -> None:
    """It cannot be compared, and would end the thread at each start."""
    first = make()
    first.install(Kind.SOFTWARE)
    first.turn()
    path = pi.folder / "queue.json"
    document = json.loads(path.read_bytes())
    document["asked_at"] = document["asked_at"].removesuffix("Z")
    path.write_text(json.dumps(document))
    assert not make().status.installing
    assert "queue.json is damaged (asked_at: " in caplog.text


@pytest.mark.parametrize("name", ["", "queue.json"])
@pytest.mark.parametrize("make_it", [Path.touch, Path.mkdir, lambda path: path.symlink_to("no")])
def test_what_stands_in_the_way_is_set_aside(
    make: Make,
    pi: Pi,
    caplog: pytest.LogCaptureFixture,
    name: str,
    make_it: Callable[[Path], object],
) -> None:
    """The button still works, and remembers what it was asked."""
    if name:
        pi.folder.mkdir()
    make_it(pi.folder / name)
    updates = make()
    updates.install(Kind.SOFTWARE)
    updates.turn()
    assert requested(pi)
    assert json.loads((pi.folder / "queue.json").read_bytes())["request"]
    assert "nothing waits to be installed" in caplog.text or (name, make_it) == ("", Path.mkdir)
