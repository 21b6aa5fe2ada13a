"""What a damaged file still holds is told from what it does not hold any more."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.system.checksums import CHECKSUMS, Checked, check, with_checksums

NAME = "settings.json"
VALUES: dict[str, Any] = {
    "settings": {"privacy": True, "offset": 0.7, "mode": "crop"},
    "seen": ["a", {"b": 1}],
    "a/b~c": None,
    "empty": {},
}
_SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
_JSON = st.recursive(
    _SCALARS | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc/~. ", min_size=1), inner),
    max_leaves=8,
)


def written(values: dict[str, Any] = VALUES) -> bytes:
    """Return the content of a file."""
    return json.dumps(with_checksums(values, NAME)).encode()


def leaves(value: object, above: tuple[str, ...] = ()) -> dict[tuple[str, ...], object]:
    """Return the values of a document by the keys that lead to them."""
    if not isinstance(value, dict) or not value:
        return {above: value}
    return {
        path: leaf
        for key, inner in value.items()
        for path, leaf in leaves(inner, (*above, key)).items()
    }


@given(st.dictionaries(st.text("abc/~. ", min_size=1).filter(lambda key: key != CHECKSUMS), _JSON))
def test_what_was_written_is_whole(values: dict[str, Any]) -> None:
    """Whatever it is."""
    assert check(written(values), NAME) == Checked(values)


def test_each_flipped_bit_is_found_and_costs_one_value_at_most() -> None:
    """Also where the text is no JSON any more; what is read is what was written."""
    whole, before = written(), leaves(VALUES)
    for bit in range(len(whole) * 8):
        content = bytearray(whole)
        content[bit // 8] ^= 1 << bit % 8
        checked = check(bytes(content), NAME)
        if checked.damage is None:
            assert checked.values == VALUES, f"bit {bit}: {bytes(content)!r}"
            continue
        after = leaves(checked.values)
        assert after.items() <= before.items(), f"bit {bit}: {after}"
        assert len(before) - len(after) <= 1, f"bit {bit}: {bytes(content)!r}"


def test_of_a_file_that_was_cut_off_its_beginning_is_certain() -> None:
    """The checksums stand before what they are of."""
    whole = written()
    cut = whole[: whole.index(b'"mode"')]
    checked = check(cut, NAME)
    assert checked.values == {"settings": {"privacy": True, "offset": 0.7}}
    assert checked.damage is not None
    assert (
        "2 values can be read, but not /settings/mode, /seen, /a~1b~0c and 1 more" in checked.damage
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [("0.7", "0.5"), ("true", "false"), ('"crop"', '"full"'), ('"b": 1', '"b": 2')],
)
def test_another_value_that_would_do_as_well_is_found(before: str, after: str) -> None:
    """The others stay."""
    checked = check(written().replace(before.encode(), after.encode(), 1), NAME)
    assert checked.damage is not None
    assert len(leaves(checked.values)) == len(leaves(VALUES)) - 1


def test_two_values_that_change_places_are_found() -> None:
    """A checksum is also of where its value belongs, and finds it there."""
    values = {"privacy": True, "armed": False}
    content = written(values).replace(b'"privacy": true', b'"privacy": false')
    checked = check(content.replace(b'"armed": false', b'"armed": true'), NAME)
    assert checked.damage is not None
    assert checked.values == values


def test_a_damaged_checksum_costs_no_value() -> None:
    """The one of them all says so."""
    content = written()
    start = content.index(b"/settings/offset") + len(b'/settings/offset": "crc32:')
    damaged = (
        content[:start]
        + (b"0" if content[start : start + 1] != b"0" else b"1")
        + content[start + 1 :]
    )
    checked = check(damaged, NAME)
    assert checked.values == VALUES
    assert checked.damage == "it is damaged: one of its checksums is; its values can be read"


def test_another_files_content_is_found() -> None:
    """Although it is whole."""
    checked = check(written(), "state.json")
    assert checked.values == {}
    assert checked.damage is not None


def test_a_file_without_checksums_is_not_certain() -> None:
    """It is an older release's, or anybody's."""
    assert check(b'{"a": 1}', NAME) == Checked({"a": 1}, is_certain=False)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"7",
        b'{"a": NaN}',
        b'{"a": -1e999}',
        b'{"a": "\\ud800"}',
        b'{"a": "\xff"}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": ' + b"[" * 17 + b"]" * 17 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'"\\' * 20_000,
    ],
    ids=range(12),
)
def test_what_cannot_be_published_is_damaged(content: bytes) -> None:
    """Whoever wrote it."""
    checked = check(content, NAME)
    assert checked.values == {}
    assert checked.damage is not None
    assert checked.damage.startswith("it is damaged: ")


@given(st.binary())
def test_anything_can_be_checked(content: bytes) -> None:
    """Without an error."""
    check(content, NAME)
    check(written()[:100] + content, NAME)
