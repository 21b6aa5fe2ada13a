"""The start of a node without a broker, and the command that shows its code."""

from __future__ import annotations

import socket
import stat
import sys
import threading
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from device.cli.app import app
from device.cli.setup import address_and_code, until_set_up
from device.errors import SetupError
from device.node.state_directory import PAGE
from device.setup.code import CODE
from device.system.network import host_name
from device.web.security.passwords import StoredPassword
from tests.broker.mosquitto import free_port


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of a node without a broker."""
    path = tmp_path / "facet.yaml"
    path.write_text(f"node: {{state_directory: {tmp_path}}}\npage: {{port: {free_port()}}}\n")
    return path


def test_a_node_with_a_broker_starts_at_once(tmp_path: Path) -> None:
    """Whether or not the broker answers; no page is served and no code drawn."""
    path = tmp_path / "facet.yaml"
    path.write_text(f"mqtt: {{host: nowhere}}\nnode: {{state_directory: {tmp_path}}}\n")
    assert until_set_up(path)(threading.Event())
    assert not (tmp_path / CODE).exists()


def test_a_node_without_a_broker_serves_its_page_until_it_is_to_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Systemd learns that it is ready and alive, as of any node."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(path.with_name("notify")))
        systemd.settimeout(30)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path.with_name("notify")))
        stopped = threading.Event()
        ends: list[bool] = []
        thread = threading.Thread(target=lambda: ends.append(until_set_up(path)(stopped)))
        thread.start()
        assert b"READY=1" in systemd.recv(1000)
        assert systemd.recv(1000) == b"WATCHDOG=1"
        address = address_and_code(path).split()[5]
        local = address.replace(f"{host_name()}.local", "127.0.0.1")
        assert httpx.get(f"{local}login").status_code == 200
        stopped.set()
        thread.join(30)
    assert ends == [False]


def test_the_code_is_shown_again(path: Path) -> None:
    """With the address; only the node's user may read it."""
    result = CliRunner().invoke(app, ["page", "code", "-c", str(path)])
    code = path.with_name(CODE)
    assert result.output.endswith(f".local:{address_port(path)}/ with the code {code.read_text()}")
    assert stat.S_IMODE(code.stat().st_mode) == 0o600
    assert CliRunner().invoke(app, ["page", "code", "-c", str(path)]).output == result.output


def address_port(path: Path) -> str:
    """Return the port that the file names."""
    return path.read_text().rpartition("port: ")[2].strip("}\n")


@pytest.mark.parametrize("text", ["mqtt: {host: a}\n", "mqtt: {}\nled: {pin: 99}\n"])
def test_a_node_that_is_set_up_or_broken_has_no_code(tmp_path: Path, text: str) -> None:
    """The error says what the page asks for instead."""
    path = tmp_path / "facet.yaml"
    path.write_text(text)
    with pytest.raises(SetupError, match="facet page password"):
        address_and_code(path)


def test_the_installer_says_how_to_get_in(path: Path) -> None:
    """With the code, with a password that is shown once, with the address alone, or nothing of a page that is off."""

    def said() -> str:
        return CliRunner().invoke(app, ["page", "welcome", "-c", str(path)]).output.strip()

    assert said() == address_and_code(path)
    path.write_text(
        path.read_text().replace("page: {", "page: {enabled: true, ") + "mqtt: {host: a}\n"
    )
    first, second = said(), said()
    password = first.splitlines()[0].rpartition(" ")[2]
    assert StoredPassword(path.with_name(PAGE)).matches(password)
    assert "shown this once" in first
    assert first.startswith(f"{second} with the password ")
    path.write_text(path.read_text().replace("enabled: true, ", ""))
    assert said() == ""


def test_without_the_web_stack_the_file_is_reported_as_before(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a package has no wheel, a node without a broker is an error again."""
    monkeypatch.setitem(sys.modules, "device.web.setup_site", None)
    assert until_set_up(path)(threading.Event())
