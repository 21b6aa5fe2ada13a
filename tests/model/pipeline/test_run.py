"""A pipeline runs what is left to do, and nothing from other pictures, weights or recipes."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from model.errors import PipelineError
from model.pipeline.plan import Places, Plan, State, make_plan
from model.pipeline.reading import read_pipeline
from model.pipeline.records import Record, read_records, write_record
from model.pipeline.run import run
from model.pipeline.schema import Step

_PIPELINE = """
inputs: [{name: start, file: start.pt, sha256: "%s", fetch: make start.pt}]
steps:
  - {name: crops, command: prepare}
  - {name: first, command: train, crops: crops, recipe: tiny.yaml, weights: start}
  - {name: second, command: train, crops: crops, recipe: tiny.yaml, weights: first}
  - {name: network, command: export, runs: [second]}
"""
_WEIGHTS = b"weights"


@dataclass
class _Workplace:
    """A pipeline in a work folder, whose steps only write their output."""

    folder: Path
    digests: tuple[str, ...] = ("pictures",)
    ran: list[str] = field(default_factory=list)
    reported: list[str] = field(default_factory=list)
    interrupt_in: str = ""
    without_output: str = ""

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def plan(self) -> Plan:
        places = Places((self.folder,), self.work)
        pipeline = read_pipeline(self.folder / "pipeline.yaml")
        return make_plan(pipeline, places, self.digests, read_records(self.work))

    def states(self) -> list[State]:
        return [planned.state for planned in self.plan().steps]

    def run(self) -> list[str]:
        """Run what is left to do; return the names of the steps that ran."""
        self.ran.clear()
        plan = self.plan()

        def execute(step: Step) -> None:
            self.ran.append(step.name)
            if step.name == self.interrupt_in:
                raise KeyboardInterrupt
            output = plan.places.output(step)
            output.parent.mkdir(parents=True, exist_ok=True)
            if step.name != self.without_output:
                output.touch()

        run(plan, execute, self.reported.append)
        return self.ran


@pytest.fixture
def workplace(tmp_path: Path) -> _Workplace:
    """Return a pipeline whose input is there, and of which nothing is done."""
    checksum = hashlib.sha256(_WEIGHTS).hexdigest()
    (tmp_path / "pipeline.yaml").write_text(_PIPELINE % checksum, encoding="utf-8")
    (tmp_path / "tiny.yaml").write_text("name: tiny\n", encoding="utf-8")
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "start.pt").write_bytes(_WEIGHTS)
    return _Workplace(tmp_path)


def test_every_step_runs_once(workplace: _Workplace) -> None:
    """A second run has nothing left to do."""
    assert workplace.states() == [State.TO_DO] * 4
    assert workplace.run() == ["crops", "first", "second", "network"]
    assert workplace.states() == [State.DONE] * 4
    assert workplace.run() == []
    assert workplace.reported[-1] == "all 4 steps are done, 0 of them in this run"


def test_progress_names_the_step_and_how_many_are_left(workplace: _Workplace) -> None:
    """Also what the step does."""
    workplace.run()
    assert workplace.reported[1] == "step 2 of 4, first: train 1 epoch: tiny"


def test_an_interrupted_step_goes_on(workplace: _Workplace) -> None:
    """What was finished before it does not run again."""
    workplace.interrupt_in = "second"
    with pytest.raises(KeyboardInterrupt):
        workplace.run()
    assert workplace.states() == [State.DONE, State.DONE, State.BEGUN, State.TO_DO]
    workplace.interrupt_in = ""
    assert workplace.run() == ["second", "network"]


def test_a_step_whose_output_was_removed_runs_again(workplace: _Workplace) -> None:
    """The record alone does not count."""
    workplace.run()
    (workplace.work / "models" / "network.tflite").unlink()
    assert workplace.run() == ["network"]


def test_a_step_that_makes_nothing_is_an_error(workplace: _Workplace) -> None:
    """It does not count as done."""
    workplace.without_output = "first"
    with pytest.raises(PipelineError, match=r"step first: it ended, but .*best\.pt does not exist"):
        workplace.run()
    assert workplace.states()[1] is State.BEGUN


def test_a_missing_input_is_reported_before_the_first_step(workplace: _Workplace) -> None:
    """With the command that fetches it, and where to run it."""
    (workplace.work / "start.pt").unlink()
    assert [source.name for source in workplace.plan().missing] == ["start"]
    with pytest.raises(PipelineError, match=r"input start: .*start\.pt does not exist; .*make"):
        workplace.run()
    assert workplace.ran == []


def test_an_input_that_nothing_needs_any_more_may_be_missing(workplace: _Workplace) -> None:
    """Packages may be deleted after training."""
    workplace.run()
    (workplace.work / "start.pt").unlink()
    assert workplace.plan().missing == ()
    assert workplace.run() == []


def test_an_input_with_another_checksum_is_rejected(workplace: _Workplace) -> None:
    """Before the first step, and with both checksums."""
    (workplace.work / "start.pt").write_bytes(b"other weights")
    found = hashlib.sha256(b"other weights").hexdigest()
    with pytest.raises(PipelineError, match=f"has sha256 {found}, not "):
        workplace.run()
    assert workplace.ran == []


def test_a_run_is_not_continued_with_another_recipe(workplace: _Workplace) -> None:
    """The error names the folder, and nothing is trained."""
    workplace.run()
    (workplace.folder / "tiny.yaml").write_text("name: tiny\nseed: 2\n", encoding="utf-8")
    changed = [State.DONE, State.CHANGED, State.CHANGED, State.TO_DO]
    assert workplace.states() == changed
    with pytest.raises(PipelineError, match=r"step first: .*runs/first was begun from other"):
        workplace.run()
    assert workplace.ran == []


def test_a_changed_step_runs_once_its_folder_is_deleted(workplace: _Workplace) -> None:
    """As the error suggests."""
    workplace.run()
    (workplace.folder / "tiny.yaml").write_text("name: tiny\nseed: 2\n", encoding="utf-8")
    shutil.rmtree(workplace.work / "runs")
    assert workplace.run() == ["first", "second", "network"]


def test_other_pictures_change_everything_that_is_made_from_them(workplace: _Workplace) -> None:
    """Crops of one data set are not completed with another."""
    workplace.run()
    workplace.digests = ("other pictures",)
    assert workplace.states() == [State.CHANGED] * 3 + [State.TO_DO]
    with pytest.raises(PipelineError, match=r"step crops: .*crops/crops was begun from other"):
        workplace.run()


def test_a_value_that_is_the_default_changes_nothing(workplace: _Workplace) -> None:
    """So that a version of Facet with more keys does not train everything again."""
    workplace.run()
    text = "name: tiny\nseed: 1\nzoom: 1.0\n"
    (workplace.folder / "tiny.yaml").write_text(text, encoding="utf-8")
    assert workplace.run() == []


def test_every_data_folder_trains_and_calibrates(workplace: _Workplace) -> None:
    """A second folder changes every step."""
    first = {planned.step.name: planned.fingerprint for planned in workplace.plan().steps}
    workplace.digests = ("pictures", "more pictures")
    second = {planned.step.name: planned.fingerprint for planned in workplace.plan().steps}
    assert all(first[name] != second[name] for name in first)


def test_a_damaged_record_does_not_count(tmp_path: Path) -> None:
    """A step without a readable record runs again; the others keep theirs."""
    write_record(tmp_path, "good", Record(fingerprint="a", is_finished=True))
    write_record(tmp_path, "bad", Record(fingerprint="b", is_finished=True))
    (tmp_path / "pipeline" / "bad.json").write_text('{"fingerprint": "b"', encoding="utf-8")
    assert read_records(tmp_path) == {"good": Record(fingerprint="a", is_finished=True)}
