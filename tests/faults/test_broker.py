"""What a broker does to a node: it hangs, it goes, it refuses, it limits, and Home Assistant starts and starts."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from device.mqtt.topics import BIRTH_TOPIC
from tests.broker.mosquitto import Mosquitto, free_port, wait_for
from tests.faults.conftest import StartRig
from tests.faults.process import TOPICS
from tests.faults.rig import KEEPS_ALL
from tests.faults.scale import scaled

pytestmark = [pytest.mark.faults, pytest.mark.timeout(scaled(3600, 300))]

OUTAGES = scaled(10, 2)
BIRTHS = scaled(10_000, 500)
MEGABYTE = 1_000_000


def test_a_broker_that_hangs_loses_nothing(start_rig: StartRig) -> None:
    """SIGSTOP for longer than the keep-alive: the node gives the connection up, and finds the next."""
    with start_rig() as rig:
        rig.wait_until_online()
        rig.press_and_wait(3)
        rig.broker.suspend()
        logged = len(rig.node.log.text)
        rig.press_and_wait(5)
        rig.node.wait_for_log("MQTT: ", since=logged)
        rig.press_and_wait(5)
        wait_for(lambda: len(rig.node.waiting()) >= 10, "ten are on disk")
        rig.broker.resume()
        rig.check()


def test_a_broker_that_hangs_for_a_moment_is_not_even_missed(start_rig: StartRig) -> None:
    """SIGSTOP for less than the keep-alive: one connection, and no duplicate."""
    # The moment lasts as long as five presses take, on a slow machine several seconds.
    with start_rig(mqtt={"keep_alive": 60}) as rig:
        rig.wait_until_online()
        rig.broker.suspend()
        rig.press_and_wait(5)
        rig.broker.resume()
        rig.check()
        assert rig.subscriber.repeated == 0


def test_a_broker_that_restarts_loses_nothing(start_rig: StartRig) -> None:
    """Presses go on; what waited arrives in its order, before what comes after."""
    with start_rig() as rig:
        for _ in range(OUTAGES):
            rig.wait_until_online()
            rig.subscriber.forget_retained()
            rig.broker.stop()
            rig.press_and_wait(10)
            rig.broker.start()
        rig.wait_until_online()
        rig.check()
        assert list(rig.subscriber.events) == rig.node.log.observed


def test_a_broker_that_refuses_and_then_accepts_gets_everything(
    start_rig: StartRig, broker: Mosquitto, tmp_path: Path
) -> None:
    """The password is corrected at the broker; the node is left alone."""
    passwords = tmp_path / "passwords"
    passwords.touch()
    port = free_port()
    broker.stop()
    broker.configure(
        "per_listener_settings true",
        *KEEPS_ALL,
        f"listener {port} 127.0.0.1",
        f"password_file {passwords}",
    )
    broker.start()
    mqtt = {"username": "hall", "password": "correct horse"}
    with start_rig(mqtt=mqtt, port=port) as rig:
        rig.node.wait_for_log("refuses mqtt.username 'hall'")
        rig.press_and_wait(5)
        wait_for(lambda: len(rig.node.waiting()) == 5, "all five are on disk")
        program = shutil.which("mosquitto_passwd")
        assert program, "mosquitto_passwd is missing: apt-get install mosquitto"
        subprocess.run([program, "-b", passwords, "hall", "correct horse"], check=True)
        broker.reload()
        rig.wait_until_online()
        rig.check()
        assert "correct horse" not in rig.node.log.text


def test_a_packet_limit_is_named_and_holds_up_only_what_is_too_long(
    start_rig: StartRig, broker: Mosquitto
) -> None:
    """Discovery and faces wait for a better broker; what is short enough does not wait for them."""
    broker.stop()
    broker.configure(*KEEPS_ALL, "max_packet_size 1000")
    broker.start()
    with start_rig() as rig:
        rig.wait_until_online()
        rig.press_and_wait(5)
        rig.node.wait_for_log("raise its limit for packets (Mosquitto: max_packet_size)")
        rig.subscriber.publish(TOPICS.command("privacy"), "ON")
        rig.node.wait_for_log("privacy is set")
        rig.press_and_wait()
        rig.subscriber.wait_for_events(1)
        wait_for(lambda: len(rig.node.waiting()) == 5, "only the faces wait")
        rig.subscriber.publish(TOPICS.command("privacy"), "OFF")
        broker.stop()
        broker.configure(*KEEPS_ALL)
        rig.subscriber.forget_retained()
        broker.start()
        rig.wait_until_online()
        rig.check()


def test_a_storm_of_births_is_one_announcement_at_a_time(start_rig: StartRig) -> None:
    """However often Home Assistant starts, the node announces itself at most every two seconds, and answers presses."""
    with start_rig() as rig:
        rig.wait_until_online()
        rig.press_and_wait(5)
        before = rig.node.anonymous_bytes
        for number in range(BIRTHS):
            rig.subscriber.publish(BIRTH_TOPIC, "online")
            if number % (BIRTHS // 10) == 0:
                rig.press_and_wait()
        rig.check()
        rig.node.wait_for_log("announcing the node again")  # up to two seconds after a birth
        announced = rig.node.log.text.count("announcing the node again")
        grown = rig.node.anonymous_bytes - before
        print(f"{BIRTHS} births: {announced} announcements, {grown / MEGABYTE:.1f} MB more")
        assert announced < BIRTHS
        assert grown < 5 * MEGABYTE
