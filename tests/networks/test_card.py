"""The JSON beside a network: whatever it holds, it is a description or an error in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.errors import ModelError
from device.networks.card import ModelCard, model_path, read_card

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


def _is_orderly(result: ModelCard | ModelError) -> bool:
    """Whether it describes the network, or is an error of one bounded line that names the setting."""
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
    """A damaged SD card hands over anything."""
    assert _is_orderly(_read(tmp_path, content))


@_FUZZ
@given(st.integers(0, len(_TEXT)), st.integers(0, 30), st.text(max_size=8))
def test_a_slip_in_a_description_is_a_description_or_an_error(
    tmp_path: Path, position: int, removed: int, inserted: str
) -> None:
    """A few characters of the shipped one are lost, and others slip in."""
    text = _TEXT[:position] + inserted + _TEXT[position + removed :]
    assert _is_orderly(_read(tmp_path, text.encode("utf-8", "surrogatepass")))


@_FUZZ
@given(st.sampled_from(_places(json.loads(_TEXT))[1:]), _VALUES)
def test_any_value_in_any_place_is_a_description_or_an_error(
    tmp_path: Path, place: tuple[str | int, ...], value: object
) -> None:
    """Good JSON, of which one value is another."""
    document = json.loads(_TEXT)
    inner = document
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    assert _is_orderly(_read(tmp_path, json.dumps(document).encode()))
