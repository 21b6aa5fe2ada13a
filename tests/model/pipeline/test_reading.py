"""Every mistake in a pipeline file is reported, with file and step, before anything runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from model.errors import PipelineError
from model.pipeline.reading import read_pipeline
from model.pipeline.schema import references

_SHIPPED = Path(__file__).resolve().parents[3] / "model" / "recipes" / "shipped.yaml"
_CROPS = "- {name: crops, command: prepare}"
_FIRST = "- {name: first, command: train, crops: crops, recipe: tiny.yaml}"
_SECOND = "- {name: second, command: train, crops: crops, recipe: tiny.yaml, weights: first}"


def _write(folder: Path, *steps: str, inputs: str = "") -> Path:
    (folder / "tiny.yaml").write_text("name: tiny\n", encoding="utf-8")
    (folder / "soft.yaml").write_text("name: soft\nsoft: 0.5\n", encoding="utf-8")
    path = folder / "pipeline.yaml"
    path.write_text("\n".join([inputs, "steps:", *steps, ""]), encoding="utf-8")
    return path


def _error(path: Path) -> str:
    with pytest.raises(PipelineError) as caught:
        read_pipeline(path)
    return str(caught.value)


def test_the_shipped_pipeline_makes_both_shipped_networks() -> None:
    """Each step comes after everything that it refers to, in the order of the file."""
    pipeline = read_pipeline(_SHIPPED)
    names = [step.name for step in pipeline.steps]
    assert names[0] == "crops"
    assert names[-1] == "report"
    assert {"attributes", "attributes-lite"} <= set(names)
    for position, step in enumerate(pipeline.steps):
        needed = {name for _, name in references(step)}
        assert needed <= {*names[:position], *pipeline.inputs}
    written = [
        line.split("name: ")[1].split(",")[0]
        for line in _SHIPPED.read_text(encoding="utf-8").splitlines()
        if line.startswith("  - {name: ")
    ]
    assert names == written


def test_every_input_of_the_shipped_pipeline_has_a_checksum_and_a_command() -> None:
    """A package that changed is found out before hours of training. A commit of Git is its own checksum."""
    inputs = dict(read_pipeline(_SHIPPED).inputs)
    labels = inputs.pop("fh37k")
    assert "git -C LogicalConsistency checkout " in labels.fetch
    assert set(inputs) == {"mobilenet-imagenet", "mobilefacenet", "efficientnet-imagenet"}
    assert all(source.sha256 for source in inputs.values())
    assert all("==" in source.fetch or "@" in source.fetch for source in inputs.values())


def test_steps_run_after_those_that_they_need(tmp_path: Path) -> None:
    """A file may begin with its aim."""
    pipeline = read_pipeline(_write(tmp_path, _SECOND, _FIRST, _CROPS))
    assert [step.name for step in pipeline.steps] == ["crops", "first", "second"]


def test_a_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    """The error says which."""
    assert "none.yaml cannot be read" in _error(tmp_path / "none.yaml")


def test_a_file_that_is_not_yaml_names_the_line(tmp_path: Path) -> None:
    """The parser's own position is kept."""
    path = _write(tmp_path, _CROPS, "- {name: [}")
    assert "pipeline.yaml cannot be read" in _error(path)
    assert "line 4" in _error(path)


def test_an_empty_file_says_what_is_allowed(tmp_path: Path) -> None:
    """An example is named."""
    path = tmp_path / "pipeline.yaml"
    path.write_text("", encoding="utf-8")
    assert "shipped.yaml shows what is allowed" in _error(path)


def test_an_unknown_key_names_file_step_and_key(tmp_path: Path) -> None:
    """Not the number of the step."""
    wrong = "- {name: first, command: train, crops: crops, recip: tiny.yaml}"
    error = _error(_write(tmp_path, _CROPS, wrong))
    assert "pipeline.yaml, step first: recipe: Field required" in error
    assert "step first: recip: Extra inputs are not permitted" in error


def test_an_unknown_key_of_an_input_names_the_input(tmp_path: Path) -> None:
    """Inputs have names as well."""
    inputs = "inputs: [{name: start, file: start.pt, fetch: make, url: here}]"
    error = _error(_write(tmp_path, _CROPS, inputs=inputs))
    assert "input start: url: Extra inputs are not permitted" in error


def test_a_step_without_a_name_is_counted(tmp_path: Path) -> None:
    """The second step is meant."""
    error = _error(_write(tmp_path, _CROPS, "- {command: prepare}"))
    assert "step 2: name: Field required" in error


def test_an_unknown_command_lists_the_commands(tmp_path: Path) -> None:
    """With the step that has it."""
    error = _error(_write(tmp_path, "- {name: crops, command: prepair}"))
    assert "step crops: " in error
    assert "'prepare', 'train', 'teach', 'export', 'evaluate', 'report'" in error


def test_two_steps_of_one_name_are_rejected(tmp_path: Path) -> None:
    """The second would overwrite the first."""
    error = _error(_write(tmp_path, _CROPS, _FIRST, _FIRST))
    assert "two inputs or steps are called first" in error


def test_a_reference_to_nothing_lists_what_there_is(tmp_path: Path) -> None:
    """Steps and inputs whose weights could be meant are named."""
    wrong = _SECOND.replace("weights: first", "weights: frist")
    inputs = "inputs: [{name: start, file: start.pt, fetch: make}]"
    error = _error(_write(tmp_path, _CROPS, _FIRST, wrong, inputs=inputs))
    assert "step second: weights: frist does not exist; possible are start, first" in error


def test_a_reference_to_the_wrong_kind_of_step_is_rejected(tmp_path: Path) -> None:
    """Crops are not weights."""
    wrong = _SECOND.replace("weights: first", "weights: crops")
    error = _error(_write(tmp_path, _CROPS, _FIRST, wrong))
    assert "step second: weights: crops is a step of the command prepare" in error


def test_steps_that_wait_for_each_other_are_shown_as_a_circle(tmp_path: Path) -> None:
    """In the order in which one needs the next."""
    first = _FIRST.replace("}", ", weights: second}")
    error = _error(_write(tmp_path, _CROPS, first, _SECOND))
    assert "pipeline.yaml: steps wait for each other: " in error
    circle = error.split(": ")[-1].split(" -> ")
    assert circle in (["first", "second", "first"], ["second", "first", "second"])


def test_an_unknown_recipe_names_step_and_file(tmp_path: Path) -> None:
    """Recipes lie beside the pipeline file."""
    error = _error(_write(tmp_path, _CROPS, _FIRST.replace("tiny.yaml", "tinny.yaml")))
    assert "pipeline.yaml, step first: recipe " in error
    assert f"{tmp_path / 'tinny.yaml'} cannot be read" in error


def test_a_recipe_that_needs_soft_labels_is_not_run_without(tmp_path: Path) -> None:
    """Found before the hours that come before it."""
    error = _error(_write(tmp_path, _CROPS, _FIRST.replace("tiny.yaml", "soft.yaml")))
    assert "step first: recipe soft.yaml (soft: 0.5) asks for soft labels" in error


def test_soft_labels_that_a_recipe_does_not_use_are_rejected(tmp_path: Path) -> None:
    """They would have no effect."""
    teach = "- {name: taught, command: teach, crops: crops, runs: [first]}"
    student = _SECOND.replace("weights: first", "soft: taught")
    error = _error(_write(tmp_path, _CROPS, _FIRST, teach, student))
    assert "step second: recipe tiny.yaml (soft: 0.0) does not use soft" in error


def test_the_pipeline_of_the_documentation_can_be_read(tmp_path: Path) -> None:
    """With the recipe that lies beside the shipped pipeline."""
    documentation = _SHIPPED.parents[2] / "docs" / "training.md"
    example = documentation.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    path = tmp_path / "pipeline.yaml"
    path.write_text(example, encoding="utf-8")
    shutil.copy(_SHIPPED.with_name("mobilenet.yaml"), tmp_path)
    pipeline = read_pipeline(path)
    assert [step.command for step in pipeline.steps] == ["prepare", "train", "export", "evaluate"]
    assert list(pipeline.inputs) == ["start"]
