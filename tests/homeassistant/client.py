"""Home Assistant's REST and WebSocket interfaces, as far as the tests use them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import httpx
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from tests.broker.mosquitto import PATIENCE, wait_for


class Client:
    """Talks to one Home Assistant as its owner.

    Args:
        base: for instance "http://127.0.0.1:8123".
        token: a long-lived access token.
    """

    def __init__(self, base: str, token: str) -> None:
        self.base = base
        self.token = token
        self._rules = count(1)
        self._http = httpx.Client(
            base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE
        )

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def entity(self, entity_id: str) -> dict[str, Any] | None:
        """Return state and attributes of an entity; None if there is none or nobody answers."""
        try:
            answer = self._http.get(f"/api/states/{entity_id}")
        except httpx.TransportError:
            return None
        found: dict[str, Any] | None = answer.json() if answer.is_success else None
        return found

    def state(self, entity_id: str) -> str | None:
        """Return an entity's state; None if there is no such entity."""
        found = self.entity(entity_id)
        return found["state"] if found else None

    def states(self) -> dict[str, str]:
        """Return all states by entity id; empty while nobody answers."""
        try:
            answer = self._http.get("/api/states")
        except httpx.TransportError:
            return {}
        rows = answer.json() if answer.is_success else []
        return {row["entity_id"]: row["state"] for row in rows}

    def expect(self, entity_id: str, state: str, patience: float = PATIENCE) -> None:
        """Wait until an entity has a state."""

        def holds() -> bool:
            return self.state(entity_id) == state

        try:
            wait_for(holds, f"{entity_id} is {state}", patience)
        except AssertionError as error:
            message = f"{error}, but {self.state(entity_id)}"
            raise AssertionError(message) from None

    def act(self, service: str, **data: object) -> None:
        """Perform an action such as "button.press"; fails when Home Assistant rejects it."""
        self.post(f"/api/services/{service.replace('.', '/')}", json=data)

    def post(self, path: str, **body: Any) -> Any:  # noqa: ANN401 - whatever JSON the path answers
        """Post to a path, and return the JSON of the answer."""
        answer = self._http.post(path, **body)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    def delete(self, path: str) -> None:
        """Delete what is at a path."""
        self._http.delete(path).raise_for_status()

    def get(self, path: str) -> httpx.Response:
        """Fetch a path as the owner's browser would."""
        return self._http.get(path)

    def ask(self, kind: str, **arguments: object) -> Any:  # noqa: ANN401 - as post
        """Send one WebSocket command, and return its result."""
        with self.websocket() as socket:
            return socket.ask(kind, **arguments)

    @contextmanager
    def automation(self, name: str, **rule: object) -> Iterator[None]:
        """Keep an automation, given as in YAML, within the context."""
        path = f"/api/config/automation/config/{name}"
        self.post(path, json={"alias": name.replace("_", " ").capitalize(), **rule})
        self.expect(f"automation.{name}", "on")
        try:
            yield
        finally:
            self.delete(path)

    @contextmanager
    def blueprint(
        self, blueprint: str, name: str | None = None, **inputs: object
    ) -> Iterator[None]:
        """As automation, made of one of our blueprints as the form makes it."""
        use = {"path": f"facet/{blueprint}.yaml", "input": inputs}
        # An earlier automation of the same name would leave it the time when that last fired.
        with self.automation(name or f"rule_{next(self._rules)}", use_blueprint=use):
            yield

    @contextmanager
    def websocket(self) -> Iterator[WebSocket]:
        """Open a WebSocket for several commands and for events."""
        url = f"ws{self.base.removeprefix('http')}/api/websocket"
        with connect(url, max_size=None, open_timeout=PATIENCE) as socket:
            socket.recv(PATIENCE)
            socket.send(json.dumps({"type": "auth", "access_token": self.token}))
            assert json.loads(socket.recv(PATIENCE))["type"] == "auth_ok"
            yield WebSocket(socket)

    def render(self, template: str, **variables: object) -> str:
        """Return what Home Assistant makes of a template."""
        answer = self._http.post(
            "/api/template", json={"template": template, "variables": variables}
        )
        answer.raise_for_status()
        return answer.text

    def devices(self) -> dict[str, dict[str, Any]]:
        """Return the MQTT devices by their first identifier."""
        rows = self.ask("config/device_registry/list")
        return {
            row["identifiers"][0][1]: row
            for row in rows
            if row["identifiers"] and row["identifiers"][0][0] == "mqtt"
        }

    def registered(self, device_id: str) -> dict[str, dict[str, Any]]:
        """Return the registered entities of a device by their id, disabled ones included."""
        rows = self.ask("config/entity_registry/list")
        return {row["entity_id"]: row for row in rows if row["device_id"] == device_id}


class WebSocket:
    """An open WebSocket."""

    def __init__(self, socket: Connection) -> None:
        self._socket = socket
        self._numbers = count(1)

    def ask(self, kind: str, **arguments: object) -> Any:  # noqa: ANN401 - whatever JSON the command answers
        """Send a command, and return its result; events that come before it are lost."""
        number = self.send(kind, **arguments)
        while True:
            answer = json.loads(self._socket.recv(PATIENCE))
            if answer["id"] == number and answer["type"] == "result":
                assert answer["success"], f"{kind}: {answer['error']}"
                return answer["result"]

    def send(self, kind: str, **arguments: object) -> int:
        """Send a command without waiting for its result, and return its number."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "type": kind, **arguments}))
        return number

    def event(self) -> dict[str, Any]:
        """Wait for the next event of a subscription."""
        while True:
            answer = json.loads(self._socket.recv(PATIENCE))
            if answer["type"] == "event":
                event: dict[str, Any] = answer["event"]
                return event
