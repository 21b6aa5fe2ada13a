"""What the switch of recognition writes, and what it asks of the node."""

from __future__ import annotations

import logging
from pathlib import Path
from time import monotonic

import pytest

from device.config import load
from device.mqtt.events import Command
from tests.web.bench import PageBench

_ON, _OFF = b'{"is_on": true}', b'{"is_on": false}'


def test_one_line_of_the_file_is_written_and_the_node_starts_again(
    bench: PageBench, caplog: pytest.LogCaptureFixture
) -> None:
    """Comments stay, so do passwords; the log says from where, and nothing of anybody."""
    caplog.set_level(logging.INFO, "device.web")
    path, browser = bench.folder / "facet.yaml", bench.log_in()
    before = f"# mine\n{path.read_text()}"
    path.write_text(before)
    assert browser.post("/people/recognition", content=_ON).status_code == 202
    bench.wait(0.01)
    assert path.read_text() == f"{before}people:\n  enabled: true\n"
    assert "192.168.1.5 turns recognition on" in caplog.text
    assert browser.post("/people/recognition", content=_OFF).status_code == 202
    bench.wait(0.01)
    assert not load(path).people.enabled
    assert bench.commands == [Command("restart", b"PRESS")] * 2


def test_whoever_changes_their_mind_right_after_a_restart_need_not_press_again(
    tmp_path: Path,
) -> None:
    """A node that has just restarted takes no such command for a while: it is sent afterwards."""
    may_restart = monotonic() + 0.5
    with PageBench(tmp_path, restarts_from=may_restart) as bench:
        assert bench.log_in().post("/people/recognition", content=_OFF).status_code == 202
        while not bench.commands:
            bench.wait(0.01)
        assert monotonic() >= may_restart
        assert bench.commands == [Command("restart", b"PRESS")]


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b'{"is_on": "yes"}'])
def test_what_says_neither_on_nor_off_changes_nothing(bench: PageBench, body: bytes) -> None:
    """It is refused."""
    before = (bench.folder / "facet.yaml").read_text()
    assert bench.log_in().post("/people/recognition", content=body).status_code == 422
    bench.wait(0.01)
    assert (bench.folder / "facet.yaml").read_text() == before
    assert bench.commands == []


def test_a_file_with_a_fault_stays_as_it_is(bench: PageBench) -> None:
    """The node would not start with it; the fault is named."""
    path = bench.folder / "facet.yaml"
    path.write_text("mqtt: {hosst: broker}\n")
    answer = bench.log_in().post("/people/recognition", content=_ON)
    assert (answer.status_code, "mqtt.hosst" in answer.json()["error"]) == (422, True)
    assert path.read_text() == "mqtt: {hosst: broker}\n"
    assert bench.commands == []
