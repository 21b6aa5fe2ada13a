"""Which broker a URL means, and what of it must never be shown."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from device.errors import DatabaseError, StoreCommandError
from device.store.address import Broker, read_broker, secrets_of
from device.store.database import connected
from device.store.database import secrets_of as secrets_of_database

_SECRET = "Sn0w/@white"


def test_a_url_says_where_the_broker_is_and_who_asks() -> None:
    """With the usual ports, and marks in a password written as in every URL."""
    assert read_broker("mqtt://home") == Broker("home", 1883, is_amqp=False)
    assert read_broker("amqp://me:Sn0w%2F%40white@home:99/fleet%2Fa") == Broker(
        "home", 99, is_amqp=True, user="me", password=_SECRET, virtual_host="fleet/a"
    )
    assert read_broker("amqp://home/").virtual_host == "/"


def test_tls_verifies_the_broker() -> None:
    """With the system's authorities; there is no way to turn that off."""
    for url, port in (("amqps://home", 5671), ("MQTTS://home", 8883)):
        broker = read_broker(url)
        assert broker.port == port
        assert broker.tls is not None
        assert broker.tls.verify_mode is ssl.CERT_REQUIRED
        assert broker.tls.check_hostname


def test_a_password_may_be_in_a_file(tmp_path: Path) -> None:
    """As it is, without the end of its line."""
    file = tmp_path / "password"
    file.write_text(f"{_SECRET}%40\n")
    assert read_broker("mqtt://me@home", file).password == f"{_SECRET}%40"
    with pytest.raises(StoreCommandError, match=r"--broker-password-file .*No such file"):
        read_broker("mqtt://me@home", tmp_path / "other")


@pytest.mark.parametrize(
    "url",
    [
        f"http://me:{_SECRET}@home",
        f"me:{_SECRET}@home",
        f"amqp://me:{_SECRET}@",
        "mqtt://me:Sn0w@home:port",
        "mqtt://me:Sn0w@[home",
        "amqp://home?password=Sn0w",
        "",
    ],
)
def test_a_url_that_is_none_is_not_repeated(url: str) -> None:
    """It may have a password in it."""
    with pytest.raises(StoreCommandError) as raised:
        read_broker(url)
    assert "Sn0w" not in str(raised.value)
    assert "allowed is amqps://USER@HOST" in str(raised.value)


def test_an_authority_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Missing, or something else."""
    with pytest.raises(StoreCommandError, match=r"--ca-file .*No such file"):
        read_broker("mqtts://home", ca_file=tmp_path / "ca.pem")
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(StoreCommandError, match="--ca-file"):
        read_broker("mqtts://home", ca_file=tmp_path / "ca.pem")


def test_the_log_learns_the_passwords() -> None:
    """Those of both URLs; a broker shows none by itself."""
    url = "amqp://me:Sn0w%2F%40white@home"
    broker = read_broker(url)
    assert _SECRET in set(secrets_of(url, broker))
    assert "Sn0w" not in f"{broker} {broker!r}"
    assert list(secrets_of_database("postgresql://me:Sn0w%2Fwhite@home/facet")) == ["Sn0w/white"]
    assert list(secrets_of_database("postgresql:///facet")) == []


@pytest.mark.parametrize(
    "url",
    [
        "me:Sn0w@home/facet",
        "postgresql://me:p@Sn0w@home/facet",
        "postgresql://me:Sn0w/white@home/facet",
        "postgresql://me:1/Sn0w@home",
        "postgresql://me:Sn0w%zz@home/facet",
        "host=home password=Sn0w white",
    ],
)
def test_a_database_url_that_is_none_is_not_repeated(url: str) -> None:
    """What libpq says would have a part of it, or all."""
    with (
        pytest.raises(DatabaseError, match="--database cannot be read") as raised,
        connected(url),
    ):
        pass
    assert "Sn0w" not in str(raised.value)
    assert raised.value.__suppress_context__
