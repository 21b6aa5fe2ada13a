"""`facet run` over its restarts: what it reads again, and what it goes on with when that has faults."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from device.cli.run import run_until_stopped
from device.config import Config, load
from device.errors import CameraStuckError, FacetError, ModelError, PerceptionError
from device.node.loop import End
from device.node.start import Start
from device.supervision.boot_log import MAXIMUM_FAILED_BOOTS, BootLog, Failure
from device.supervision.watchdog import EXIT_CODE


class Runs:
    """The starts of a node whose file a test edits in between.

    Attributes:
        starts: the configuration of each, and in which way it started.
        failures: what each was shown as the last failure.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "facet.yaml"
        self.starts: list[tuple[Config, Start]] = []
        self.failures: list[Failure | None] = []
        self._folder = folder
        self._edits: list[Callable[[], object]] = []
        self.write()

    def write(self, **sections: object) -> None:
        """Write a configuration."""
        document = {
            "node": {"state_directory": str(self._folder / "state")},
            "mqtt": {"host": "broker"},
            **sections,
        }
        self.path.write_text(yaml.safe_dump(document))

    def run(self, *edits: Callable[[], object]) -> None:
        """Run; the node is restarted after each of the edits, and stopped then."""
        self._edits = list(edits)
        run_until_stopped(lambda: load(self.path), self._run_once)

    def fail(self, error: Exception) -> None:
        """Run a node that ends with an error."""

        def run_once(_config: Config, _boot_log: BootLog, _start: Start) -> End:
            raise error

        run_until_stopped(lambda: load(self.path), run_once)

    def _run_once(self, config: Config, boot_log: BootLog, start: Start) -> End:
        self.starts.append((config, start))
        self.failures.append(boot_log.last_failure)
        if not self._edits:
            return End.STOP
        self._edits.pop(0)()
        return End.RESTART


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """A node with a good file."""
    return Runs(tmp_path)


def break_file(runs: Runs) -> None:
    """Write what is not a configuration."""
    runs.path.write_text("mqtt:\n  hots: broker\n")


def test_a_restart_reads_the_file_again(runs: Runs) -> None:
    """The owner has edited it, and presses Restart."""
    runs.run(lambda: runs.write(camera={"source": "/dev/video7"}))
    assert [config.camera.source.reveal() for config, _start in runs.starts] == ["0", "/dev/video7"]
    assert [start for _config, start in runs.starts] == [Start(), Start(is_restart=True)]


def test_a_file_with_faults_is_reported_and_the_one_before_stays_in_use(
    runs: Runs, caplog: pytest.LogCaptureFixture
) -> None:
    """Until it is fixed, and the button is pressed again."""
    runs.run(lambda: break_file(runs), lambda: runs.write(camera={"source": "/dev/video7"}))
    assert [config.camera.source.reveal() for config, _start in runs.starts] == [
        "0",
        "0",
        "/dev/video7",
    ]
    faults = [start.fault for _config, start in runs.starts]
    assert faults[0] is None
    assert "hots" in str(faults[1])
    assert "the previous configuration is still in use" in str(faults[1])
    assert faults[2] is None
    assert "hots" in caplog.text


def test_a_state_directory_that_cannot_be_used_is_such_a_fault(runs: Runs, tmp_path: Path) -> None:
    """The node goes on with what it has."""
    (tmp_path / "file").write_text("")
    runs.run(lambda: runs.write(node={"state_directory": str(tmp_path / "file" / "state")}))
    assert "cannot be made" in str(runs.starts[1][1].fault)


def test_a_file_with_faults_does_not_end_safe_mode(runs: Runs) -> None:
    """What failed before would fail again; the fixed one does."""
    for _ in range(MAXIMUM_FAILED_BOOTS):
        with pytest.raises(ModelError):
            runs.fail(ModelError("attributes.json is damaged"))
    runs.run(lambda: break_file(runs), runs.write)
    assert [start.is_safe_mode for _config, start in runs.starts] == [True, True, False]
    assert "attributes.json is damaged" in str(runs.failures[0])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PerceptionError("perception failed 3 times in a row"), EXIT_CODE),
        (CameraStuckError("camera 0 did not answer for 12 s"), EXIT_CODE),
        (ValueError("unexpected"), EXIT_CODE),
        (ModelError("attributes.json is damaged"), None),
    ],
)
def test_what_ends_a_node_is_shown_at_its_next_start(
    runs: Runs, error: Exception, code: int | None
) -> None:
    """An error that its owner can act on is a line; another one ends the process as a hang does."""
    with pytest.raises((SystemExit, FacetError)) as raised:
        runs.fail(error)
    assert getattr(raised.value, "code", None) == code
    runs.run()
    assert str(error) in str(runs.failures[0])


def test_faults_of_the_first_file_are_an_error(runs: Runs) -> None:
    """There is nothing to go on with."""
    break_file(runs)
    with pytest.raises(FacetError, match="hots"):
        runs.run()
    assert runs.starts == []
