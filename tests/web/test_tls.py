"""The page by https, with a certificate of the provisioning authority."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

import httpx
import pytest

from device.config import Config, ConfigError, load
from tests.web.node import running_page

_SCRIPT = Path(__file__).parents[2] / "provisioning/mosquitto/certificates"


def certificates(folder: Path, *arguments: str) -> None:
    """Run the script for certificates."""
    subprocess.run([_SCRIPT, "--dir", str(folder), *arguments], check=True, capture_output=True)


@pytest.mark.web
def test_a_browser_that_trusts_the_authority_trusts_the_page(tmp_path: Path) -> None:
    """The session then never leaves the browser unencrypted; by http nobody is answered."""
    certs = tmp_path / "certs"
    certificates(certs, "authority")
    certificates(certs, "page", "hall", "hall.local", "127.0.0.1")
    files = {
        "certificate_file": str(certs / "pages/hall.crt"),
        "key_file": str(certs / "pages/hall.key"),
    }
    with running_page(tmp_path, page=files) as node:
        trusting = ssl.create_default_context(cafile=certs / "ca.crt")
        with httpx.Client(base_url=node.url, verify=trusting) as browser:
            form = {"password": node.password}
            answer = browser.post("/login", data=form, headers={"origin": node.url})
        assert answer.status_code == 303
        assert "; secure" in answer.headers["set-cookie"].lower()
        with pytest.raises(httpx.TransportError):
            httpx.get(node.url.replace("https", "http") + "/login")


def test_a_certificate_without_its_key_is_a_fault_of_the_file(tmp_path: Path) -> None:
    """Both are named."""
    path = tmp_path / "facet.yaml"
    path.write_text("mqtt: {host: broker}\npage: {certificate_file: page.crt}\n")
    with pytest.raises(ConfigError, match=r"page\.certificate_file: is set without page\.key_file"):
        load(path)


def test_a_certificate_that_cannot_be_read_leaves_the_node_without_its_page(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The node goes on, and says in Home Assistant what is wrong."""
    from device.entities.table import CATALOGUE, CELEBA
    from device.node.page import NodeAccess
    from device.web.page import Pages

    files = {"certificate_file": str(tmp_path / "no.crt"), "key_file": str(tmp_path / "no.key")}
    page = {"enabled": True, **files}
    config = Config.model_validate({"mqtt": {"host": "broker"}, "page": page})
    access = NodeAccess(config, CATALOGUE, CELEBA, tmp_path, lambda _command: None, None)
    with Pages().open(access) as opened:
        assert opened.fault is not None
        assert opened.fault in caplog.text
        assert str(tmp_path / "no.crt") in opened.fault
