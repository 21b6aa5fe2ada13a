"""Names of people: what is allowed, and which two are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.errors import PersonNameError
from device.people.names import LONGEST_NAME, checked_name, name_key

_FAMILY = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Anna", "Anna"),
        ("  Anna Maria\t", "Anna Maria"),
        ("Zoe\u0301", "Zo\u00e9"),
        ("李小龍", "李小龍"),
        ("می\u200cشود", "می\u200cشود"),
        (_FAMILY, _FAMILY),
        ("x" * LONGEST_NAME, "x" * LONGEST_NAME),
        # Forty characters in their normal form, and eighty as they were typed.
        ("e\u0301" * LONGEST_NAME, "\u00e9" * LONGEST_NAME),
    ],
)
def test_a_name_is_kept_trimmed_and_in_its_normal_form(written: str, kept: str) -> None:
    """In every script."""
    assert checked_name(written) == kept


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("", "shows nothing"),
        (" \t\n\u00a0", "shows nothing"),
        ("\u200d\u200c", "shows nothing"),
        ("x" * (LONGEST_NAME + 1), "has 41 characters"),
        ("An\nna", r"has the character U\+000A"),
        ("An\x1b[31mna", r"has the character U\+001B"),
        ("An\x00na", r"has the character U\+0000"),
        ("\u202eannA", r"has the character U\+202E"),
        ("An\u200bna", r"has the character U\+200B"),
        ("An\u2028na", r"has the character U\+2028"),
        ("An\ud800na", r"has the character U\+D800"),
    ],
)
def test_a_name_that_nobody_can_have_is_refused(name: str, found: str) -> None:
    """The error says what was found and what is allowed."""
    with pytest.raises(
        PersonNameError, match=rf"{found}.*; a name has 1 to 40 characters"
    ) as error:
        checked_name(name)
    assert str(error.value).isprintable()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna", "anna"),
        ("STRASSER", "straßer"),
        ("Zoe\u0301", "Zo\u00c9"),
        ("Anna Maria", "anna  maria"),
        ("Anna Maria", "Anna\u00a0Maria"),
        ("Anna", "An\u200dna"),
        ("\uff21nna", "Anna"),
    ],
)
def test_names_that_a_reader_takes_for_the_same_are_the_same(one: str, other: str) -> None:
    """Two people with such names could not be told apart on a dashboard."""
    assert name_key(one) == name_key(other)


def test_different_names_stay_different() -> None:
    """Accents count."""
    assert len({name_key(name) for name in ("Andre", "André", "Andrea", "李", "王")}) == 5


@given(st.text(st.characters(codec=None), max_size=50))
def test_every_text_is_a_name_or_refused(text: str) -> None:
    """What is kept is allowed itself, and stays as it is."""
    try:
        kept = checked_name(text)
    except PersonNameError:
        return
    assert checked_name(kept) == kept
    assert 1 <= len(kept) <= LONGEST_NAME
    assert name_key(kept) == name_key(name_key(kept))
    kept.encode()
