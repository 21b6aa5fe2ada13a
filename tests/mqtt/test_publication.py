"""What a node reads of PUBLISH, whatever it contains."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.errors import ViolationError
from device.mqtt.publication import Publication, read_publication

QOS_1 = 0x02
RETAIN = 0x01


def test_a_message_is_read_with_all_that_matters() -> None:
    """In both versions of MQTT."""
    body = b"\0\3a/b\0\7payload"
    expected = Publication("a/b", b"payload", is_retained=True, message_id=7)
    assert read_publication(QOS_1 | RETAIN, body, has_properties=False) == expected
    body = b"\0\3a/b\0\7\3xyzpayload"
    assert read_publication(QOS_1 | RETAIN, body, has_properties=True) == expected


def test_a_message_may_be_empty_and_need_no_answer() -> None:
    """As the one that clears what is retained."""
    expected = Publication("a", b"", is_retained=False, message_id=None)
    assert read_publication(0, b"\0\1a", has_properties=False) == expected


def test_a_topic_that_is_not_utf_8_is_nobodys() -> None:
    """The message can be confirmed all the same."""
    publication = read_publication(QOS_1, b"\0\2\xff\xfe\0\7x", has_properties=False)
    assert publication == Publication(None, b"x", is_retained=False, message_id=7)


@pytest.mark.parametrize(
    ("flags", "body", "has_properties"),
    [
        (0, b"", False),
        (0, b"\0\2a", False),
        (QOS_1, b"\0\1a", False),
        (QOS_1, b"\0\1a\0\0x", False),
        (0, b"\0\1a", True),
        (0, b"\0\1a\5xy", True),
        (0, b"\0\1a\x80\x80\x80\x80\1", True),
    ],
)
def test_lengths_that_reach_beyond_the_end_are_a_violation(
    flags: int, body: bytes, has_properties: bool
) -> None:
    """Those of the topic, the id and the properties; no message has the id 0."""
    with pytest.raises(ViolationError, match=f"PUBLISH of {len(body)} bytes"):
        read_publication(flags, body, has_properties=has_properties)


@given(st.integers(0, 3), st.binary(max_size=50), st.booleans())
def test_any_bytes_are_a_message_or_a_violation(
    flags: int, body: bytes, has_properties: bool
) -> None:
    """Nothing else is raised."""
    try:
        publication = read_publication(flags, body, has_properties=has_properties)
    except ViolationError:
        return
    assert body.endswith(publication.payload)
