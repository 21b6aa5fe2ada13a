"""Why there is no connection, in words that name the setting and the next step."""

from __future__ import annotations

import socket
import ssl

import pytest

from device.config import MqttSettings
from device.errors import AbsentError, LinkError, ProtocolRefusedError, RefusedError
from device.mqtt import errors
from device.mqtt.errors import Reason

SECRET = "hunter2"


def settings(**more: object) -> MqttSettings:
    """Settings with a password that must not be seen."""
    given = {"host": "broker.local", "username": "hall", "password": SECRET, **more}
    return MqttSettings.model_validate(given)


def answer(code: int) -> Reason:
    """A broker's answer to CONNECT."""
    return Reason(code=code, name=f"reason {code}")


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        (0x84, ProtocolRefusedError, "does not speak MQTT 5; mqtt.protocol: auto"),
        (0x85, RefusedError, "mqtt.client_id"),
        (0x86, RefusedError, "mqtt.username 'hall' with this mqtt.password"),
        (0x87, RefusedError, "mqtt.username 'hall' with this mqtt.password"),
        (0x88, LinkError, "has no room for the node now"),
        (0x8A, RefusedError, "refuses the node (reason 138)"),
    ],
)
def test_each_refusal_names_what_to_change(code: int, kind: type[LinkError], says: str) -> None:
    """The broker, its own word for it, the setting; and never the password."""
    error = errors.refused(settings(), "5", answer(code))
    assert type(error) is kind
    assert says in str(error)
    assert "broker.local:1883" in str(error)
    assert SECRET not in str(error)


@pytest.mark.parametrize(
    "cause",
    [
        ConnectionRefusedError(111, "Connection refused"),
        OSError(113, "No route to host"),
        OSError(101, "Network is unreachable"),
    ],
)
def test_a_broker_that_is_not_there_is_told_from_one_that_is_silent(cause: OSError) -> None:
    """It is tried more often."""
    assert type(errors.unreachable(settings(), cause)) is AbsentError
    assert type(errors.unreachable(settings(), TimeoutError("timed out"))) is LinkError


def test_only_what_the_owner_must_correct_is_tried_slowly() -> None:
    """A busy broker is soon free; a wrong password stays wrong."""
    assert errors.refused(settings(), "5", answer(0x86)).needs_owner
    assert not errors.refused(settings(), "5", answer(0x88)).needs_owner


@pytest.mark.parametrize(
    ("cause", "says"),
    [
        (socket.gaierror(-2, "Name or service not known"), "mqtt.host 'broker.local' is not known"),
        (UnicodeError("label too long"), "mqtt.host 'broker.local' is not known"),
        (ConnectionRefusedError(111, "Connection refused"), "nothing listens at"),
        (TimeoutError("timed out"), "does not answer; check mqtt.host"),
        (OSError(113, "No route to host"), "cannot be reached"),
    ],
)
def test_each_failure_of_the_network_names_what_to_check(
    cause: OSError | UnicodeError, says: str
) -> None:
    """In the owner's words, with the setting."""
    assert says in str(errors.unreachable(settings(), cause))


@pytest.mark.parametrize(
    ("tls", "says"),
    [
        ({"enabled": False}, "set mqtt.tls.enabled: true"),
        ({"enabled": True}, "set mqtt.tls.certificate_file"),
        (
            {"enabled": True, "certificate_file": "/a", "key_file": "/b"},
            "may not trust mqtt.tls.certificate_file",
        ),
    ],
)
def test_silence_hints_at_tls(tls: dict[str, object], says: str) -> None:
    """A broker that hangs up does not say why; what is configured makes one cause the likeliest."""
    assert says in str(errors.unanswered(settings(tls=tls), "5", ""))


def test_a_taken_over_session_names_the_id() -> None:
    """MQTT 5 reports when another client came under the same id."""
    reason = Reason(code=0x8E, name="Session taken over")
    error = errors.ended(settings(), "facet-hall", reason, "")
    assert "another client came to the broker as facet-hall" in str(error)
    assert error.needs_owner


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [(9, LinkError, "is this machine's clock behind?"), (10, RefusedError, "renew it")],
    ids=["not yet valid", "expired"],
)
def test_a_certificate_of_the_future_is_tried_again_soon(
    code: int, kind: type[LinkError], says: str
) -> None:
    """A machine without a battery starts in the past; nobody has to do anything about that."""
    cause = ssl.SSLCertVerificationError(1, "certificate verify failed")
    cause.verify_code, cause.verify_message = code, "because"
    error = errors.unreachable(settings(), cause)
    assert type(error) is kind
    assert "is not valid today (because)" in str(error)
    assert says in str(error)
