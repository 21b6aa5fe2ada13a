"""provisioning/ansible against three machines with their own systemd, over ssh. The tests build upon one another."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.broker.mosquitto import Mosquitto
from tests.broker.observer import observe
from tests.fleet.conftest import AT_ONCE, BROKEN, NEW, NODES, OLD, PASSWORD
from tests.fleet.fleet import Fleet, Run

pytestmark = [pytest.mark.fleet, pytest.mark.timeout(600)]


def test_one_playbook_brings_all_nodes_online(
    installed: Run, fleet: Fleet, broker: Mosquitto
) -> None:
    """Each under the name that the inventory has for it, from machines that had nothing of Facet."""
    assert installed.succeeded, installed.output
    assert set(fleet.versions().values()) == {OLD}
    with observe(broker.port, user="observer") as observer:
        topics = [f"facet/{name}/status" for name in NODES]
        heard = observer.expect_all(topics)
    assert [heard[topic].payload for topic in topics] == [b"online"] * len(NODES)


def test_a_second_run_changes_nothing(installed: Run, fleet: Fleet) -> None:
    """And install.sh says so on every node; no file is written, not even in the same words, and the node runs on."""
    assert installed.succeeded
    before = {
        name: set(machine.run(_EVERYTHING).splitlines()) for name, machine in fleet.machines.items()
    }
    again = fleet.play("site.yml", "-v", AT_ONCE)
    assert again.succeeded, again.output
    assert again.changed == dict.fromkeys(NODES, 0), again.output
    assert again.output.count("nothing had to change") >= len(NODES)
    for name, machine in fleet.machines.items():
        assert set(machine.run(_EVERYTHING).splitlines()) ^ before[name] == set()


def test_no_secret_is_shown(installed: Run, fleet: Fleet) -> None:
    """Neither what installing says, nor what the differences of a changed secret are, however much is asked for."""
    secrets = {"mqtt_password": PASSWORD, "spare": "another secret"}
    changed = fleet.play("site.yml", AT_ONCE, "--diff", "--check", "-vvv", facet_secrets=secrets)
    assert changed.succeeded, changed.output
    assert set(changed.changed.values()) == {2}, "the secrets, and the restart that would follow"
    for output in (installed.output, changed.output):
        assert PASSWORD not in output
        assert "another secret" not in output


def test_a_variable_of_the_group_changes_a_setting_on_all(installed: Run, fleet: Fleet) -> None:
    """That setting and no other, and a node's own variable comes before it."""
    assert installed.succeeded
    started = {name: machine.run(_STARTED) for name, machine in fleet.machines.items()}
    fleet.variables["facet_config_group"] = {"node": {"suggested_area": "Ground floor"}}
    run = fleet.play("site.yml", "--diff", AT_ONCE)
    assert run.succeeded, run.output
    assert run.output.count("+  suggested_area: Ground floor") == len(NODES)
    for name, machine in fleet.machines.items():
        assert "id: " + name in machine.run("cat /etc/facet/facet.yaml")
        assert machine.run(_STARTED) != started[name]


def test_a_bad_setting_never_reaches_a_node(installed: Run, fleet: Fleet) -> None:
    """The node's own loader rejects it, in the words that facet check has, and nothing is restarted."""
    assert installed.succeeded
    before = {name: machine.run(_TRACES) for name, machine in fleet.machines.items()}
    run = fleet.play("site.yml", facet_config_host={"camera": {"rotation": 45}})
    assert not run.succeeded
    assert "camera.rotation: found 45; allowed: 0, 90, 180 or 270" in run.output
    assert run.failed == {"hall"}, "the first batch is one node"
    assert {name: machine.run(_TRACES) for name, machine in fleet.machines.items()} == before


def test_a_wrong_variable_is_named_before_any_node_is_touched(fleet: Fleet) -> None:
    """By the role's own description of its variables."""
    run = fleet.play("site.yml", facet_config=["mqtt"])
    assert not run.succeeded
    assert "argument 'facet_config' is of type" in run.output
    assert set(run.changed.values()) == {0}


def test_a_broken_release_stops_at_the_first_node(
    installed: Run, fleet: Fleet, wheels: dict[str, Path]
) -> None:
    """Which goes back to the release before, while the others never hear of it."""
    assert installed.succeeded
    others = {name: fleet.machines[name].run(_STARTED) for name in NODES[1:]}
    run = fleet.play("site.yml", facet_wheel=str(wheels[BROKEN]))
    assert not run.succeeded
    assert f"rolled back to release {OLD}" in run.output
    assert set(run.changed) == {"hall"}, run.output
    assert set(fleet.versions().values()) == {OLD}
    assert fleet.machines["hall"].run("systemctl is-active facet") == "active"
    assert BROKEN not in fleet.machines["hall"].run("ls /opt/facet/releases")
    assert {name: fleet.machines[name].run(_STARTED) for name in NODES[1:]} == others


def test_a_node_that_does_not_come_online_stops_the_rest(installed: Run, fleet: Fleet) -> None:
    """A broker's name with a typing error passes every check of the file, and reaches one node only."""
    assert installed.succeeded
    elsewhere = {"mqtt": {"port": 9}}
    run = fleet.play("site.yml", facet_config_host=elsewhere, facet_patience=5)
    assert not run.succeeded
    assert run.failed == set(run.changed) == {"hall"}
    mended = fleet.play("site.yml", AT_ONCE)
    assert mended.succeeded, mended.output
    assert {name: changed > 0 for name, changed in mended.changed.items()} == {
        "hall": True,
        "kitchen": False,
        "porch": False,
    }


def test_an_upgrade_goes_from_batch_to_batch(
    installed: Run, fleet: Fleet, wheels: dict[str, Path], broker: Mosquitto
) -> None:
    """One node, then the next ones; all of them are online with the new release."""
    assert installed.succeeded
    fleet.variables["facet_wheel"] = str(wheels[NEW])
    run = fleet.play("site.yml")
    assert run.succeeded, run.output
    assert run.output.count("PLAY [") == len(NODES)
    assert set(fleet.versions().values()) == {NEW}
    with observe(broker.port, user="observer") as observer:
        topics = [f"homeassistant/device/{name}/config" for name in NODES]
        heard = observer.expect_all(topics)
    devices = [json.loads(heard[topic].payload)["device"] for topic in topics]
    assert [device["sw_version"] for device in devices] == [NEW] * len(NODES)


def test_diagnostics_are_fetched_from_every_node(installed: Run, fleet: Fleet) -> None:
    """One archive a node, with its settings and without its password."""
    assert installed.succeeded
    folder = fleet.folder / "diagnostics"
    run = fleet.play("diagnostics.yml", facet_diagnostics=str(folder))
    assert run.succeeded, run.output
    for name in NODES:
        with zipfile.ZipFile(folder / f"{name}.zip") as archive:
            parts = {part: archive.read(part).decode() for part in archive.namelist()}
        assert f"id: {name}" in parts["facet.yaml"]
        assert "journal.log" in parts
        assert not any(PASSWORD in text for text in parts.values())


_STARTED = "systemctl show --property ExecMainStartTimestampMonotonic --value facet"
# What tells a change of any file that an installation may touch, and which run of the node this is. What lies in the
# node's own folder the node itself writes at any time.
_EVERYTHING = (
    r'find /etc /opt /usr -printf "%p %s %T@ %u:%g %m %l\n"; stat --format "%U:%G %a" /var/lib/facet; '
    "systemctl show --property InvocationID facet"
)
_TRACES = f"{_STARTED}; cat /etc/facet/facet.yaml /etc/facet/secrets.yaml"
