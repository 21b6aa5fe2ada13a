"""Names of people: what is allowed, and which two count as the same."""

from __future__ import annotations

import unicodedata

from device.errors import PersonNameError
from device.system.text import printable

LONGEST_NAME = 40
"""Characters: a name stands on dashboards, in notifications and in tables."""

# Several scripts need these to join letters or keep them apart, and so do emoji.
_JOINERS = frozenset("\u200c\u200d")
# Control characters, invisible ones and those that turn the direction of text, halves of characters, ends of lines.
_FORBIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def checked_name(name: str) -> str:
    """Return a name as it is kept: trimmed, and each character in its one normal form (NFC).

    Raises:
        PersonNameError: it cannot be a name.
    """
    kept = unicodedata.normalize("NFC", name).strip()
    forbidden = next((character for character in kept if _is_forbidden(character)), None)
    if forbidden is not None:
        raise _refused(name, f"has the character U+{ord(forbidden):04X}")
    if not any(character.isprintable() and not character.isspace() for character in kept):
        raise _refused(name, "shows nothing")
    if len(kept) > LONGEST_NAME:
        raise _refused(name, f"has {len(kept)} characters")
    return kept


def name_key(name: str) -> str:
    """Return what two names have in common that a reader would take for the same one: Unicode's caseless match."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", name).casefold())
    # Normalising may have brought capitals back, as for the trade mark sign.
    shown = "".join(character for character in folded.casefold() if character not in _JOINERS)
    return " ".join(unicodedata.normalize("NFKC", shown).split())


def _refused(name: str, found: str) -> PersonNameError:
    message = (
        f'the name "{printable(name)}" {found}; a name has 1 to {LONGEST_NAME} characters, and no control or '
        "invisible ones"
    )
    return PersonNameError(message)


def _is_forbidden(character: str) -> bool:
    return unicodedata.category(character) in _FORBIDDEN and character not in _JOINERS
