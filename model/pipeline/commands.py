"""What a step does: the same functions that the single commands of `python -m model` call."""

from __future__ import annotations

import json
from pathlib import Path

from model.pipeline.plan import Places
from model.pipeline.reading import Pipeline
from model.pipeline.schema import Evaluate, Export, Prepare, Report, Step, Teach, Train


def execute(step: Step, pipeline: Pipeline, places: Places) -> None:
    """Run one step; what it needs has been made.

    Raises:
        FacetError: the step cannot run; see the functions that it calls.
    """
    files = {name: places.source(source) for name, source in pipeline.inputs.items()}
    files |= {other.name: places.output(other) for other in pipeline.steps}
    output = places.output(step)
    output.parent.mkdir(parents=True, exist_ok=True)
    match step:
        case Prepare():
            from model.data.prepare import prepare

            prepare(list(places.data), output, masks=places.masks)
        case Train():
            from model.training.train import train

            weights = files[step.weights] if step.weights else None
            soft = files[step.soft] if step.soft else None
            train(pipeline.recipes[step.name], files[step.crops], output.parent, weights, soft)
        case Teach():
            from model.training.teacher import teach

            teach(files[step.crops], _folders(step.runs, files), output)
        case Export():
            from model.data.celeba import read_folders
            from model.export.export import export

            runs, data = _folders(step.runs, files), read_folders(places.data, places.masks)
            export(runs, data, output.parent, step.name, int8=step.int8)
            if step.facial_hair:
                from model.export.facial_hair import train_facial_hair

                seen = places.work / "facial-hair"
                train_facial_hair(output, data, files[step.facial_hair], seen)
            if step.eight_bit:
                from model.export.eight_bit import export_eight_bit

                export_eight_bit(output)
        case Evaluate():
            from model.data.celeba import read_folders
            from model.evaluation.evaluate import evaluate

            (measured,) = read_folders(places.data[:1], places.masks)
            figures = evaluate(str(files[step.model]), measured, step.split, step.thresholds)
            output.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        case Report():
            from model.data.celeba import read_folders
            from model.evaluation.report import report

            models = [str(files[name]) for name in step.models]
            (measured,) = read_folders(places.data[:1], places.masks)
            report(models, measured, _folders(step.runs, files), output.parent, step.degraded)


def _folders(names: tuple[str, ...], files: dict[str, Path]) -> list[Path]:
    """Return the folders of train steps, whose outputs are the best weights in them."""
    return [files[name].parent for name in names]
