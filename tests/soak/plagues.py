"""What befalls a node in a soak: each plague strikes, lasts for a while, and goes; presses go on all the time."""

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
class Soaked:
    """A rig under test, its clock's file and the chance that rules over it."""

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


def _kill(soaked: Soaked) -> None:
    soaked.press_for(soaked.random.uniform(0, 2))
    soaked.rig.kill()
    soaked.rig.ledger.forget()
    soaked.rig.node.start()


def _stop_node(soaked: Soaked) -> None:
    soaked.press_for(soaked.random.uniform(0, 2))
    assert soaked.rig.node.stop() == 0, "the node did not end in good order"
    soaked.rig.ledger.forget()
    soaked.rig.node.start()


def _stop_broker(soaked: Soaked) -> None:
    soaked.rig.broker.stop()
    soaked.press_for(soaked.random.uniform(1, 8))
    soaked.rig.ledger.forget()
    soaked.rig.broker.start()


def _suspend_broker(soaked: Soaked) -> None:
    soaked.rig.broker.suspend()
    soaked.press_for(soaked.random.uniform(1, 12))
    soaked.rig.broker.resume()


def _cut(soaked: Soaked) -> None:
    soaked.rig.ledger.forget()
    soaked.press_for(soaked.random.uniform(0, 2))
    soaked.rig.proxy.cut()


def _half_close(soaked: Soaked) -> None:
    soaked.rig.ledger.forget()
    soaked.rig.proxy.half_close("to node" if soaked.random.random() < 0.5 else "to broker")


def _silence(soaked: Soaked) -> None:
    soaked.rig.proxy.fall_silent()
    soaked.press_for(soaked.random.uniform(1, 12))
    soaked.rig.proxy.speak()


def _slow_down(soaked: Soaked) -> None:
    soaked.rig.proxy.delay = soaked.random.uniform(0.1, 0.8)
    soaked.press_for(5)
    soaked.rig.proxy.delay = 0


def _jump(soaked: Soaked) -> None:
    # Days; less than the month for which the outbox keeps an observation.
    soaked.clock.write_text(f"{soaked.random.choice('+-')}{soaked.random.randrange(14)}d")
    soaked.press_for(3)


def _births(soaked: Soaked) -> None:
    for _ in range(50):
        soaked.rig.ledger.say(BIRTH_TOPIC, "online")
    soaked.press_for(3)


def _nonsense(soaked: Soaked) -> None:
    for _ in range(100):
        key = soaked.random.choice(("capture", "privacy", "threshold_offset", "a/b", "restart"))
        soaked.rig.ledger.say(TOPICS.command(key), soaked.random.randbytes(40))
    soaked.rig.ledger.say(TOPICS.command("capture"), PRESS)


def _privacy(soaked: Soaked) -> None:
    for switch, camera in (("ON", b"offline"), ("OFF", b"online")):
        soaked.rig.ledger.say(TOPICS.command("privacy"), switch)
        soaked.rig.ledger.wait_for(TOPICS.camera_status, camera)
        soaked.press_for(1)


PLAGUES: dict[str, Callable[[Soaked], None]] = {
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
    "100 senseless commands": _nonsense,
    "privacy on and off": _privacy,
}
