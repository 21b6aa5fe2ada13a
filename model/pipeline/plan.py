"""What of a pipeline is done in a work folder, and what is left to do. Nothing is changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from model.pipeline.reading import Pipeline
from model.pipeline.records import Record
from model.pipeline.schema import (
    Evaluate,
    Export,
    Input,
    Prepare,
    Report,
    Step,
    Teach,
    Train,
    references,
)
from model.training.run_folder import BEST


class State(StrEnum):
    """How far a step is in a work folder."""

    DONE = "done"
    TO_DO = "to do"
    BEGUN = "goes on"
    CHANGED = "changed"
    """Begun with other pictures, weights or another recipe; its folder has to be deleted first."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the files of inputs and steps are.

    Attributes:
        data: folders in CelebA's layout; the first one's test pictures measure.
        work: takes everything that is made.
        masks: the file of masked labels of a folder, where the folder does not have it.
    """

    data: tuple[Path, ...]
    work: Path
    masks: Mapping[Path, Path] = field(default_factory=dict)

    def source(self, source: Input) -> Path:
        """Return the file of an input."""
        return self.work / source.file

    def output(self, step: Step) -> Path:
        """Return the file, or the folder of crops, that a step makes."""
        match step:
            case Prepare():
                return self.work / "crops" / step.name
            case Train():
                return self.work / "runs" / step.name / BEST
            case Teach():
                return self.work / "soft" / f"{step.name}.npy"
            case Export():
                return self.work / "models" / f"{step.name}.tflite"
            case Evaluate():
                return self.work / "figures" / f"{step.name}.json"
            case Report():
                return self.work / "reports" / step.name / "REPORT.md"

    def folder(self, step: Step) -> Path:
        """Return the folder that a prepare or train step fills, and in which it goes on."""
        output = self.output(step)
        return output if isinstance(step, Prepare) else output.parent


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step in a work folder.

    Attributes:
        fingerprint: of everything that decides what the step makes.
        needs: the names of inputs and steps, and --data for pictures.
        output: what it makes.
    """

    step: Step
    does: str
    fingerprint: str
    needs: tuple[str, ...]
    output: Path
    state: State


@dataclass(frozen=True, slots=True)
class Plan:
    """A pipeline in a work folder.

    Attributes:
        missing: inputs that a step to do needs, and whose files do not exist.
    """

    pipeline: Pipeline
    places: Places
    steps: tuple[PlannedStep, ...]
    missing: tuple[Input, ...]


def needed_inputs(pipeline: Pipeline, steps: Iterable[PlannedStep]) -> list[Input]:
    """Return the inputs that the steps to do refer to, in the order of the file."""
    names = {
        name
        for planned in steps
        if planned.state is not State.DONE
        for _, name in references(planned.step)
    }
    return [source for name, source in pipeline.inputs.items() if name in names]


def make_plan(
    pipeline: Pipeline, places: Places, digests: Sequence[str], records: Mapping[str, Record]
) -> Plan:
    """Compare a pipeline with what a work folder holds.

    Args:
        pipeline: what is to be made.
        places: where it is made.
        digests: of the tables of each data folder; see celeba.digest.
        records: of the steps that have begun, by their names.
    """
    fingerprints = _fingerprints(pipeline, digests)
    steps = tuple(
        PlannedStep(
            step,
            _does(step, pipeline),
            fingerprints[step.name],
            _needs(step),
            places.output(step),
            _state(step, places, fingerprints[step.name], records.get(step.name)),
        )
        for step in pipeline.steps
    )
    missing = [
        source for source in needed_inputs(pipeline, steps) if not places.source(source).exists()
    ]
    return Plan(pipeline, places, steps, tuple(missing))


def _does(step: Step, pipeline: Pipeline) -> str:
    match step:
        case Prepare():
            return "cut the crops of every picture"
        case Train():
            epochs = pipeline.recipes[step.name].last_epoch
            return f"train {epochs} epoch{'s' * (epochs > 1)}: {Path(step.recipe).stem}"
        case Teach():
            return "write soft labels"
        case Export():
            learn = ", learn facial hair" if step.facial_hair else ""
            again = ", once more for eight-bit arithmetic" if step.eight_bit else ""
            weights = "int8" if step.int8 else "float16"
            return f"export with {weights} weights, calibrate{learn}{again}"
        case Evaluate():
            return f"measure on {step.split}, {step.thresholds} thresholds"
        case Report():
            return "write the report"


def _needs(step: Step) -> tuple[str, ...]:
    data = () if isinstance(step, Train | Teach) else ("--data",)
    return (*data, *(name for _, name in references(step)))


def _fingerprints(pipeline: Pipeline, digests: Sequence[str]) -> dict[str, str]:
    """Return a digest of everything that decides what each step makes, the steps before it included.

    Defaults are left out, so that a later version of Facet with more of them does not train everything once more.
    """
    found: dict[str, str] = {
        name: source.sha256 or source.file for name, source in pipeline.inputs.items()
    }
    for step in pipeline.steps:
        recipe = pipeline.recipes.get(step.name)
        facts = [
            step.model_dump(mode="json", exclude_defaults=True),
            recipe.model_dump(mode="json", exclude_defaults=True) if recipe else None,
            [found[name] for _, name in references(step)],
            _pictures(step, digests),
        ]
        found[step.name] = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    return found


def _pictures(step: Step, digests: Sequence[str]) -> Sequence[str]:
    """Return the digests of the data folders that a step reads."""
    match step:
        case Prepare() | Export():
            return list(digests)
        case Evaluate() | Report():
            return list(digests[:1])
        case Train() | Teach():
            return []


def _state(step: Step, places: Places, fingerprint: str, record: Record | None) -> State:
    if record is None:
        return State.TO_DO
    if record.fingerprint != fingerprint:
        # These two would go on with what they find; the others write their file again.
        would_go_on = isinstance(step, Prepare | Train) and places.folder(step).exists()
        return State.CHANGED if would_go_on else State.TO_DO
    if record.is_finished and places.output(step).exists():
        return State.DONE
    return State.BEGUN
