"""What happens to a Pi on a wall: a loose plug, a process that hangs, a reboot; and what the sandbox allows."""

from __future__ import annotations

import pytest

from tests.broker.mosquitto import wait_for
from tests.pi.machine.house import TOPICS, House
from tests.pi.machine.machine import Machine

pytestmark = pytest.mark.machine

# Seconds, instead of the three minutes of facet.service. Three times the longest round of the node here.
WATCHDOG = 30


def property_of_node(pi: Machine, name: str) -> str:
    """Return what systemd says of the service."""
    return pi.run(f"systemctl show --property {name} --value facet")


def test_a_camera_that_comes_back_is_used_again(wired: Machine, house: House) -> None:
    """Unplugged it is missed at the next press; back under its name it gives pictures, and the node never restarted."""
    run = property_of_node(wired, "InvocationID")
    wired.run("systemctl stop camera")
    assert house.answer(wired.press)["reason"] == "camera_unavailable"
    house.wait_until(TOPICS.camera_status, b"offline")
    # The node lets go of what is no camera any more; then the kernel can, and the device is gone.
    wired.run("until rmmod v4l2loopback; do sleep 1; done; test ! -e /dev/video0")
    assert house.answer(wired.press)["reason"] == "camera_unavailable"

    wired.run("systemctl start camera")
    house.wait_until(TOPICS.camera_status, b"online")
    assert house.answer(wired.press)["face_count"] == 1
    assert property_of_node(wired, "InvocationID") == run


def test_a_node_that_hangs_is_restarted_by_systemd(wired: Machine, house: House) -> None:
    """Stopped in its tracks it feeds no watchdog. The time is shortened by a drop-in; all else is the service's own."""
    folder = "/run/systemd/system/facet.service.d"
    settings = f"[Service]\\nWatchdogSec={WATCHDOG}\\n"
    with house.node_comes_back():
        wired.run(f"mkdir --parents {folder} && printf '{settings}' >{folder}/watchdog.conf")
        wired.run("systemctl daemon-reload && systemctl restart facet")
    restarts = int(property_of_node(wired, "NRestarts"))
    with house.node_comes_back():
        wired.run("systemctl kill --signal SIGSTOP --kill-whom main facet")
        wait_for(
            lambda: int(property_of_node(wired, "NRestarts")) > restarts,
            "systemd restarts the node",
            6 * WATCHDOG,
        )
    assert "Watchdog timeout" in wired.run("journalctl --unit facet --output cat")
    assert house.answer(wired.press)["reason"] is None
    wired.run(f"rm {folder}/watchdog.conf && systemctl daemon-reload")


@pytest.mark.parametrize(
    ("attempt", "refusal"),
    [
        pytest.param(": </dev/facet-camera", "", id="camera"),
        pytest.param(": </dev/gpiochip0", "", id="pins"),
        pytest.param(": </dev/vda", "Operation not permitted", id="disk"),
        pytest.param(": </dev/ttyS0", "Operation not permitted", id="serial-line"),
        pytest.param(": </dev/mem", "Operation not permitted", id="memory"),
        pytest.param(": >/etc/facet/new", "Read-only file system", id="configuration"),
        pytest.param(": >/opt/facet/new", "Read-only file system", id="program"),
        pytest.param(": >/var/lib/facet/new && rm /var/lib/facet/new", "", id="state"),
    ],
)
def test_even_root_would_have_no_more_than_camera_pins_and_state_in_the_nodes_place(
    wired: Machine, attempt: str, refusal: str
) -> None:
    """In the node's control group and among its mounts, all else is refused."""
    node = property_of_node(wired, "MainPID")
    group = f"/sys/fs/cgroup{property_of_node(wired, 'ControlGroup')}"
    inside = f"nsenter --target {node} --mount bash -c '{attempt}'"
    done = wired.attempt(f"echo $$ >{group}/cgroup.procs && {inside}")
    assert refusal in done.stdout
    assert (done.returncode != 0) == bool(refusal), done.stdout


def test_the_node_is_a_user_of_its_own_without_privileges(wired: Machine) -> None:
    """It is in the groups of camera and pins, and has no capability, nor a way to one."""
    node = property_of_node(wired, "MainPID")
    status = wired.run(f"cat /proc/{node}/status")
    said = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert wired.run(f"ps -o user= -p {node}") == "facet"
    assert wired.run("id --name --groups facet") == "facet video gpio"
    assert {int(said[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")} == {0}
    assert said["NoNewPrivs"] == "1"


def test_after_a_reboot_the_node_publishes_by_itself(wired: Machine, house: House) -> None:
    """Nobody logs in: systemd starts it, it finds camera, pins and broker, and answers a press."""
    with house.node_comes_back():
        wired.reboot()
    assert house.answer(wired.press)["face_count"] == 1
