"""The inbox takes what other threads hand it, in the right order, and no flood."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.mqtt.events import Command, Delivered, NewestVersion, PersonSealed
from device.node.inbox import (
    MOST_NONSENSE,
    MOST_PRESSES,
    MOST_SEALED_BYTES,
    MOST_TRIGGERS,
    Inbox,
)
from device.node.messages import Content, Message, Stop
from device.node.triage import Urgency
from device.observation import Source, Trigger
from tests.clock import Clock

ON = Command("privacy", b"ON")
OFF = Command("privacy", b"OFF")
PRESS = Command("capture", b"PRESS")
NONSENSE = Command("nonsense", b"x")
TRIGGER = Trigger(Source.BUTTON)


def offset(value: float) -> Command:
    """A command that sets the threshold's offset."""
    return Command("threshold_offset", str(value).encode())


def urgency(command: Command) -> Urgency:
    """What the node's triage says of these."""
    match command:
        case Command("privacy", b"ON"):
            return Urgency.PRIVACY
        case Command("privacy", b"OFF") | Command("threshold_offset"):
            return Urgency.SETTING
        case Command("capture"):
            return Urgency.PRESS
        case _:
            return Urgency.NONSENSE


def sorting(
    clock: Callable[[], float] | None = None,
    *,
    most_triggers: int = MOST_TRIGGERS,
    most_presses: int = MOST_PRESSES,
) -> Inbox:
    """An inbox that knows these commands."""
    inbox = Inbox(clock=clock or Clock(), most_triggers=most_triggers, most_presses=most_presses)
    inbox.sort_with(urgency)
    return inbox


def everything(inbox: Inbox) -> list[Content]:
    """Take all that waits."""
    contents: list[Content] = []
    while (message := inbox.get(0.001)) is not None:
        contents.append(message.content)
    return contents


def test_messages_come_out_in_their_order_with_their_time() -> None:
    """Whatever they are; without one, None after the time."""
    clock = Clock()
    inbox = Inbox(now=clock.now, clock=clock)
    came = clock.now()
    for content in (PRESS, Delivered(1), Stop()):
        inbox.put(content)
    clock.seconds += 60
    assert inbox.get(1) == Message(PRESS, came, 1000.0)
    assert inbox.get(1) == Message(Delivered(1), came, 1000.0)
    assert inbox.get(1) == Message(Stop(), came, 1000.0)
    assert inbox.get(0.001) is None
    assert inbox.is_empty


def test_a_press_after_privacy_off_comes_after_it() -> None:
    """While nobody floods the node, what is done first counts first."""
    inbox = sorting()
    for content in (offset(0.1), OFF, TRIGGER, PRESS):
        inbox.put(content)
    assert everything(inbox) == [offset(0.1), OFF, TRIGGER, PRESS]


def test_privacy_on_comes_before_everything_that_waits() -> None:
    """Commands, presses, and what the node itself has caused."""
    inbox = sorting()
    for content in (PRESS, Delivered(1), TRIGGER, NONSENSE, ON):
        inbox.put(content)
    assert everything(inbox)[0] == ON


def test_privacy_on_is_not_undone_by_an_older_off() -> None:
    """It has overtaken it; a later one counts, whatever comes in between."""
    inbox = sorting()
    for content in (OFF, ON):
        inbox.put(content)
    assert everything(inbox) == [ON]
    for content in (ON, OFF, Command("privacy", b"0"), ON, OFF):
        inbox.put(content)
    assert everything(inbox) == [ON, Command("privacy", b"0"), OFF]


def test_triggers_come_before_a_flood_of_commands() -> None:
    """And what the node itself has caused."""
    inbox = sorting()
    for _ in range(100):
        inbox.put(PRESS)
    inbox.put(TRIGGER)
    inbox.put(Delivered(1))
    assert everything(inbox) == [TRIGGER, Delivered(1), *[PRESS] * 100]


def test_of_a_setting_only_the_newest_command_waits() -> None:
    """Ten thousand of them are one, behind what came in between."""
    inbox = sorting()
    for number in range(5000):
        inbox.put(offset(number / 10_000))
    inbox.put(PRESS)
    for number in range(5000):
        inbox.put(offset(-number / 10_000))
    assert everything(inbox) == [PRESS, offset(-0.4999)]
    assert inbox.is_empty


def test_of_the_newest_versions_the_last_one_waits() -> None:
    """5,000 versions of 4 kB would be 20 MB."""
    inbox = sorting()
    for _ in range(5000):
        inbox.put(NewestVersion(bytes(4000)))
    inbox.put(NewestVersion(b"1.2.3"))
    assert everything(inbox) == [NewestVersion(b"1.2.3")]


@pytest.mark.parametrize(("content", "kind"), [(PRESS, "presses"), (TRIGGER, "triggers")])
def test_a_flood_is_thrown_away_and_reported_once(
    caplog: pytest.LogCaptureFixture, content: Content, kind: str
) -> None:
    """What the node itself causes is taken all the same, and more from outside is when there is room."""
    clock = Clock()
    inbox = sorting(clock, most_presses=100, most_triggers=100)
    for _ in range(150):
        inbox.put(content)
    inbox.put(Stop())
    taken = everything(inbox)
    assert sorted(map(str, taken)) == sorted(map(str, [*[content] * 100, Stop()]))
    assert caplog.text.count(f"So many {kind} come that some are thrown away") == 1
    clock.seconds += 1
    inbox.put(content)
    assert everything(inbox) == [content]


def test_nonsense_is_bounded_for_long_too(caplog: pytest.LogCaptureFixture) -> None:
    """Each is a line in the log: a hundred at once, and then one a second, with one line on what is thrown away."""
    clock = Clock()
    inbox = sorting(clock)
    taken = 0
    for _ in range(600):
        for _ in range(100):
            inbox.put(NONSENSE)
        taken += len(everything(inbox))
        clock.seconds += 1
    assert MOST_NONSENSE + 590 <= taken <= MOST_NONSENSE + 600
    assert caplog.text.count("commands without a meaning come that some are thrown away") == 1


def test_a_flood_is_reported_again_after_a_quiet_minute(caplog: pytest.LogCaptureFixture) -> None:
    """It may be another one."""
    clock = Clock()
    inbox = sorting(clock)
    for pause in (0.0, 59.0, 61.0):
        clock.seconds += pause
        for _ in range(300):
            inbox.put(NONSENSE)
        everything(inbox)
    assert caplog.text.count("some are thrown away") == 2


def test_a_flood_of_commands_loses_no_trigger_and_no_privacy() -> None:
    """Each kind has a bound of its own."""
    inbox = sorting(most_presses=10)
    for _ in range(MOST_TRIGGERS):
        inbox.put(NONSENSE)
        inbox.put(PRESS)
        inbox.put(TRIGGER)
    inbox.put(ON)
    taken = everything(inbox)
    assert taken[0] == ON
    assert taken.count(TRIGGER) == MOST_TRIGGERS
    assert taken.count(PRESS) == 10
    assert taken.count(NONSENSE) == MOST_NONSENSE


@given(st.lists(st.sampled_from([ON, OFF, offset(0.1), PRESS, TRIGGER, Stop(), None]), max_size=60))
def test_whatever_comes_and_goes_nothing_is_left_and_nobody_waits_in_vain(
    steps: list[Content | None],
) -> None:
    """None takes a message. The newest of a setting comes last, each press and trigger comes, and then nothing."""
    inbox = sorting()
    taken: list[Content] = []
    for step in steps:
        if step is not None:
            inbox.put(step)
        elif not inbox.is_empty:
            message = inbox.get(0.0)
            assert message is not None
            taken.append(message.content)
    while not inbox.is_empty:
        message = inbox.get(0.0)
        assert message is not None
        taken.append(message.content)
    assert inbox.get(0.0) is None
    for each in (PRESS, TRIGGER, Stop()):
        assert taken.count(each) == steps.count(each)
    privacy = [step for step in steps if step in {ON, OFF}]
    obeyed = [content for content in taken if content in {ON, OFF}]
    assert privacy[-1:] == obeyed[-1:]


def test_people_who_are_shared_are_bounded_in_bytes(caplog: pytest.LogCaptureFixture) -> None:
    """Long ones and empty ones; what was taken out makes room, and nothing else waits longer for it."""
    inbox = sorting()
    for size in (60_000, 0):
        for number in range(MOST_SEALED_BYTES // 1000 + 1000):
            inbox.put(PersonSealed(f"{number:012x}", bytes(size)))
        inbox.put(TRIGGER)
        *sealed, last = everything(inbox)
        assert last == TRIGGER
        assert sum(1000 + size for _ in sealed) <= MOST_SEALED_BYTES
        assert sealed
    assert "bytes of sealed people" in caplog.text
