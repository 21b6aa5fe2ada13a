"""The templates with which Home Assistant reads a value, or writes one: the only place with Jinja. Pure."""

from __future__ import annotations

import json
from typing import Any

from device.entities.device_triggers import AttributeTrigger, SourceTrigger
from device.entities.documents import EVENT
from device.entities.kinds import (
    EXPLANATIONS,
    OFF,
    ON,
    Event,
    Number,
    Readable,
    Row,
)
from device.entities.person_device import RecentSensor, Sighting
from device.entities.update import Update

_PERCENT = 100
# Decimals. A fraction has fewer, and 0.07 * 100 is 7.000000000000001.
_PRECISION = 8
# Seconds that an event may have waited for the broker and still count as current. Of one that has waited while the
# machine was restarted, it may not be known: it is null then.
_FRESH_SECONDS = 60
_IS_FRESH = (
    "not value_json.repeated and value_json.waited is number"
    f" and value_json.waited < {_FRESH_SECONDS}"
)


def value_template(row: Row) -> str | None:
    """Return the template of a row; None for a row without a document.

    A null renders as "None", which Home Assistant takes for "unknown". A subscript, because a key may begin with a
    digit. An event is the whole document; that of an observation has no faces beyond the fifth, because Home
    Assistant's recorder drops attributes of more than 16 KiB, and a face takes 2.3. A device trigger fires when its
    template renders as ON, for any of the faces, and not for an event that waited for the broker: an automation would
    act on somebody who has long gone.
    """
    match row:
        case Event() if row.document is EVENT:
            return "{{ dict(value_json, faces=value_json.faces[:5]) | to_json }}"
        case AttributeTrigger():
            # A face whose mouth is hidden has no answer about it.
            has_it = f"face.attributes.get({json.dumps(row.attribute)}, {{}}).get('present')"
            loop = f"{{% for face in value_json.faces if {_IS_FRESH} and {has_it} %}}"
            return f"{loop}{{{{ '{ON}' if loop.first }}}}{{% endfor %}}"
        case SourceTrigger():
            return f"{{{{ '{ON}' if {_IS_FRESH} and value_json.trigger == '{row.source}' }}}}"
        case Update():
            return f"{{{{ value_json['{row.key}'] | to_json }}}}"
        case Number() if row.is_fraction:
            return f"{{{{ (value_json['{row.key}'] * {_PERCENT}) | round({_PRECISION}) }}}}"
        case Readable() if not row.is_published:
            # Home Assistant warns of a key that is missing, and takes this for "unknown".
            return f"{{{{ value_json.get('{row.key}') }}}}"
        case Readable():
            return f"{{{{ value_json['{row.key}'] }}}}"
        case _:
            return None


def sighting_template(row: Readable[Sighting]) -> str:
    """Return the template of a row of somebody who is enrolled.

    Its topic is cleared when the person is forgotten: then there is no JSON. Whether they are there depends on the time
    of the moment, because Home Assistant receives what is retained at each of its starts.
    """
    match row:
        case RecentSensor():
            at = _sighted(row.since)
            is_recent = f"now() - as_datetime({at}) < timedelta(minutes={row.minutes})"
            return f"{{{{ ('{ON}' if {is_recent} else '{OFF}') if {at} else none }}}}"
        case _:
            return f"{{{{ {_sighted(row.key)} }}}}"


def _sighted(key: str) -> str:
    return f"(value_json | default({{}}, true)).get('{key}')"


def attributes_template(row: Readable[Any]) -> str | None:
    """Return the template of an entity's attributes; None for an entity without.

    A document that an older release has retained lacks them, and Home Assistant may read it before the new one.
    """
    if not row.has_attributes:
        return None
    return f"{{{{ value_json.get('{EXPLANATIONS}', {{}}).get('{row.key}', {{}}) | to_json }}}}"


def command_template(row: Row) -> str | None:
    """Return the template that makes a command of what somebody sets; None where that is the command."""
    match row:
        case Number() if row.is_fraction:
            return f"{{{{ (value / {_PERCENT}) | round({_PRECISION}) }}}}"
        case _:
            return None


def shown_number(row: Number, number: float) -> float:
    """Return a number of a row's document as its value template shows it, for the bounds of what may be set."""
    return round(number * _PERCENT, _PRECISION) if row.is_fraction else number
