"""The net below redaction by form: the secrets of the configuration themselves, in whatever text they turn up."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from device.system.redaction import MASK, redact_urls

# Characters. A shorter one, such as "1234" or "main", would take parts out of words and numbers that have nothing to do
# with it; where it stands in a URL, the form gives it away.
_SHORTEST = 6


class KnownSecrets:
    """Texts that must not be shown, as they are, percent-encoded, decoded, or in a string's repr().

    Any thread may use it.

    Args:
        secrets: any texts; short ones are left to redaction by form.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Add secrets to those that are known: what an earlier configuration had is still one."""
        self._forms |= {
            form for secret in secrets for form in _forms(secret) if len(form) >= _SHORTEST
        }
        longest_first = sorted(self._forms, key=len, reverse=True)
        # Percent-encoding has digits in either case.
        if longest_first:
            self._pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)

    def hide(self, text: str) -> str:
        """Return a text without the secrets that are known."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def redact(self, text: str) -> str:
        """Return a text without the secrets that are known, and without what any URL in it may hold."""
        return redact_urls(self.hide(text))

    def hide_in_sentences(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """Return JSON whose sentences hold no secret that is known.

        Single words stay: a state such as "doorbell" may by chance be what somebody has for a password.
        """
        return _each_text(value, lambda text: self.hide(text) if " " in text else text)

    def redact_json(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """Return JSON each of whose texts is redacted."""
        return _each_text(value, self.redact)


def _each_text(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - JSON
    match value:
        case str():
            return change(value)
        case dict():
            return {key: _each_text(item, change) for key, item in value.items()}
        case list() | tuple():
            return [_each_text(item, change) for item in value]
        case _:
            return value


def _forms(secret: str) -> Iterator[str]:
    for text in (secret, unquote(secret), unquote_plus(secret)):
        yield text
        yield quote(text, safe="")
        yield quote(text)
        yield quote(text, safe="%/:=&?~+!$,;'@()*[]|")  # as the camera is asked
        yield quote_plus(text)
        yield repr(text)[1:-1]
        yield json.dumps(text)[1:-1]
        yield text.encode("unicode_escape").decode("ascii")
