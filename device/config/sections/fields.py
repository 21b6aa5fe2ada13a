"""Kinds of values that settings share, each with its check and a description for people and editors.

The checks raise a bare ValueError: explain.py makes the text for the owner from the schema, for all kinds alike.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema

from device.networks.files import is_own_network
from device.system.secret_address import SecretAddress, secret_address

# BCM numbers by position on the 40-pin header (Raspberry Pi documentation, "GPIO and the 40-pin header"); the
# positions that are missing carry power, ground or the ID EEPROM's bus.
HEADER = {
    3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 19: 10, 21: 9,
    22: 25, 23: 11, 24: 8, 26: 7, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19, 36: 16, 37: 26, 38: 20, 40: 21,
}  # fmt: skip
_PIN = re.compile(r"(?:GPIO|BCM)([1-9]\d?)|BOARD([1-9]\d?)")
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?")


def explained(words: str) -> dict[str, Any]:
    """Return the extra of a JSON schema that describes in words what a pattern allows.

    Editors show it (VS Code's keyword), and so do the faults and the reference.
    """
    return {"patternErrorMessage": words}


def bcm_number(pin: int | str) -> int | None:
    """Return the BCM number of a pin as it is configured, or None if the 40-pin header has no such GPIO pin."""
    match = _PIN.fullmatch(str(pin))
    if match is None:
        number = pin
    elif match[2]:
        number = HEADER.get(int(match[2]), -1)
    else:
        number = int(match[1])
    return number if isinstance(number, int) and number in HEADER.values() else None


def _pin(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | str) or bcm_number(value) is None:
        raise ValueError(value)
    return value


def _host(value: str) -> str:
    if _HOST.fullmatch(value):
        return value
    try:
        return str(ip_address(value))
    except ValueError:
        raise ValueError(value) from None


def beside_configuration(path: Path, info: ValidationInfo) -> Path:
    """Let a relative path start at the folder of the configuration file, wherever the node was started."""
    folder = (info.context or {}).get("folder")
    try:
        path = path.expanduser()
    except RuntimeError:
        raise ValueError(path) from None
    return path if folder is None else folder / path


def _file(value: object) -> object:
    if value == "":
        raise ValueError(value)
    return value


def _source(value: object, info: ValidationInfo) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value or value.isdecimal() or "://" in value:
        return value
    return str(beside_configuration(Path(value), info))


def _model(value: str, info: ValidationInfo) -> str:
    return str(beside_configuration(Path(value), info)) if is_own_network(value) else value


Pin: TypeAlias = Annotated[
    int | str,
    BeforeValidator(_pin),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 2, "maximum": 27},
                {"type": "string", "pattern": r"^(GPIO|BCM|BOARD)[1-9]\d?$"},
            ],
            **explained(
                'a BCM number, 2 to 27, or "GPIO17", or "BOARD11" where the header has a GPIO'
            ),
        }
    ),
]
"""A GPIO pin, named as gpiozero names it."""

Host: TypeAlias = Annotated[
    str,
    AfterValidator(_host),
    Field(
        min_length=1,
        max_length=253,
        json_schema_extra=explained("a host name or address, without scheme, port or path"),
    ),
]
"""A host name or an IP address."""

Topic: TypeAlias = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$",
        max_length=128,
        json_schema_extra=explained(
            "topic levels of letters, digits, _ . and -, joined by /, at most 128 characters"
        ),
    ),
]
"""The first levels of MQTT topics: no wildcards, no empty level."""

Slug: TypeAlias = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_-]{1,32}$",
        json_schema_extra=explained("1 to 32 letters, digits, _ and -"),
    ),
]
"""What Home Assistant's discovery and every broker accept as one topic level."""

File: TypeAlias = Annotated[
    Path, Field(strict=False), AfterValidator(beside_configuration), BeforeValidator(_file)
]
"""A path; a relative one starts at the folder of the configuration file."""

CameraSource: TypeAlias = Annotated[
    SecretAddress,
    secret_address(
        Annotated[
            str,
            Field(min_length=1),
            BeforeValidator(_source, json_schema_input_type=Annotated[int, Field(ge=0)] | str),
        ]
    ),
    Field(json_schema_extra=explained("a camera's number, a device, a path or a URL")),
]
"""A device's number, a path or a URL."""

Url: TypeAlias = Annotated[
    str,
    Field(
        pattern=r"^https?://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?(/[^\s]*)?$",
        max_length=255,
        json_schema_extra=explained("a URL that begins with http:// or https://"),
    ),
]
"""A page for browsers; Home Assistant rejects the whole device if it is anything else."""

ModelName: TypeAlias = Annotated[
    str,
    Field(
        pattern=r"^([A-Za-z0-9_-]+|.+\.tflite)$",
        json_schema_extra=explained("the name of a shipped model, or a path that ends in .tflite"),
    ),
    AfterValidator(_model),
]
"""The name of a shipped model, or the path of a .tflite file."""

AttributeName: TypeAlias = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        json_schema_extra=explained("an attribute of the model, such as Eyeglasses"),
    ),
]
"""An attribute as the model's JSON names it."""
