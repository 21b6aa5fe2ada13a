"""Kinds of values that several settings share, each with its check, its words and its place in the JSON schema."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

# BCM numbers by position on the 40-pin header (Raspberry Pi documentation, "GPIO and the 40-pin header"); the
# positions that are missing carry power, ground or the ID EEPROM's bus.
HEADER = {
    3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 19: 10, 21: 9,
    22: 25, 23: 11, 24: 8, 26: 7, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19, 36: 16, 37: 26, 38: 20, 40: 21,
}  # fmt: skip
_PIN = re.compile(r"(?:GPIO|BCM)(\d{1,2})|BOARD(\d{1,2})", re.IGNORECASE)
_PIN_ALLOWED = (
    'a BCM number (2 to 27), or a string such as "GPIO17" or "BOARD11" (the header\'s position)'
)
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?")


def _refuse(kind: str, allowed: str) -> PydanticCustomError:
    return PydanticCustomError(kind, "{allowed}", {"allowed": allowed})


def bcm_number(pin: int | str) -> int:
    """Return the BCM number of a pin as it is configured.

    Raises:
        PydanticCustomError: it is not a GPIO pin of the 40-pin header.
    """
    match = _PIN.fullmatch(pin) if isinstance(pin, str) else None
    if isinstance(pin, int) and not isinstance(pin, bool):
        number: int | None = pin
    elif match is None:
        number = None
    elif match[2]:
        number = HEADER.get(int(match[2]))
    else:
        number = int(match[1])
    if number not in HEADER.values():
        kind = "pin"
        raise _refuse(kind, _PIN_ALLOWED)
    return number


def _pin(value: object) -> int | str:
    if not isinstance(value, int | str):
        kind = "pin"
        raise _refuse(kind, _PIN_ALLOWED)
    bcm_number(value)
    return value


def _host(value: str) -> str:
    if ":" in value and "/" not in value:
        try:
            return str(ip_address(value.strip("[]")))
        except ValueError:
            pass
    if not _HOST.fullmatch(value):
        kind = "host"
        raise _refuse(
            kind, "a host name or an address alone, without scheme, port or path (see mqtt.port)"
        )
    return value


def _beside_configuration(path: Path, info: ValidationInfo) -> Path:
    """Let a relative path start at the folder of the configuration file, wherever the node was started."""
    folder = (info.context or {}).get("folder")
    path = path.expanduser()
    return path if folder is None else folder / path


def _source(value: object, info: ValidationInfo) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value or value.isdecimal() or "://" in value:
        return value
    return str(_beside_configuration(Path(value), info))


def _model(value: str, info: ValidationInfo) -> str:
    return str(_beside_configuration(Path(value), info)) if value.endswith(".tflite") else value


Pin: TypeAlias = Annotated[
    int | str,
    BeforeValidator(_pin),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 2, "maximum": 27},
                {
                    "type": "string",
                    "pattern": r"^([Gg][Pp][Ii][Oo]|[Bb][Cc][Mm]|[Bb][Oo][Aa][Rr][Dd])\d{1,2}$",
                },
            ]
        }
    ),
]
"""A GPIO pin, in gpiozero's own words."""

Host: TypeAlias = Annotated[str, Field(min_length=1, max_length=253), AfterValidator(_host)]
"""A host name or an IP address."""

Topic: TypeAlias = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$", max_length=128)
]
"""The first levels of MQTT topics: no wildcards, no empty level."""

Slug: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
"""What Home Assistant's discovery and every broker accept in a topic."""

File: TypeAlias = Annotated[Path, Field(strict=False), AfterValidator(_beside_configuration)]
"""A path; a relative one starts at the folder of the configuration file."""

CameraSource: TypeAlias = Annotated[
    str,
    BeforeValidator(_source, json_schema_input_type=Annotated[int, Field(ge=0, le=63)] | str),
    Field(min_length=1),
]
"""A device's number, a path or a URL."""

ModelName: TypeAlias = Annotated[str, Field(min_length=1), AfterValidator(_model)]
"""The name of a shipped model, or the path of a .tflite file."""

AttributeName: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""An attribute as the model's JSON names it."""
