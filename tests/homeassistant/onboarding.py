"""The steps of a new owner: create a user, and set up the MQTT integration with TLS and a private authority."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from tests.broker.mosquitto import PATIENCE
from tests.homeassistant.client import Client

OWNER = {"name": "Owner", "username": "owner", "password": "owner's password", "language": "en"}


def become_owner(base: str) -> Client:
    """Make the first user, and return a client with a token of theirs."""
    client_id = f"{base}/"
    with httpx.Client(base_url=base, timeout=PATIENCE) as browser:
        answer = browser.post("/api/onboarding/users", json={"client_id": client_id, **OWNER})
        grant = {
            "grant_type": "authorization_code",
            "code": answer.raise_for_status().json()["auth_code"],
            "client_id": client_id,
        }
        token = browser.post("/auth/token", data=grant).raise_for_status().json()["access_token"]
    token = Client(base, token).ask("auth/long_lived_access_token", client_name="tests", lifespan=1)
    return Client(base, token)


def add_mqtt(client: Client, port: int, user: str, authority: Path | None, protocol: str) -> str:
    """Set up the MQTT integration through its forms, and return the id of its entry.

    Args:
        client: the owner.
        port: the broker's, on localhost.
        user: of the broker; also the password.
        authority: PEM file of the authority that signed the broker's certificate; None without TLS.
        protocol: of MQTT.
    """
    flows = "/api/config/config_entries/flow"
    form = client.post(flows, json={"handler": "mqtt", "show_advanced_options": True})
    broker: dict[str, Any] = {"broker": "localhost", "port": port}
    broker |= {"username": user, "password": user}
    security: dict[str, Any] = {"set_client_cert": False, "transport": "tcp"}
    security["set_ca_cert"] = "custom" if authority else "off"
    if authority:
        security |= {"tls_insecure": False, "certificate": _upload(client, authority)}
    fields = {field["name"] for field in form["data_schema"]}
    if "other_settings" in fields:
        # Home Assistant 2026: one form, with a separate section for rare settings.
        steps = [{**broker, "protocol": protocol, "other_settings": security}]
    else:
        # Before 2026, three forms: the field for the certificate appears after custom was chosen.
        without = {name: value for name, value in security.items() if name != "certificate"}
        steps = [
            {**broker, "advanced_options": True},
            {**broker, "protocol": protocol, **without},
            {**broker, "protocol": protocol, **security},
        ]
    for step in steps:
        form = client.post(f"{flows}/{form['flow_id']}", json=step)
        if form["type"] == "create_entry":
            entry: str = form["result"]["entry_id"]
            return entry
    message = f"the MQTT integration is not set up: {form}"
    raise AssertionError(message)


def _upload(client: Client, file: Path) -> str:
    content = (file.name, file.read_bytes(), "application/x-x509-ca-cert")
    uploaded: str = client.post("/api/file_upload", files={"file": content})["file_id"]
    return uploaded
