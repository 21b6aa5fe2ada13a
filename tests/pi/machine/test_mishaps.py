"""A loose camera plug, a process that hangs and a reboot; and what the sandbox allows."""

from __future__ import annotations

import pytest

from tests.broker.mosquitto import wait_for
from tests.pi.machine.machine import Machine
from tests.pi.machine.node_view import TOPICS, NodeView

pytestmark = pytest.mark.machine

# Seconds, instead of the three minutes of facet.service. Three times the longest round of the node here.
WATCHDOG = 30


def property_of_node(pi: Machine, name: str) -> str:
    """Return a property of the service, as systemd reports it."""
    return pi.run(f"systemctl show --property {name} --value facet")


def test_a_camera_that_comes_back_is_used_again(wired: Machine, node: NodeView) -> None:
    """Its absence is noticed at the next press; once it is back, the node uses it without a restart."""
    run = property_of_node(wired, "InvocationID")
    wired.run("systemctl stop camera")
    assert node.answer(wired.press)["reason"] == "camera_unavailable"
    node.wait_until(TOPICS.camera_status, b"offline")
    # The node closes what is not a camera any more; then the kernel can remove the device.
    wired.run("until rmmod v4l2loopback; do sleep 1; done; test ! -e /dev/video0")
    assert node.answer(wired.press)["reason"] == "camera_unavailable"

    wired.run("systemctl start camera")
    node.wait_until(TOPICS.camera_status, b"online")
    assert node.answer(wired.press)["face_count"] == 1
    assert property_of_node(wired, "InvocationID") == run


def test_a_node_that_hangs_is_restarted_by_systemd(wired: Machine, node: NodeView) -> None:
    """A stopped process sends no heartbeat. A drop-in shortens the time limit; the rest is the shipped service."""
    folder = "/run/systemd/system/facet.service.d"
    settings = f"[Service]\\nWatchdogSec={WATCHDOG}\\n"
    with node.comes_back():
        wired.run(f"mkdir --parents {folder} && printf '{settings}' >{folder}/watchdog.conf")
        wired.run("systemctl daemon-reload && systemctl restart facet")
    restarts = int(property_of_node(wired, "NRestarts"))
    with node.comes_back():
        wired.run("systemctl kill --signal SIGSTOP --kill-whom main facet")
        wait_for(
            lambda: int(property_of_node(wired, "NRestarts")) > restarts,
            "systemd restarts the node",
            6 * WATCHDOG,
        )
    assert "Watchdog timeout" in wired.run("journalctl --unit facet --output cat")
    assert node.answer(wired.press)["reason"] is None
    wired.run(f"rm {folder}/watchdog.conf && systemctl daemon-reload")


@pytest.mark.parametrize(
    ("attempt", "denial"),
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
def test_even_root_in_place_of_the_node_reaches_only_camera_pins_and_state(
    wired: Machine, attempt: str, denial: str
) -> None:
    """In the node's control group and with its mounts, everything else is denied."""
    process = property_of_node(wired, "MainPID")
    group = f"/sys/fs/cgroup{property_of_node(wired, 'ControlGroup')}"
    inside = f"nsenter --target {process} --mount bash -c '{attempt}'"
    done = wired.attempt(f"echo $$ >{group}/cgroup.procs && {inside}")
    assert denial in done.stdout
    assert (done.returncode != 0) == bool(denial), done.stdout


def test_the_node_runs_as_a_separate_user_without_privileges(wired: Machine) -> None:
    """It is in the groups of camera and pins, has no capability and cannot gain one."""
    process = property_of_node(wired, "MainPID")
    status = wired.run(f"cat /proc/{process}/status")
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert wired.run(f"ps -o user= -p {process}") == "facet"
    assert wired.run("id --name --groups facet") == "facet video gpio"
    assert {int(fields[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")} == {0}
    assert fields["NoNewPrivs"] == "1"


def test_after_a_reboot_the_node_publishes_by_itself(wired: Machine, node: NodeView) -> None:
    """Nobody logs in: systemd starts it, it finds camera, pins and broker, and answers a press."""
    with node.comes_back():
        wired.reboot()
    assert node.answer(wired.press)["face_count"] == 1
