"""The node's switches and numbers, for a browser: Home Assistant's rows. A change is a command, as from there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from device.config.sections.node import Language
from device.entities.controls import CONTROLS
from device.entities.documents import SETTINGS
from device.entities.kinds import (
    OFF,
    ON,
    PRESS,
    Button,
    Category,
    Number,
    Readable,
    Row,
    Select,
    Switch,
)
from device.entities.translation import translated
from device.web.endpoint import Endpoint
from device.web.words import preferred, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What a browser needs to show one row.

    Attributes:
        key: of the row.
        kind: how it is shown: switch, number, select or button.
        name: in the reader's language.
        meaning: one sentence, in the reader's language.
        options: what may be sent and what the reader calls it; not of a number. Of a switch on comes first.
        minimum: of a number.
        maximum: of a number.
        step: of a number.
        unit: of a number.
    """

    key: str
    kind: str
    name: str
    meaning: str
    options: tuple[tuple[str, str], ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    unit: str | None = None


class SettingsView:
    """Tells a browser what can be set.

    Args:
        table: the node's rows.
        language: the node's, for a browser that asks for none of those there are.
    """

    def __init__(self, table: tuple[Row, ...], language: Language) -> None:
        self._table = table
        self._language = language

    def endpoints(self) -> Iterator[Endpoint]:
        """Yield what can be asked."""
        yield Endpoint("/settings", self.show)

    async def show(self, request: Request) -> Response:
        """Return the rows."""
        language = preferred(request.headers.get("accept-language", ""), self._language)
        return JSONResponse([asdict(each) for each in controls(self._table, language)])


def controls(table: Iterable[Row], language: Language) -> Iterator[Control]:
    """Yield what can be set, and asked for, of the node itself.

    Args:
        table: the node's rows.
        language: the reader's.
    """
    texts, names = words(language), {row.key: row.name for row in translated(CONTROLS, language)}
    for row in table:
        if row.category is not Category.CONFIG or row.key not in names:
            continue
        if isinstance(row, Readable) and row.document is not SETTINGS:
            continue
        meaning = texts.get(f"meaning_{row.key}", row.meaning)
        control = partial(
            Control, key=row.key, kind=str(row.platform), name=names[row.key], meaning=meaning
        )
        match row:
            case Button():
                yield control(options=_named(texts, PRESS))
            case Switch():
                yield control(options=_named(texts, ON, OFF))
            case Select():
                yield control(options=_named(texts, *row.options))
            case Number():
                yield control(
                    minimum=row.minimum, maximum=row.maximum, step=row.step, unit=row.unit
                )
            case _:
                continue


def _named(texts: Mapping[str, str], *options: str) -> tuple[tuple[str, str], ...]:
    return tuple((option, texts.get(f"option_{option}", option)) for option in options)
