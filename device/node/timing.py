"""How long the node waits for what: nothing that a user configures; tests hand in other values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """All in seconds.

    Attributes:
        tick: the camera's and the pins' recovery are checked this often; presses and messages do not wait for it.
        moment: without a message, after which the node reports how it is.
        patience: for an answer, the slowest on the slowest board included: a stream that is given up takes ten, a burst
            of five frames with ten faces on a Pi Zero 2 W half a minute. Beyond that something hangs.
        healthy_after: a node that ran for this long, or has answered a trigger with a picture before, is healthy.
        report_interval: between two diagnostics documents. A thousand confirmations at once are one change.
        save_interval: between two attempts to keep that privacy is on, on a disk that does not take it.
        vitals_interval: between two readings of temperature, Wi-Fi and disk: a day has 288, and Home Assistant records
            each that differs.
        alarm: for which a voltage that was too low is shown: a supply that is too weak fails again and again, and a day
            has at most 144 alarms.
        lasting: an observation that the broker has not confirmed by then counts as waiting; usually it does at once.
        last_answers: for the presses that wait when the node ends. Beyond that they are answered without a picture.
        enrolment_pause: between two pictures of somebody who is enrolled: long enough to turn the head, so that no two
            are the same.
        end_of_capture: for the capture thread to let go of the camera at the end. The longest read takes ten.
        restart_pause: after a restart that a command asked for, in which no other command restarts the node: whatever
            was pressed meanwhile is done with it, and presses need a while in which the camera is there.
    """

    tick: float = 1.0
    moment: float = 0.05
    patience: float = 120.0
    healthy_after: float = 60.0
    report_interval: float = 1.0
    save_interval: float = 60.0
    vitals_interval: float = 300.0
    alarm: float = 600.0
    lasting: float = 5.0
    last_answers: float = 8.0
    enrolment_pause: float = 1.0
    end_of_capture: float = 12.0
    restart_pause: float = 10.0


USUAL = Timing()
