"""A recipe is checked before anything is trained, and says where training ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from model.errors import RecipeError
from model.recipes.recipe import Recipe, read_recipe

_SHIPPED = Path(__file__).resolve().parents[3] / "model" / "recipes"
_STAGES = [{"side": 64, "epochs": 2}, {"side": 80, "epochs": 3}]


def _recipe(**changes: object) -> Recipe:
    return Recipe.model_validate({"name": "tiny", "stages": _STAGES, **changes})


def _write(folder: Path, text: str) -> Path:
    path = folder / "tiny.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "last_epoch", "epochs"),
    [
        ("attributes", 3, 3),
        ("attributes-base", 18, 18),
        ("attributes-face", 8, 8),
        ("attributes-face-end", 40, 40),
        ("attributes-lite", 11, 11),
        ("attributes-lite-end", 10, 10),
        ("teacher", 4, 4),
        ("teacher-base", 8, 13),
        ("teacher-face", 4, 4),
        ("teacher-face-soft", 6, 6),
        ("mobilenet", 6, 6),
        ("mobilenet-base", 10, 12),
    ],
)
def test_a_shipped_recipe_trains_as_many_epochs_as_the_shipped_network_had(
    name: str, last_epoch: int, epochs: int
) -> None:
    """Two of them end before the epochs for which their schedule is made."""
    recipe = read_recipe(_SHIPPED / f"{name}.yaml")
    assert recipe.name == name
    assert recipe.last_epoch == last_epoch
    assert len(recipe.sides) == epochs


def test_without_stop_after_training_ends_with_the_last_stage() -> None:
    """The schedule has five epochs, and five are trained."""
    assert _recipe().last_epoch == len(_recipe().sides) == 5


def test_stop_after_shortens_training_but_not_the_schedule() -> None:
    """Three of five epochs are trained; their sides stay."""
    recipe = _recipe(stop_after=3)
    assert recipe.last_epoch == 3
    assert recipe.sides == [64, 64, 80, 80, 80]


def test_stop_after_the_last_epoch_is_rejected(tmp_path: Path) -> None:
    """The error names the file, the key and how many epochs there are."""
    path = _write(tmp_path, "name: tiny\nstages: [{epochs: 4}]\nstop_after: 5\n")
    with pytest.raises(RecipeError, match=r"tiny\.yaml: .*stop_after: 5; the stages have 4 epochs"):
        read_recipe(path)


def test_a_misspelt_key_is_named(tmp_path: Path) -> None:
    """With its section."""
    path = _write(tmp_path, "name: tiny\nnetwork: {hiden: 16}\n")
    with pytest.raises(RecipeError, match=r"tiny\.yaml: network\.hiden: Extra inputs"):
        read_recipe(path)


def test_a_missing_recipe_is_named(tmp_path: Path) -> None:
    """The error says which file cannot be read."""
    with pytest.raises(RecipeError, match=r"none\.yaml cannot be read"):
        read_recipe(tmp_path / "none.yaml")


def _saved(**changes: object) -> dict[str, Any]:
    """Return a recipe as a checkpoint keeps it."""
    return _recipe(**changes).model_dump(mode="json")


def test_a_run_of_an_older_recipe_may_go_on() -> None:
    """Its checkpoint knows no stop_after."""
    older = _saved()
    del older["stop_after"]
    assert _recipe(stop_after=3).continues(older)
    assert _recipe().continues(older)


def test_where_training_stops_may_change_between_runs() -> None:
    """Training may go on after the epoch at which it stopped."""
    assert _recipe(stop_after=4).continues(_saved(stop_after=2))
    assert _recipe().continues(_saved(stop_after=2))


@pytest.mark.parametrize("change", [{"batch": 8}, {"stages": _STAGES[:1]}, {"name": "other"}])
def test_a_run_of_another_recipe_may_not_go_on(change: dict[str, Any]) -> None:
    """Everything but stop_after decides how an epoch is trained."""
    assert not _recipe().continues(_saved(**change))


def test_something_that_is_not_a_recipe_does_not_go_on() -> None:
    """A checkpoint may come from a version with other keys."""
    assert not _recipe().continues({"name": "tiny", "unknown": 1})
