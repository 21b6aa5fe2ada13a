"""Reading a pipeline file: every mistake in it is reported, with file and step, before anything runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import yaml
from pydantic import ValidationError

from device.system.validation import Location, describe, dotted
from model.errors import PipelineError, RecipeError
from model.pipeline.schema import ACCEPTED, Input, PipelineFile, Step, Train, references
from model.recipes.recipe import Recipe, read_recipe


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline that is free of contradictions.

    Attributes:
        path: of its file.
        inputs: by their names.
        steps: in the order in which they run.
        recipes: of the train steps, by the names of the steps.
    """

    path: Path
    inputs: Mapping[str, Input]
    steps: tuple[Step, ...]
    recipes: Mapping[str, Recipe]


def read_pipeline(path: Path) -> Pipeline:
    """Read a pipeline file.

    Raises:
        PipelineError: the file cannot be read, has a key or value that is not allowed, refers to something that does
            not exist, or has steps that wait for each other.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        message = f"pipeline {path} cannot be read: {error}"
        raise PipelineError(message) from error
    try:
        file = PipelineFile.model_validate(content)
    except ValidationError as error:
        found = describe(error, place=lambda location: _place(location, content))
        message = f"pipeline {path}, {found}. model/recipes/shipped.yaml shows what is allowed"
        raise PipelineError(message) from error
    _check_names(path, file)
    for step in file.steps:
        _check_references(path, file, step)
    recipes = {step.name: _recipe(path, step) for step in file.steps if isinstance(step, Train)}
    inputs = {source.name: source for source in file.inputs}
    return Pipeline(path, inputs, _in_order(path, file.steps), recipes)


def _place(location: Location, content: Mapping[str, Sequence[object]]) -> str:
    """Name the step or input and the key of an error, rather than their numbers."""
    match location:
        case ["steps" | "inputs" as section, int(number), *keys]:
            entry = content[section][number]
            name = entry.get("name") if isinstance(entry, dict) else None
            # The first key of an error in a step is its command, which the step's name makes superfluous.
            rest = keys[1:] if section == "steps" else keys
            return ": ".join([f"{section[:-1]} {name or number + 1}", *map(str, rest)])
        case _:
            return dotted(location) or "the file"


def _check_names(path: Path, file: PipelineFile) -> None:
    seen: set[str] = set()
    for entry in (*file.inputs, *file.steps):
        if entry.name in seen:
            message = f"pipeline {path}: two inputs or steps are called {entry.name}; rename one"
            raise PipelineError(message)
        seen.add(entry.name)


def _check_references(path: Path, file: PipelineFile, step: Step) -> None:
    kinds = {source.name: "input" for source in file.inputs}
    kinds |= {other.name: other.command for other in file.steps}
    for key, name in references(step):
        if kinds.get(name) in ACCEPTED[key]:
            continue
        found = f"is a step of the command {kinds[name]}" if name in kinds else "does not exist"
        found = "is an input" if kinds.get(name) == "input" else found
        fitting = [other for other, kind in kinds.items() if kind in ACCEPTED[key]]
        message = (
            f"pipeline {path}, step {step.name}: {key}: {name} {found}; "
            f"possible are {', '.join(fitting) or f'steps of the command {ACCEPTED[key][-1]}'}"
        )
        raise PipelineError(message)


def _recipe(path: Path, step: Train) -> Recipe:
    place = f"pipeline {path}, step {step.name}"
    try:
        recipe = read_recipe(path.parent / step.recipe)
    except RecipeError as error:
        message = f"{place}: {error}"
        raise PipelineError(message) from error
    if (recipe.soft > 0) != (step.soft is not None):
        needed = "asks for soft labels, but the step has no key" if recipe.soft else "does not use"
        message = f"{place}: recipe {step.recipe} (soft: {recipe.soft}) {needed} soft"
        raise PipelineError(message)
    return recipe


def _in_order(path: Path, steps: Sequence[Step]) -> tuple[Step, ...]:
    """Sort steps so that each runs after those that it refers to, otherwise as in the file."""
    names = [step.name for step in steps]
    sorter = TopologicalSorter(
        {step.name: [name for _, name in references(step) if name in names] for step in steps}
    )
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        message = f"pipeline {path}: steps wait for each other: {circle}"
        raise PipelineError(message) from error
    ready, order = set(sorter.get_ready()), []
    while ready:
        first = min(ready, key=names.index)
        order.append(steps[names.index(first)])
        sorter.done(first)
        ready = ready - {first} | set(sorter.get_ready())
    return tuple(order)
