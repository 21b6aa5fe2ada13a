"""The JSON beside a network: whatever it holds, it is a description or a readable error."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.errors import ModelError
from device.networks.card import ModelCard, read_card
from device.networks.files import model_path
from tests.networks.cards import make_card

_NETWORK = model_path("attributes")
_TEXT = _NETWORK.with_suffix(".json").read_text(encoding="utf-8")
_FUZZ = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["Smiling", "a" * 64, "1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def _read(folder: Path, content: bytes) -> ModelCard | ModelError:
    network = folder / "attributes.tflite"
    if not network.exists():
        network.symlink_to(_NETWORK)
    network.with_suffix(".json").write_bytes(content)
    try:
        return read_card(network)
    except ModelError as error:
        return error


def _is_readable(result: ModelCard | ModelError) -> bool:
    """Return whether it describes the network, or is an error of one bounded line that names the setting."""
    if isinstance(result, ModelCard):
        return len(result.labels) > 0
    text = str(result)
    return text.startswith("attributes.model: ") and text.isprintable() and len(text) < 2000


def _places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:  # noqa: ANN401 - any JSON
    found = [path]
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value[:2])
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        found += _places(inner, (*path, key))
    return found


@_FUZZ
@given(st.binary(max_size=200))
def test_any_bytes_are_a_description_or_an_error(tmp_path: Path, content: bytes) -> None:
    """A damaged SD card may return anything."""
    assert _is_readable(_read(tmp_path, content))


@_FUZZ
@given(st.integers(0, len(_TEXT)), st.integers(0, 30), st.text(max_size=8))
def test_a_typing_error_in_a_description_is_a_description_or_an_error(
    tmp_path: Path, position: int, removed: int, inserted: str
) -> None:
    """A few characters of the shipped one are lost, and others are put in their place."""
    text = _TEXT[:position] + inserted + _TEXT[position + removed :]
    assert _is_readable(_read(tmp_path, text.encode("utf-8", "surrogatepass")))


@_FUZZ
@given(st.sampled_from(_places(json.loads(_TEXT))[1:]), _VALUES)
def test_any_value_in_any_place_is_a_description_or_an_error(
    tmp_path: Path, place: tuple[str | int, ...], value: object
) -> None:
    """Valid JSON, in which one value is replaced."""
    document = json.loads(_TEXT)
    inner = document
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    assert _is_readable(_read(tmp_path, json.dumps(document).encode()))


def test_a_label_that_cannot_promise_its_precision_is_unreliable() -> None:
    """The card promises 95 %; a label whose best threshold keeps less is named."""
    card = make_card()
    weak = card.labels[0].model_copy(update={"precise": card.labels[0].balanced})
    card = card.model_copy(update={"labels": (weak, *card.labels[1:])})
    assert card.unreliable == {"Eyeglasses"}
    assert make_card().unreliable == set()


def test_a_network_with_the_description_of_another_is_rejected(tmp_path: Path) -> None:
    """A .tflite that its JSON does not describe would give wrong answers, so it is an error."""
    network = tmp_path / "mine.tflite"
    network.write_bytes(b"another network")
    description = model_path("attributes").with_suffix(".json").read_bytes()
    network.with_suffix(".json").write_bytes(description)
    with pytest.raises(ModelError, match=r"mine\.tflite is not the network"):
        read_card(network)


def test_a_group_of_unknown_labels_is_rejected(tmp_path: Path) -> None:
    """The error names the file and the label."""
    network = tmp_path / "mine.tflite"
    network.write_bytes(b"network")
    text = json.loads(make_card().model_dump_json())
    text["sha256"] = hashlib.sha256(b"network").hexdigest()
    text["groups"]["hair_color"]["Green_Hair"] = "green"
    network.with_suffix(".json").write_text(json.dumps(text))
    with pytest.raises(ModelError, match=r"mine\.json.*Green_Hair"):
        read_card(network)
