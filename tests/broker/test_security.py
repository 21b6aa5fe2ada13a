"""Who is let in, whom the node trusts, and what it reports when it is not let in."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from device.config import MqttSettings
from device.errors import LinkError, TlsFileError
from device.mqtt.events import Connected, Refused
from device.mqtt.probe import probe
from tests.broker.certificates import Certificates
from tests.broker.mosquitto import Mosquitto, free_port, password_file, wait_for
from tests.broker.node import Node

pytestmark = [
    pytest.mark.broker,
    # paho leaves the socket of a failed TLS handshake to the garbage collector.
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning"
    ),
]

StartBroker = Callable[..., Mosquitto]
PASSWORD = "correct horse battery staple"  # the broker's, for the user facet


def settings(port: int, **more: object) -> MqttSettings:
    """Settings for a broker on this machine, under the name that its certificate bears."""
    return MqttSettings.model_validate({"host": "localhost", "port": port, **more})


@pytest.fixture
def tls_broker(start_broker: StartBroker, certificates: Certificates) -> Mosquitto:
    """A broker that speaks only TLS, with a certificate of a private authority."""
    return start_broker(
        "allow_anonymous true",
        f"certfile {certificates.broker}",
        f"keyfile {certificates.broker_key}",
        f"cafile {certificates.authority}",
    )


@pytest.fixture
def strict_tls_broker(start_broker: StartBroker, certificates: Certificates) -> Mosquitto:
    """As tls_broker, and it asks for the client's certificate."""
    return start_broker(
        "allow_anonymous true",
        f"certfile {certificates.broker}",
        f"keyfile {certificates.broker_key}",
        f"cafile {certificates.authority}",
        "require_certificate true",
    )


def test_a_private_authority_is_trusted_when_it_is_named(
    tls_broker: Mosquitto, certificates: Certificates
) -> None:
    """mqtt.tls.ca_file is all that a private authority needs."""
    tls = {"enabled": True, "ca_file": certificates.authority}
    assert "speaks MQTT 5 over TLS" in probe(settings(tls_broker.port, tls=tls))


def test_the_node_announces_itself_over_tls(
    tls_broker: Mosquitto, certificates: Certificates, tmp_path: Path
) -> None:
    """The whole announcement goes through the encrypted link."""
    tls = {"enabled": True, "ca_file": certificates.authority}
    mqtt = {"host": "localhost", "port": tls_broker.port, "tls": tls}
    with Node(tmp_path, mqtt) as node:
        node.expect(Connected)
        node.expect_all_answered()


@pytest.mark.parametrize("trusted", ["another authority", "the system's authorities"])
def test_a_broker_of_another_authority_is_refused(
    tls_broker: Mosquitto, certificates: Certificates, trusted: str
) -> None:
    """A certificate of an unknown authority ends the attempt, and the error names the setting."""
    tls: dict[str, object] = {"enabled": True}
    if trusted == "another authority":
        tls["ca_file"] = certificates.stranger
    with pytest.raises(LinkError, match=r"does not vouch .* set mqtt\.tls\.ca_file"):
        probe(settings(tls_broker.port, tls=tls))


def test_a_certificate_for_another_name_is_refused(
    tls_broker: Mosquitto, certificates: Certificates
) -> None:
    """The certificate is for localhost; under its address the broker is not who it should be."""
    tls = {"enabled": True, "ca_file": certificates.authority}
    with pytest.raises(LinkError, match=r"for another name .* set mqtt\.host"):
        probe(settings(tls_broker.port, host="127.0.0.1", tls=tls))


def test_unverified_tls_connects_with_a_loud_warning(
    tls_broker: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An owner who skips the verification reads at each start what that means."""
    tls = {"enabled": True, "insecure_skip_verify": True}
    with Node(tmp_path, {"port": tls_broker.port, "tls": tls}) as node:
        node.expect(Connected)
    assert "ANYBODY can pretend to be the broker" in caplog.text
    assert "NOT verified" in probe(settings(tls_broker.port, tls=tls))


def test_a_client_certificate_opens_the_door(
    strict_tls_broker: Mosquitto, certificates: Certificates
) -> None:
    """A broker that asks for a certificate gets the node's."""
    tls = {
        "enabled": True,
        "ca_file": certificates.authority,
        "certificate_file": certificates.node,
        "key_file": certificates.node_key,
    }
    assert "over TLS" in probe(settings(strict_tls_broker.port, tls=tls))


def test_a_missing_client_certificate_is_named(
    strict_tls_broker: Mosquitto, certificates: Certificates
) -> None:
    """Without one the broker hangs up, and the error says which setting may be missing."""
    tls = {"enabled": True, "ca_file": certificates.authority}
    with pytest.raises(LinkError, match=r"set mqtt\.tls\.certificate_file"):
        probe(settings(strict_tls_broker.port, tls=tls))


@pytest.mark.parametrize("setting", ["ca_file", "certificate_file"])
def test_a_file_that_is_no_certificate_is_named(setting: str, tmp_path: Path) -> None:
    """A wrong file is found before anything is sent, and the error names setting and file."""
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("not a certificate")
    tls = {"enabled": True, setting: wrong}
    if setting == "certificate_file":
        tls["key_file"] = wrong
    with pytest.raises(TlsFileError, match=rf"mqtt\.tls\.{setting} {wrong}"):
        probe(settings(1, tls=tls))


def test_a_port_without_tls_is_told_from_one_with_it(
    broker: Mosquitto, tls_broker: Mosquitto, certificates: Certificates
) -> None:
    """Each of the two mistakes names mqtt.tls.enabled or mqtt.port."""
    tls = {"enabled": True, "ca_file": certificates.authority}
    with pytest.raises(LinkError, match=r"is mqtt\.port its TLS port"):
        probe(settings(broker.port, tls=tls))
    with pytest.raises(LinkError, match=r"set mqtt\.tls\.enabled: true"):
        probe(settings(tls_broker.port))


def test_the_right_password_is_accepted(start_broker: StartBroker, tmp_path: Path) -> None:
    """User name and password reach the broker in both versions of MQTT."""
    broker = start_broker(password_file(tmp_path, facet=PASSWORD))
    for protocol in ("5", "3.1.1"):
        sentence = probe(
            settings(broker.port, username="facet", password=PASSWORD, protocol=protocol)
        )
        assert f"speaks MQTT {protocol} without TLS and welcomes user 'facet'" in sentence


@pytest.mark.parametrize("protocol", ["auto", "5", "3.1.1"])
def test_a_wrong_password_names_the_settings(
    start_broker: StartBroker, tmp_path: Path, protocol: str
) -> None:
    """The error says what to correct, and does not repeat the password."""
    broker = start_broker(password_file(tmp_path, facet=PASSWORD))
    with pytest.raises(
        LinkError, match=r"refuses mqtt\.username 'facet' with this mqtt\.password"
    ) as caught:
        probe(settings(broker.port, username="facet", password="secret-typo", protocol=protocol))
    assert caught.value.needs_owner
    assert "secret-typo" not in str(caught.value)


def test_a_missing_user_name_names_the_settings(start_broker: StartBroker, tmp_path: Path) -> None:
    """A broker with users wants one."""
    broker = start_broker(password_file(tmp_path, facet=PASSWORD))
    with pytest.raises(LinkError, match=r"set mqtt\.username and mqtt\.password"):
        probe(settings(broker.port))


def test_a_wrong_password_is_logged_once_and_tried_again_slowly(
    start_broker: StartBroker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The node stays alive, and the log has no secret in it."""
    broker = start_broker(password_file(tmp_path, facet=PASSWORD))
    mqtt = {"port": broker.port, "username": "facet", "password": "secret-typo"}
    with caplog.at_level(logging.DEBUG), Node(tmp_path, mqtt):
        wait_for(lambda: "next attempt" in caplog.text, "the refusal is logged")
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert "mqtt.password" in errors[0].getMessage()
    assert "secret-typo" not in caplog.text
    assert float(errors[0].getMessage().split()[-2]) >= 5


def test_nothing_listening_is_told_from_an_unknown_host() -> None:
    """Two errors, two settings."""
    with pytest.raises(LinkError, match="nothing listens at the broker at localhost"):
        probe(settings(free_port()))
    with pytest.raises(LinkError, match=r"mqtt\.host 'no-such-host\.invalid' is not known"):
        probe(settings(1, host="no-such-host.invalid"))


def test_a_message_that_the_acl_refuses_is_noticed(
    start_broker: StartBroker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """MQTT 5 reports it; the error names what to allow, and the event is kept for later."""
    acl = tmp_path / "acl"
    acl.write_text(
        "user facet\ntopic readwrite facet/facet/state\ntopic write facet/facet/status\n"
    )
    broker = start_broker(password_file(tmp_path, facet=PASSWORD), f"acl_file {acl}")
    mqtt = {"port": broker.port, "username": "facet", "password": PASSWORD}
    with Node(tmp_path, mqtt) as node:
        node.expect(Connected)
        node.send("0190-1")
        node.expect(Refused)
        node.expect_all_answered()
        assert len(node.outbox) == 1
    logged = [record for record in caplog.records if "threw a message away" in record.message]
    assert len(logged) == 1
    assert "homeassistant/device/facet/config and facet/facet/#" in logged[0].message


def test_a_second_client_with_the_same_id_is_told_so(
    broker: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Two nodes with one id push each other out; the log says what to change."""
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    with Node(folders[0], {"port": broker.port}) as first:
        first.expect(Connected)
        with Node(folders[1], {"port": broker.port}) as second:
            second.expect(Connected)
            # Mosquitto gives the reason since 2.0.19; before that it hangs up.
            wait_for(
                lambda: "give each node a different node.id" in caplog.text, "the clash is named"
            )
