"""Whatever a file contains, loading it gives a configuration or faults, and nothing else."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.config import Config, ConfigError, load

_EXAMPLE = (Path(__file__).parents[2] / "config.example.yaml").read_text(encoding="utf-8")
_KEYS = sorted(
    {
        *Config.model_fields,
        *(
            key
            for section in Config.model_json_schema()["$defs"].values()
            for key in section["properties"]
        ),
    }
)
# What has a meaning in YAML or in the settings, so that random text gets further than its first character.
_WORDS = st.sampled_from(
    [*_KEYS, ": ", "\n", "\n  ", "- ", "[", "]", "{", "}", ",", "'", '"', "|", ">", "&a ", "*a", "? ", "<<: *a",
     "!secret ", "!env HOME", "!!int ", "!!set ", "!x!y ", "%YAML 1.1\n", "---\n", "...\n", "#", "\t", "\\",
     '"\\x00"', '"\\ud800"', "null", "~", "yes", "0x1f", "1e400", "-0", "12:30", "2026-01-01", "=", "@", "`"]
)  # fmt: skip
_TEXTS = st.lists(st.one_of(_WORDS, st.text(max_size=4)), max_size=40).map("".join)
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["auto", "up", "17"]),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=4)
    ),
    max_leaves=12,
)
_FUZZ = settings(suppress_health_check=[HealthCheck.too_slow])


def _load(content: bytes) -> Config | ConfigError:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "facet.yaml"
        path.write_bytes(content)
        secrets = Path(folder) / "secrets.yaml"
        secrets.touch(0o600)
        secrets.write_bytes(content)
        try:
            return load(path, environment={"HOME": "/root"})
        except ConfigError as error:
            return error


def _is_orderly(result: Config | ConfigError) -> bool:
    """Return whether it is a configuration, or faults of one printable line each."""
    if isinstance(result, Config):
        return bool(result.mqtt.host)
    lines = str(result).split("\n")
    return len(lines) == len(result.faults) > 0 and all(line.isprintable() for line in lines)


@_FUZZ
@given(st.binary(max_size=200))
def test_any_bytes_are_a_configuration_or_faults(content: bytes) -> None:
    """A damaged SD card may return anything."""
    assert _is_orderly(_load(content))


@_FUZZ
@given(_TEXTS)
def test_any_text_is_a_configuration_or_faults(text: str) -> None:
    """Pieces of YAML in any order."""
    assert _is_orderly(_load(text.encode("utf-8", "surrogatepass")))


@_FUZZ
@given(st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=5))
def test_any_values_are_a_configuration_or_faults(values: dict[str, Any]) -> None:
    """Valid YAML with known keys in any place, and values of any kind."""
    document = {"mqtt": {"host": "broker"}, **values}
    assert _is_orderly(
        _load(yaml.safe_dump(document, allow_unicode=True).encode("utf-8", "replace"))
    )


@_FUZZ
@given(st.integers(0, len(_EXAMPLE)), st.integers(0, 30), st.one_of(_WORDS, st.text(max_size=5)))
def test_a_slip_in_the_example_is_a_configuration_or_faults(
    position: int, removed: int, inserted: str
) -> None:
    """A few characters of a valid file are replaced by others."""
    text = _EXAMPLE.replace("#", "")
    text = text[:position] + inserted + text[position + removed :]
    assert _is_orderly(_load(text.encode("utf-8", "surrogatepass")))
