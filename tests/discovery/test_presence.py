"""Whether events wait for Home Assistant."""

from __future__ import annotations

import pytest

from device.discovery.presence import Presence

PATIENCE = 30.0
FOR_EVER = 1e9


@pytest.fixture
def presence() -> Presence:
    """Of a node that is connected for the first time, in a home with Home Assistant."""
    presence = Presence(PATIENCE)
    presence.connected(0)
    presence.discovery_answered(is_heard=True)
    return presence


def test_the_first_connection_holds_nothing_up() -> None:
    """Nothing is known of Home Assistant yet."""
    presence = Presence(PATIENCE)
    presence.connected(0)
    assert not presence.is_holding(0)


def test_events_wait_from_the_last_will_to_the_birth_message(presence: Presence) -> None:
    """And a little longer, until Home Assistant has subscribed to the events of a new node."""
    presence.left()
    assert presence.is_holding(FOR_EVER)
    presence.born(100)
    assert presence.is_holding(101)
    assert not presence.is_holding(102)


def test_after_another_connection_events_wait_for_the_answer(presence: Presence) -> None:
    """It takes milliseconds."""
    presence.connected(100)
    assert presence.is_holding(100)
    presence.discovery_answered(is_heard=True)
    assert not presence.is_holding(100)


@pytest.mark.parametrize("is_heard", [False, None])
def test_without_a_sign_of_home_assistant_the_wait_ends(
    presence: Presence,
    is_heard: bool | None,
) -> None:
    """Whether nobody has subscribed, or the broker does not say (MQTT 3.1.1)."""
    presence.connected(100)
    presence.discovery_answered(is_heard=is_heard)
    assert presence.is_holding(100 + PATIENCE - 1)
    assert not presence.is_holding(100 + PATIENCE)


def test_a_stopped_home_assistant_is_waited_for_over_another_connection(presence: Presence) -> None:
    """The broker was restarted meanwhile, and still nobody is there."""
    presence.left()
    presence.connected(100)
    presence.discovery_answered(is_heard=False)
    assert presence.is_holding(FOR_EVER)


def test_a_home_assistant_that_came_back_unnoticed_is_not_waited_for(presence: Presence) -> None:
    """Its birth message came while the node was away."""
    presence.left()
    presence.connected(100)
    presence.discovery_answered(is_heard=True)
    assert not presence.is_holding(100)


def test_a_broker_that_never_had_home_assistant_is_not_held_up() -> None:
    """At each of its connections."""
    presence = Presence(PATIENCE)
    for at in (0.0, 100.0):
        presence.connected(at)
        presence.discovery_answered(is_heard=False)
        assert not presence.is_holding(at)
        assert not presence.unheard(at)


def test_an_event_that_nobody_received_makes_the_next_ones_wait(presence: Presence) -> None:
    """All that are on the way are lost together."""
    assert presence.unheard(100)
    assert presence.unheard(100)
    assert presence.is_holding(100 + PATIENCE - 1)


def test_who_disables_the_event_waits_only_once(presence: Presence) -> None:
    """Home Assistant does not subscribe to it then, and there is nobody else to wait for."""
    assert presence.unheard(100)
    assert not presence.unheard(100 + PATIENCE)
    assert not presence.is_holding(100 + PATIENCE)


def test_a_patience_of_zero_never_waits() -> None:
    """The owner has switched it off."""
    presence = Presence(0)
    presence.left()
    presence.connected(0)
    assert not presence.is_holding(0)
    assert not presence.unheard(0)
