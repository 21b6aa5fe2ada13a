"""What is generated from the models, or must agree with them: the reference, the example and the editors' schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
import yaml
from pydantic.fields import FieldInfo

from device.config import Config, json_schema, load
from device.config.reference import reference
from device.config.sections.section import Section, is_section
from tests.config.conftest import Write

_ROOT = Path(__file__).parents[2]
_SETTING = re.compile(r"^( *)#([a-z_]+:)", re.MULTILINE)


class _Tagged(yaml.SafeLoader):
    """Reads a file as a validator that knows only the names of the tags."""


_Tagged.add_constructor("!secret", lambda _, node: f"!secret {node.value}")
_Tagged.add_constructor("!env", lambda _, node: f"!env {node.value}")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The schema that `facet schema` prints, as an editor reads it."""
    document: dict[str, Any] = json.loads(json.dumps(json_schema()))
    return document


def _accepts(schema: dict[str, Any], text: str) -> bool:
    value = yaml.load(text, _Tagged)  # noqa: S506  a SafeLoader
    return jsonschema.Draft202012Validator(schema).is_valid(value)


def test_the_reference_is_up_to_date() -> None:
    """If not: python -m device.config.reference > docs/configuration.md."""
    assert (_ROOT / "docs" / "configuration.md").read_text(encoding="utf-8") == reference()


def test_the_example_shows_every_setting_with_its_default(write: Write) -> None:
    """All of its commented settings together give the defaults, except for those that it calls examples."""
    text = (_ROOT / "config.example.yaml").read_text(encoding="utf-8")
    write("mqtt_password: hush", "secrets.yaml")
    shown = load(write(_SETTING.sub(r"\1\2", text)), environment={})
    default = load(_ROOT / "config.example.yaml")
    assert shown.triggers.button is not None
    assert shown.triggers.motion is not None
    assert shown.led is not None
    examples = {
        "led": shown.led,
        "mqtt": default.mqtt.model_copy(
            update={"username": shown.mqtt.username, "password": shown.mqtt.password}
        ),
        "triggers": default.triggers.model_copy(
            update={"button": shown.triggers.button, "motion": shown.triggers.motion}
        ),
    }
    assert shown == default.model_copy(update=examples)
    assert _keys(Config.model_json_schema()) <= set(
        re.findall(r"^ *#?([a-z_]+):", text, re.MULTILINE)
    )


def _keys(schema: dict[str, Any]) -> set[str]:
    return {key for section in (schema, *schema["$defs"].values()) for key in section["properties"]}


def _fields(section: type[Section]) -> Iterator[tuple[str, FieldInfo]]:
    """Find all settings and sections."""
    for key, field in section.model_fields.items():
        yield key, field
        for kind in (field.annotation, *get_args(field.annotation)):
            if is_section(kind):
                yield from _fields(kind)


def test_every_setting_documents_itself() -> None:
    """It has a title, a description in sentences, and a default unless there can be none."""
    fields = list(_fields(Config))
    for key, field in fields:
        assert field.title, key
        assert field.description, key
        assert field.description.endswith("."), key
    assert {key for key, field in fields if field.is_required()} == {"host", "mqtt", "pin"}


def test_every_number_has_bounds() -> None:
    """No setting accepts an unlimited number."""
    schema = Config.model_json_schema()
    for section in schema["$defs"].values():
        for key, setting in section["properties"].items():
            for kind in (setting, *setting.get("anyOf", ())):
                if kind.get("type") in {"integer", "number"} and "enum" not in kind:
                    assert "minimum" in kind, key
                    assert "maximum" in kind or key == "source", key


def test_the_schema_is_a_schema(schema: dict[str, Any]) -> None:
    """It is valid for the draft that it names."""
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    "text",
    [
        "mqtt: {host: broker}",
        "mqtt: {host: broker, protocol: 5}",
        "mqtt: {host: broker}\ncamera:",
        "mqtt: {host: !env BROKER, port: !secret port, tls: {enabled: !env TLS}}",
        "mqtt: {host: b, username: !secret user, password: !secret password, protocol: !env VERSION}",
        "mqtt: {host: b}\ntriggers: {button: {pin: BOARD11}, motion: {pin: !env PIN}}",
        "mqtt: {host: b}\nnode: {id: !env ID}\ncamera: {source: 0, rotation: !env ROTATION}",
        "mqtt: {host: b}\nattributes: {enabled: [Male, Young], threshold_offset: !env OFFSET}",
    ],
)
def test_the_schema_accepts_what_the_loader_accepts(schema: dict[str, Any], text: str) -> None:
    """Including references, and headings with nothing below them."""
    assert _accepts(schema, text)


@pytest.mark.parametrize(
    "text",
    [
        "camera: {width: 640}",
        "mqtt: {host: broker, prot: 1883}",
        "mqtt: {host: broker, port: 70000}",
        "mqtt: {host: broker}\ncamera: {rotation: 45}",
        "mqtt: {host: broker}\ncamera: {mirror: 1}",
        "mqtt: {host: broker}\ntriggers: {button: {}}",
        "mqtt: {host: broker}\ntriggers: {button: {pin: 1}}",
        "mqtt: {host: broker}\nnode: {id: living room}",
    ],
)
def test_the_schema_rejects_what_the_loader_rejects(schema: dict[str, Any], text: str) -> None:
    """So that an editor marks it as it is typed."""
    assert not _accepts(schema, text)


def test_the_example_agrees_with_the_schema(schema: dict[str, Any]) -> None:
    """An editor reports no error in the file that people start from."""
    text = (_ROOT / "config.example.yaml").read_text(encoding="utf-8")
    assert _accepts(schema, text)
    assert _accepts(schema, _SETTING.sub(r"\1\2", text))
