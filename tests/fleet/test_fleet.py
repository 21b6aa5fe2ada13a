"""provisioning/ansible against three machines with their own systemd, over ssh. The tests build on one another."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.broker.mosquitto import Mosquitto, wait_for
from tests.broker.observer import observe
from tests.fleet.conftest import AT_ONCE, BROKEN, NEW, NODES, OLD, PASSWORD, PERSON, SHARE_KEY
from tests.fleet.fleet import Fleet, Run

pytestmark = [pytest.mark.fleet, pytest.mark.timeout(600)]


def test_one_playbook_brings_all_nodes_online(
    installed: Run, fleet: Fleet, broker: Mosquitto
) -> None:
    """Each under its name in the inventory, on machines that had nothing of Facet."""
    assert installed.has_succeeded, installed.output
    assert set(fleet.versions().values()) == {OLD}
    with observe(broker.port, user="observer") as observer:
        topics = [f"facet/{name}/status" for name in NODES]
        heard = observer.expect_all(topics)
    assert [heard[topic].payload for topic in topics] == [b"online"] * len(NODES)


def test_people_are_imported_on_one_node_and_shared_with_all(installed: Run, fleet: Fleet) -> None:
    """By an export, of which nothing stays on the node, and a key from the vault; no name is shown."""
    assert installed.has_succeeded, installed.output
    for machine in fleet.machines.values():
        wait_for(lambda: PERSON in machine.run(_PEOPLE), f"{machine.name} knows her", 60)  # noqa: B023
    assert fleet.machines["hall"].run("ls -d /tmp/*.facet || true") == ""
    for secret in (PERSON, SHARE_KEY, "embedding"):
        assert secret not in installed.output


def test_a_second_run_changes_nothing(installed: Run, fleet: Fleet) -> None:
    """install.sh reports so on every node; no file is written again, and the node keeps running."""
    assert installed.has_succeeded
    before = {
        name: set(machine.run(_EVERYTHING).splitlines()) for name, machine in fleet.machines.items()
    }
    again = fleet.play("site.yml", "-v", AT_ONCE)
    assert again.has_succeeded, again.output
    assert again.changed == dict.fromkeys(NODES, 0), again.output
    assert again.output.count("nothing had to change") >= len(NODES)
    for name, machine in fleet.machines.items():
        assert set(machine.run(_EVERYTHING).splitlines()) ^ before[name] == set()


def test_no_secret_is_shown(installed: Run, fleet: Fleet) -> None:
    """Neither the installation nor the differences of a changed secret show one, however verbose they are."""
    secrets = {"mqtt_password": PASSWORD, "spare": "another secret"}
    changed = fleet.play("site.yml", AT_ONCE, "--diff", "--check", "-vvv", facet_secrets=secrets)
    assert changed.has_succeeded, changed.output
    assert set(changed.changed.values()) == {2}, "the secrets, and the restart that would follow"
    for output in (installed.output, changed.output):
        assert PASSWORD not in output
        assert "another secret" not in output


def test_a_variable_of_the_group_changes_a_setting_on_all(installed: Run, fleet: Fleet) -> None:
    """That setting and no other, and a node's own variable comes before it."""
    assert installed.has_succeeded
    started = {name: machine.run(_STARTED) for name, machine in fleet.machines.items()}
    fleet.variables["facet_config_group"] = {"node": {"suggested_area": "Ground floor"}}
    run = fleet.play("site.yml", "--diff", AT_ONCE)
    assert run.has_succeeded, run.output
    assert run.output.count("+  suggested_area: Ground floor") == len(NODES)
    for name, machine in fleet.machines.items():
        assert "id: " + name in machine.run("cat /etc/facet/facet.yaml")
        assert machine.run(_STARTED) != started[name]


def test_a_bad_setting_never_reaches_a_node(installed: Run, fleet: Fleet) -> None:
    """The node's own loader rejects it with the message of facet check, and nothing is restarted."""
    assert installed.has_succeeded
    before = {name: machine.run(_TRACES) for name, machine in fleet.machines.items()}
    run = fleet.play("site.yml", facet_config_host={"camera": {"rotation": 45}})
    assert not run.has_succeeded
    assert "camera.rotation: found 45; allowed: 0, 90, 180 or 270" in run.output
    assert run.failed == {"hall"}, "the first batch is one node"
    assert {name: machine.run(_TRACES) for name, machine in fleet.machines.items()} == before


def test_a_wrong_variable_is_named_before_any_node_is_touched(fleet: Fleet) -> None:
    """By the role's own description of its variables."""
    run = fleet.play("site.yml", facet_config=["mqtt"])
    assert not run.has_succeeded
    assert "argument 'facet_config' is of type" in run.output
    assert set(run.changed.values()) == {0}


def test_a_broken_release_stops_at_the_first_node(
    installed: Run, fleet: Fleet, wheels: dict[str, Path]
) -> None:
    """It returns to the previous release, and the other nodes are not touched."""
    assert installed.has_succeeded
    others = {name: fleet.machines[name].run(_STARTED) for name in NODES[1:]}
    run = fleet.play("site.yml", facet_wheel=str(wheels[BROKEN]))
    assert not run.has_succeeded
    assert f"rolled back to release {OLD}" in run.output
    assert set(run.changed) == {"hall"}, run.output
    assert set(fleet.versions().values()) == {OLD}
    assert fleet.machines["hall"].run("systemctl is-active facet") == "active"
    assert BROKEN not in fleet.machines["hall"].run("ls /opt/facet/releases")
    assert {name: fleet.machines[name].run(_STARTED) for name in NODES[1:]} == others


def test_a_node_that_does_not_come_online_stops_the_rest(installed: Run, fleet: Fleet) -> None:
    """A broker's name with a typing error passes every check of the file, and reaches one node only."""
    assert installed.has_succeeded
    elsewhere = {"mqtt": {"port": 9}}
    run = fleet.play("site.yml", facet_config_host=elsewhere, facet_patience=5)
    assert not run.has_succeeded
    assert run.failed == set(run.changed) == {"hall"}
    corrected = fleet.play("site.yml", AT_ONCE)
    assert corrected.has_succeeded, corrected.output
    assert {name: changed > 0 for name, changed in corrected.changed.items()} == {
        "hall": True,
        "kitchen": False,
        "porch": False,
    }


def test_an_upgrade_goes_from_batch_to_batch(
    installed: Run, fleet: Fleet, wheels: dict[str, Path], broker: Mosquitto
) -> None:
    """One node, then the next ones; all of them are online with the new release."""
    assert installed.has_succeeded
    fleet.variables["facet_wheel"] = str(wheels[NEW])
    run = fleet.play("site.yml")
    assert run.has_succeeded, run.output
    assert run.output.count("PLAY [") == len(NODES)
    assert set(fleet.versions().values()) == {NEW}
    with observe(broker.port, user="observer") as observer:
        topics = [f"homeassistant/device/{name}/config" for name in NODES]
        heard = observer.expect_all(topics)
    devices = [json.loads(heard[topic].payload)["device"] for topic in topics]
    assert [device["sw_version"] for device in devices] == [NEW] * len(NODES)


def test_diagnostics_are_fetched_from_every_node(installed: Run, fleet: Fleet) -> None:
    """One archive per node, with its settings, and without its secrets and whom it knows."""
    assert installed.has_succeeded
    folder = fleet.folder / "diagnostics"
    run = fleet.play("diagnostics.yml", facet_diagnostics=str(folder))
    assert run.has_succeeded, run.output
    for name in NODES:
        with zipfile.ZipFile(folder / f"{name}.zip") as archive:
            files = {name: archive.read(name).decode() for name in archive.namelist()}
        assert f"id: {name}" in files["facet.yaml"]
        assert "journal.log" in files
        for secret in (PASSWORD, SHARE_KEY, PERSON):
            assert not any(secret in text for text in files.values())


_PEOPLE = "/opt/facet/current/bin/facet people list --json -c /etc/facet/facet.yaml"
_STARTED = "systemctl show --property ExecMainStartTimestampMonotonic --value facet"
# Shows a change of any file that an installation may touch, and which run of the node this is. The node itself may
# write to its own folder at any time.
_EVERYTHING = (
    r'find /etc /opt /usr -printf "%p %s %T@ %u:%g %m %l\n"; stat --format "%U:%G %a" /var/lib/facet; '
    "systemctl show --property InvocationID facet"
)
_TRACES = f"{_STARTED}; cat /etc/facet/facet.yaml /etc/facet/secrets.yaml"
