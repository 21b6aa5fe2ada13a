"""Running what a plan has left to do, one step after the other; called again, it goes on where it was interrupted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from model.errors import PipelineError
from model.pipeline.plan import Plan, PlannedStep, State, needed_inputs
from model.pipeline.records import Record, write_record
from model.pipeline.schema import Input, Step


def run(plan: Plan, execute: Callable[[Step], None], report: Callable[[str], None]) -> None:
    """Run the steps that are not done.

    Args:
        plan: of a pipeline in a work folder.
        execute: runs one step; see commands.execute.
        report: takes a line of progress.

    Raises:
        PipelineError: an input is missing or is another file than it should be, or a step has begun from other inputs.
            All of that is checked before the first step runs.
        FacetError: a step cannot run.
    """
    steps = [planned for planned in plan.steps if planned.state is not State.DONE]
    _check_inputs(plan)
    _check_changed(plan, steps)
    for number, planned in enumerate(steps, start=1):
        report(f"step {number} of {len(steps)}, {planned.step.name}: {planned.does}")
        name, work = planned.step.name, plan.places.work
        write_record(work, name, Record(fingerprint=planned.fingerprint, is_finished=False))
        execute(planned.step)
        if not planned.output.exists():
            message = (
                f"pipeline {plan.pipeline.path}, step {name}: it ended, but {planned.output} does not exist; "
                "run the pipeline again, and if that does not help delete what is left of the step"
            )
            raise PipelineError(message)
        write_record(work, name, Record(fingerprint=planned.fingerprint, is_finished=True))
    report(f"all {len(plan.steps)} steps are done, {len(steps)} of them in this run")


def _check_inputs(plan: Plan) -> None:
    faults = [
        f"input {source.name}: {fault}; fetch it in {plan.places.work} with: {source.fetch}"
        for source in needed_inputs(plan.pipeline, plan.steps)
        if (fault := _input_fault(source, plan.places.source(source)))
    ]
    if faults:
        message = f"pipeline {plan.pipeline.path}:\n" + "\n".join(faults)
        raise PipelineError(message)


def _input_fault(source: Input, path: Path) -> str | None:
    if not path.is_file():
        return f"{path} does not exist"
    if source.sha256 is None:
        return None
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    return None if found == source.sha256 else f"{path} has sha256 {found}, not {source.sha256}"


def _check_changed(plan: Plan, steps: list[PlannedStep]) -> None:
    for planned in steps:
        if planned.state is State.CHANGED:
            message = (
                f"pipeline {plan.pipeline.path}, step {planned.step.name}: {plan.places.folder(planned.step)} "
                "was begun from other pictures, weights or another recipe; delete it, or choose another --work folder"
            )
            raise PipelineError(message)
