"""`facet provision` for one node: what is on the card, and what is rejected."""

from __future__ import annotations

import stat
from contextlib import chdir
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from device.cli.app import app
from device.cli.provision.passwords import mosquitto_line, wifi_key
from device.cli.provision.settings import secrets_yaml, settings_yaml
from device.cli.provision.table import card
from device.config import load
from device.errors import ConfigError, FacetError

PASS_PHRASE = "correct horse battery staple"
PUBLIC_KEY = (
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB8Zs4nTkNWLVyOx3CUPbSEXAMPLEEXAMPLEEXAMPLEEXAMPLE me"
)


class Outcome(NamedTuple):
    """The outcome of a command.

    Attributes:
        code: its exit code.
        shown: everything that it printed.
    """

    code: int
    shown: str


def provision(folder: Path, options: str, *more: str, stdin: str = "") -> Outcome:
    """Run the command in a folder, without a terminal; options have spaces between them, more may have some inside."""
    with chdir(folder):
        result = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"}).invoke(
            app, ["provision", *options.split(), *more], input=stdin
        )
    if isinstance(result.exception, FacetError):
        return Outcome(1, f"error: {result.exception}")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Outcome(result.exit_code, result.output)


@pytest.fixture
def full(tmp_path: Path) -> Outcome:
    """A card with everything, in cards/hall."""
    (tmp_path / "wifi").write_text(PASS_PHRASE + "\n")
    (tmp_path / "id.pub").write_text(PUBLIC_KEY + "\n")
    options = (
        "--node hall --host broker.lan --tls --button GPIO17 --motion 4 --language de --wifi Home "
        "--wifi-country DE --wifi-password-file wifi --user olga --ssh-key id.pub --version 1.2.3"
    )
    return provision(tmp_path, options, "--name", 'Flur "oben"', "--area", "Flur")


def test_the_settings_pass_the_node_s_own_loader(full: Outcome, tmp_path: Path) -> None:
    """As they are on the card, with the secret beside them."""
    assert full.code == 0, full.shown
    config = load(tmp_path / "cards" / "hall" / "facet" / "facet.yaml")
    assert (config.node.id, config.node.name, config.node.suggested_area) == (
        "hall",
        'Flur "oben"',
        "Flur",
    )
    assert config.node.language == "de"
    assert (config.mqtt.host, config.mqtt.username, config.mqtt.tls.enabled) == (
        "broker.lan",
        "hall",
        True,
    )
    assert config.mqtt.password is not None
    assert len(config.mqtt.password.get_secret_value()) == 32
    assert config.triggers.button is not None
    assert config.triggers.button.pin == "GPIO17"
    assert config.triggers.motion is not None
    assert config.triggers.motion.pin == 4
    assert str(config.camera.source) == "/dev/facet-camera"


def test_the_first_start_makes_the_user_and_begins_the_installation(
    full: Outcome, tmp_path: Path
) -> None:
    """The user can log in only by key; nothing waits for the installation."""
    assert full.code == 0
    text = (tmp_path / "cards" / "hall" / "user-data").read_text()
    assert text.startswith("#cloud-config\n")
    data = yaml.safe_load(text)
    assert data["hostname"] == "hall"
    [user] = data["users"]
    assert user["name"] == "olga"
    assert user["lock_passwd"] is True
    assert user["ssh_authorized_keys"] == [PUBLIC_KEY]
    assert data["ssh_pwauth"] is False
    [unit] = data["write_files"]
    assert unit["path"] == "/etc/systemd/system/facet-first-boot.service"
    assert data["runcmd"][-1] == ["systemctl", "start", "--no-block", "facet-first-boot.service"]


def test_no_password_is_on_the_card_in_plain_text_or_on_the_screen(
    full: Outcome, tmp_path: Path
) -> None:
    """The Wi-Fi's pass phrase is nowhere; the node's password is only in secrets.yaml, which the first boot deletes."""
    card_folder = tmp_path / "cards" / "hall"
    password = yaml.safe_load((card_folder / "facet" / "secrets.yaml").read_text())["mqtt_password"]
    for file in (path for path in (tmp_path / "cards").rglob("*") if path.is_file()):
        assert PASS_PHRASE not in file.read_text()
        assert (password in file.read_text()) == (file.name == "secrets.yaml")
    assert password not in full.shown
    assert PASS_PHRASE not in full.shown


def test_only_the_owner_can_read_the_cards(full: Outcome, tmp_path: Path) -> None:
    """Files 0600, folders 0700."""
    assert full.code == 0
    for path in ((tmp_path / "cards"), *(tmp_path / "cards").rglob("*")):
        allowed = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == allowed, path


def test_the_network_is_netplan_s(full: Outcome, tmp_path: Path) -> None:
    """It has the key instead of the pass phrase, and the country without which the radio stays off."""
    assert full.code == 0
    text = (tmp_path / "cards" / "hall" / "network-config").read_text()
    wifi = yaml.safe_load(text)["network"]["wifis"]["wlan0"]
    assert wifi["regulatory-domain"] == "DE"
    assert wifi["access-points"] == {"Home": {"password": wifi_key("Home", PASS_PHRASE)}}


def test_the_summary_lists_the_next_steps(full: Outcome) -> None:
    """In the order in which they are done."""
    steps = [
        "1. Write Raspberry Pi OS",
        "2. Copy",
        "3. Append cards/passwords.txt",
        "4. Start the Pi",
    ]
    places = [full.shown.find(step) for step in steps]
    assert -1 not in places
    assert places == sorted(places)


def test_the_key_of_a_network_is_that_of_the_standard() -> None:
    """IEEE 802.11-2020, J.4.2, first test case."""
    key = "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"
    assert wifi_key("IEEE", "password") == key
    assert wifi_key("another", key.upper()) == key


def test_a_password_is_never_an_option(tmp_path: Path) -> None:
    """Other users of the machine can see command lines, and shells record them."""
    result = provision(tmp_path, "--node hall --host b --password secret")
    assert result.code == 2
    assert not (tmp_path / "cards").exists()


def test_a_password_may_come_from_a_pipe(tmp_path: Path) -> None:
    """For password managers."""
    result = provision(tmp_path, "--node hall --host b --password-file -", stdin="from a pipe\n")
    assert result.code == 0, result.shown
    config = load(tmp_path / "cards" / "hall" / "facet" / "facet.yaml")
    assert config.mqtt.password is not None
    assert config.mqtt.password.get_secret_value() == "from a pipe"


def test_each_card_is_a_new_instance(tmp_path: Path) -> None:
    """cloud-init does nothing for an instance that it has seen before."""
    found = set()
    for _ in range(2):
        assert provision(tmp_path, "--node hall --host b --force").code == 0
        found.add((tmp_path / "cards" / "hall" / "meta-data").read_text())
    assert len(found) == 2


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    """Unless the owner insists."""
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "notes.txt").write_text("notes")
    result = provision(tmp_path, "--node hall --host b")
    assert result.code == 1
    assert "--force" in result.shown
    assert [path.name for path in (tmp_path / "cards").iterdir()] == ["notes.txt"]
    assert provision(tmp_path, "--node hall --host b --force").code == 0
    assert (tmp_path / "cards" / "notes.txt").read_text() == "notes"


def test_force_keeps_the_passwords_of_other_nodes(tmp_path: Path) -> None:
    """And replaces the line of this one."""
    for node in ("hall", "garage", "hall"):
        assert provision(tmp_path, f"--node {node} --host b --force").code == 0
    lines = (tmp_path / "cards" / "passwords.txt").read_text().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["garage", "hall"]


def test_a_broker_without_users_needs_no_password(tmp_path: Path) -> None:
    """No secret is generated."""
    assert provision(tmp_path, "--node hall --host b --anonymous").code == 0
    assert not list((tmp_path / "cards").rglob("secrets.yaml"))
    assert not (tmp_path / "cards" / "passwords.txt").exists()
    assert load(tmp_path / "cards" / "hall" / "facet" / "facet.yaml").mqtt.username is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--host b", "either --node or --csv"),
        ("--node hall", "--host: is missing"),
        ("--node hall --host http://b", "--host: found"),
        ("--node hall --host b --port 0", "--port: found 0"),
        ("--node hall --host b --button 17 --motion BOARD11", "--motion: is the pin"),
        ("--node hall --host b --wifi Home", "--wifi-country: is missing"),
        ("--node hall --host b --wifi-country DE", "--wifi-country: is given without"),
        ("--node hall --host b --wifi Home --wifi-country DE", "no terminal to ask on"),
        ("--node hall --host b --ca-file missing.crt", "missing.crt"),
        ("--node hall --host b --certificate-file a.crt", "--key-file: belongs to"),
        ("--node hall --host b --ssh-key key", "is not a public key"),
        ("--node hall --host b --user root --ssh-key key", "--user: is a user"),
        ("--node hall --host b --wheel key", "--wheel key is not a file"),
        ("--node hall --host b --wheelhouse .", "no facet_node-*.whl"),
        ("--node hall --host b --password-file empty", "empty or has control"),
        ("--node _ --host b", "--hostname:"),
        ("--node hall --host b --anonymous --username x", "--anonymous: cannot be combined"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    tmp_path: Path, options: str, words: str
) -> None:
    """By its option, with what is allowed or what to do."""
    (tmp_path / "key").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    (tmp_path / "empty").write_text("\n")
    result = provision(tmp_path, options)
    assert result.code in {1, 2}
    assert words in result.shown
    assert "Traceback" not in result.shown
    assert not (tmp_path / "cards").exists()


@pytest.mark.parametrize("pass_phrase", ["short", "ä" * 10, "x" * 64])
def test_a_pass_phrase_that_no_network_can_have_is_rejected(
    tmp_path: Path, pass_phrase: str
) -> None:
    """Without repeating it."""
    options = "--node hall --host b --wifi Home --wifi-country DE --wifi-password-file -"
    result = provision(tmp_path, options, stdin=pass_phrase + "\n")
    assert result.code == 1
    assert "8 to 63 characters" in result.shown
    assert pass_phrase not in result.shown


_TEXT = st.text(min_size=1, max_size=20).map(str.strip).filter(str.isprintable).filter(bool)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=_TEXT, password=_TEXT)
def test_any_name_and_password_come_back_as_they_were(
    tmp_path: Path, name: str, password: str
) -> None:
    """Whatever YAML would make of them."""
    one = card({"node": "hall", "host": "b", "name": name})
    (tmp_path / "facet.yaml").write_text(settings_yaml(one), encoding="utf-8")
    (tmp_path / "secrets.yaml").unlink(missing_ok=True)
    (tmp_path / "secrets.yaml").touch(mode=0o600)
    (tmp_path / "secrets.yaml").write_text(secrets_yaml(password), encoding="utf-8")
    config = load(tmp_path / "facet.yaml")
    assert config.node.name == name
    assert config.mqtt.password is not None
    assert config.mqtt.password.get_secret_value() == password


def test_mosquitto_s_line_has_a_new_salt_each_time() -> None:
    """Two nodes with one password do not show it."""
    assert mosquitto_line("hall", "x") != mosquitto_line("hall", "x")


def test_one_fault_does_not_hide_another() -> None:
    """All options are validated at once."""
    with pytest.raises(ConfigError) as caught:
        card({"node": "a b", "host": "c d"})
    assert [fault.path for fault in caught.value.faults] == ["--host", "--node"]
