"""What disturbs a node in a soak: each disturbance begins, lasts for a while, and ends; presses go on all the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic, sleep

from device.entities.kinds import PRESS
from device.mqtt.topics import BIRTH_TOPIC
from tests.faults.process import TOPICS
from tests.faults.rig import Rig

_PAUSE = 0.7
"""Seconds between two presses, on average."""


@dataclass(frozen=True)
class Soak:
    """A rig under test, its clock's file, and the generator that decides when what happens."""

    rig: Rig
    clock: Path
    random: Random

    def press_for(self, seconds: float) -> int:
        """Press at random for a while; return how often."""
        end = monotonic() + seconds
        presses = 0
        while monotonic() < end:
            self.rig.node.press()
            presses += 1
            sleep(self.random.expovariate(1 / _PAUSE))
        return presses


def _kill(soak: Soak) -> None:
    soak.press_for(soak.random.uniform(0, 2))
    soak.rig.kill()
    soak.rig.subscriber.forget_retained()
    soak.rig.node.start()


def _stop_node(soak: Soak) -> None:
    soak.press_for(soak.random.uniform(0, 2))
    assert soak.rig.node.stop() == 0, "the node did not end with exit code 0"
    soak.rig.subscriber.forget_retained()
    soak.rig.node.start()


def _stop_broker(soak: Soak) -> None:
    soak.rig.broker.stop()
    soak.press_for(soak.random.uniform(1, 8))
    soak.rig.subscriber.forget_retained()
    soak.rig.broker.start()


def _suspend_broker(soak: Soak) -> None:
    soak.rig.broker.suspend()
    soak.press_for(soak.random.uniform(1, 12))
    soak.rig.broker.resume()


def _cut(soak: Soak) -> None:
    soak.rig.subscriber.forget_retained()
    soak.press_for(soak.random.uniform(0, 2))
    soak.rig.proxy.cut()


def _half_close(soak: Soak) -> None:
    soak.rig.subscriber.forget_retained()
    soak.rig.proxy.half_close("to node" if soak.random.random() < 0.5 else "to broker")


def _silence(soak: Soak) -> None:
    soak.rig.proxy.fall_silent()
    soak.press_for(soak.random.uniform(1, 12))
    soak.rig.proxy.speak()


def _slow_down(soak: Soak) -> None:
    soak.rig.proxy.delay = soak.random.uniform(0.1, 0.8)
    soak.press_for(5)
    soak.rig.proxy.delay = 0


def _jump(soak: Soak) -> None:
    # Days; less than the month for which the outbox keeps an observation.
    soak.clock.write_text(f"{soak.random.choice('+-')}{soak.random.randrange(14)}d")
    soak.press_for(3)


def _births(soak: Soak) -> None:
    for _ in range(50):
        soak.rig.subscriber.publish(BIRTH_TOPIC, "online")
    soak.press_for(3)


def _invalid_commands(soak: Soak) -> None:
    for _ in range(100):
        key = soak.random.choice(("capture", "privacy", "threshold_offset", "a/b", "restart"))
        soak.rig.subscriber.publish(TOPICS.command(key), soak.random.randbytes(40))
    soak.rig.subscriber.publish(TOPICS.command("capture"), PRESS)


def _privacy(soak: Soak) -> None:
    for switch, camera in (("ON", b"offline"), ("OFF", b"online")):
        soak.rig.subscriber.publish(TOPICS.command("privacy"), switch)
        soak.rig.subscriber.wait_for(TOPICS.camera_status, camera)
        soak.press_for(1)


DISTURBANCES: dict[str, Callable[[Soak], None]] = {
    "node killed": _kill,
    "node restarted": _stop_node,
    "broker restarted": _stop_broker,
    "broker suspended": _suspend_broker,
    "connection cut": _cut,
    "connection half closed": _half_close,
    "network silent": _silence,
    "network slow": _slow_down,
    "clock jumped": _jump,
    "50 births": _births,
    "100 invalid commands": _invalid_commands,
    "privacy on and off": _privacy,
}
