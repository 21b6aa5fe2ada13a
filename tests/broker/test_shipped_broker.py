"""The broker as it is shipped: its configuration, its access list, its certificates, and the cards of its nodes."""

from __future__ import annotations

import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from device.config import Config, load
from device.errors import LinkError
from device.mqtt.events import Connected, Refused
from device.mqtt.probe import probe
from tests.broker.mosquitto import Mosquitto, free_port, password_file, wait_for
from tests.broker.node import Node
from tests.broker.observer import observe

pytestmark = [
    pytest.mark.broker,
    # paho leaves the socket of a failed TLS handshake to the garbage collector.
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning"
    ),
]

_SHIPPED = Path(__file__).parents[2] / "provisioning" / "mosquitto"


def certificates(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the shipped script on a folder."""
    return subprocess.run(
        [_SHIPPED / "certificates", "--dir", folder, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


class ShippedBroker:
    """Its configuration on free ports, with cards for its nodes."""

    def __init__(self, folder: Path, start_broker: Callable[..., Mosquitto]) -> None:
        self.folder = folder
        self.certificates = folder / "etc" / "certs"
        self.certificates.parent.mkdir()
        self.port, self.certificate_port = free_port(), free_port()
        for command in (["authority"], ["broker", "localhost", "127.0.0.1"], ["node", "porch"]):
            certificates(self.certificates, *command).check_returncode()
        self.provision("hall")
        self.provision("garage")
        password_file(self.certificates.parent, homeassistant="homeassistant")
        with (self.certificates.parent / "passwords").open("a") as passwords:
            passwords.write((folder / "cards" / "passwords.txt").read_text())
        (self.certificates.parent / "facet.acl").write_text((_SHIPPED / "acl").read_text())
        self.broker = start_broker(*self._configuration())

    def _configuration(self) -> list[str]:
        """Return the shipped lines, those for certificates instead of passwords too, moved to this folder and ports."""
        text = (_SHIPPED / "mosquitto.conf").read_text()
        begin = text.index("#listener 8884")
        end = text.index("\n\n", begin)
        text = text[:begin] + text[begin:end].replace("#", "") + text[end:]
        for original, replacement in {
            "/etc/mosquitto": self.certificates.parent,
            "8883": self.port,
            "8884": self.certificate_port,
            "1883 ": f"{free_port()} ",
        }.items():
            assert original in text
            text = text.replace(original, str(replacement))
        return text.splitlines()

    def provision(self, node: str, *more: str, authority: Path | None = None) -> None:
        """Make the card of a node, as its owner would."""
        ca_file = authority or self.certificates / "ca.crt"
        options = f"--node {node} --host localhost --port {self.port} --force".split()
        files = ["--ca-file", str(ca_file), "--out", str(self.folder / "cards"), *more]
        command = [sys.executable, "-m", "device", "provision", *options, *files]
        subprocess.run(command, check=True, capture_output=True)

    def config(self, node: str) -> Config:
        """Read a card as the node does."""
        return load(self.folder / "cards" / node / "facet" / "facet.yaml")

    def node(self, name: str) -> Node:
        """Return a node with the settings of its card."""
        config = self.config(name)
        mqtt = config.mqtt.model_dump(exclude_unset=True)
        if config.mqtt.password is not None:
            mqtt["password"] = config.mqtt.password.get_secret_value()
        state = self.folder / f"state-{name}"
        state.mkdir()
        return Node(state, mqtt, node={"id": name})


@pytest.fixture
def shipped(tmp_path: Path, start_broker: Callable[..., Mosquitto]) -> ShippedBroker:
    """A broker and two cards, for hall and garage, and a certificate for porch."""
    return ShippedBroker(tmp_path, start_broker)


def test_a_card_opens_the_shipped_broker(shipped: ShippedBroker) -> None:
    """Name, password and authority of the card fit, and Home Assistant receives what the node publishes."""
    with (
        observe(shipped.broker.port, user="homeassistant") as home,
        shipped.node("hall") as node,
    ):
        node.expect(Connected)
        node.expect_all_answered()
        home.expect("homeassistant/device/hall/config")


def test_a_node_of_the_shipped_broker_speaks_for_itself_alone(shipped: ShippedBroker) -> None:
    """What the garage publishes in the hall's name is refused."""
    with shipped.node("garage") as node:
        node.expect(Connected)
        node.expect_all_answered()
        number = node.link.publish("facet/hall/state", "stolen", retain=True)
        assert node.expect(Refused).number == number


def test_an_anonymous_client_is_refused(shipped: ShippedBroker) -> None:
    """Without a user name, even with encryption."""
    mqtt = shipped.config("hall").mqtt.model_copy(update={"username": None, "password": None})
    with pytest.raises(LinkError):
        probe(mqtt)


def test_a_broker_of_another_authority_gets_no_password(
    shipped: ShippedBroker, tmp_path: Path
) -> None:
    """The card's authority is the one that counts, whatever the broker shows."""
    certificates(tmp_path / "stranger", "authority").check_returncode()
    shipped.provision("hall", authority=tmp_path / "stranger" / "ca.crt")
    with pytest.raises(LinkError, match="certificate"):
        probe(shipped.config("hall").mqtt)


def test_a_certificate_stands_for_a_password(shipped: ShippedBroker) -> None:
    """On the listener for it, the certificate's name is the user: the access list holds for it too."""
    nodes = shipped.certificates / "nodes"
    certificate = [
        "--certificate-file",
        str(nodes / "porch.crt"),
        "--key-file",
        str(nodes / "porch.key"),
    ]
    shipped.port = shipped.certificate_port
    shipped.provision("porch", "--anonymous", *certificate)
    with shipped.node("porch") as node:
        node.expect(Connected)
        node.expect_all_answered()
        number = node.link.publish("facet/hall/state", "stolen", retain=True)
        assert node.expect(Refused).number == number


def test_that_listener_refuses_a_client_without_a_certificate(shipped: ShippedBroker) -> None:
    """A password does not help there."""
    shipped.port = shipped.certificate_port
    shipped.provision("hall")
    with pytest.raises(LinkError):
        probe(shipped.config("hall").mqtt)


def test_a_renewed_certificate_needs_no_new_cards(shipped: ShippedBroker) -> None:
    """Its names stay, and the broker takes it over when it reloads."""
    before = (shipped.certificates / "broker.crt").read_bytes()
    certificates(shipped.certificates, "broker").check_returncode()
    assert (shipped.certificates / "broker.crt").read_bytes() != before
    shipped.broker.reload()

    def is_taken_over() -> bool:
        served = ssl.get_server_certificate(("localhost", shipped.port))
        return served.strip() == (shipped.certificates / "broker.crt").read_text().strip()

    wait_for(is_taken_over, "the renewed certificate is served")
    assert "over TLS" in probe(shipped.config("hall").mqtt)


def test_an_authority_is_never_replaced(tmp_path: Path) -> None:
    """Every card that trusts it would be worthless."""
    certificates(tmp_path, "authority").check_returncode()
    before = (tmp_path / "ca.key").read_bytes()
    again = certificates(tmp_path, "authority")
    assert again.returncode == 1
    assert "already" in again.stderr
    assert (tmp_path / "ca.key").read_bytes() == before


def test_keys_are_for_their_owner(tmp_path: Path) -> None:
    """And, the broker's, for Mosquitto's group at most."""
    for command in (["authority"], ["broker", "localhost"], ["node", "hall"]):
        certificates(tmp_path, *command).check_returncode()
    modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.rglob("*.key")}
    assert modes.pop("broker.key") & ~0o040 == 0o600
    assert set(modes.values()) == {0o600}


def test_certificates_hold_before_the_strictest_verifier(tmp_path: Path) -> None:
    """Python 3.13 asks for all that RFC 5280 asks for."""
    names = ["broker.lan", "192.168.1.5", "fd00::5"]
    for command in (["authority"], ["broker", *names], ["node", "hall"]):
        certificates(tmp_path, *command).check_returncode()
    leaves = [tmp_path / "broker.crt", tmp_path / "nodes" / "hall.crt"]
    command = ["openssl", "verify", "-x509_strict", "-CAfile", str(tmp_path / "ca.crt")]
    subprocess.run([*command, *leaves], check=True, capture_output=True)
    shown = subprocess.run(
        ["openssl", "x509", "-in", leaves[0], "-noout", "-ext", "subjectAltName"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "DNS:broker.lan, IP Address:192.168.1.5, IP Address:FD00:0:0:0:0:0:0:5" in shown


@pytest.mark.parametrize("argument", ["a b", "-x", "http://broker", "broker/"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, argument: str) -> None:
    """Before anything is made."""
    certificates(tmp_path, "authority").check_returncode()
    refused = certificates(tmp_path, "broker", argument)
    assert refused.returncode == 2
    assert not (tmp_path / "broker.crt").exists()
