"""A phone with the Home Assistant app, as Home Assistant sees it: a device to which it pushes notifications."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from typing import Any

from tests.broker.mosquitto import PATIENCE, wait_for
from tests.homeassistant.client import Client

# Within the patience of one; three seconds each.
_TAPS = 15
_LIMITS = {"successful": 1, "errors": 0, "maximum": 500, "resetsAt": "2030-01-01T00:00:00.000Z"}


class Phone:
    """One phone.

    Attributes:
        device: its id in Home Assistant's device registry.
    """

    def __init__(self, client: Client, device: str, pushed: SimpleQueue[dict[str, Any]]) -> None:
        self._client = client
        self.device = device
        self._pushed = pushed

    def notification(self) -> dict[str, Any]:
        """Wait for the next notification."""
        return self._pushed.get(timeout=PATIENCE)

    def tap(self, action: str) -> dict[str, Any]:
        """Tap a button of a notification, and wait for the notification that comes of it.

        The automation waits for the tap only once Home Assistant knows that the push was accepted, which is after it
        came here: nobody taps so fast, and what is tapped before that is lost.
        """
        for _ in range(_TAPS):
            self._client.post("/api/events/mobile_app_notification_action", json={"action": action})
            with suppress(Empty):
                return self._pushed.get(timeout=PATIENCE / _TAPS)
        message = f"nothing comes of {action}"
        raise AssertionError(message)

    def is_silent(self) -> bool:
        """Whether there is none."""
        try:
            self._pushed.get_nowait()
        except Empty:
            return True
        return False


@contextmanager
def phone(client: Client, name: str) -> Iterator[Phone]:
    """Register a phone for as long as the context lasts."""
    pushed: SimpleQueue[dict[str, Any]] = SimpleQueue()

    class Push(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            pushed.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            answer = json.dumps({"rateLimits": _LIMITS}).encode()
            self.send_response(201)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Push)
    threading.Thread(target=server.serve_forever, name="push", daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/push"
    client.post("/api/mobile_app/registrations", json=_registration(name, url))

    def found() -> list[dict[str, Any]]:
        return [row for row in client.ask("config/device_registry/list") if row["name"] == name]

    try:
        wait_for(lambda: bool(found()), f"{name} is a device")
        (device,) = found()
        yield Phone(client, device["id"], pushed)
        for entry in device["config_entries"]:
            client.delete(f"/api/config/config_entries/entry/{entry}")
    finally:
        server.shutdown()
        server.server_close()


def _registration(name: str, push_url: str) -> dict[str, object]:
    return {
        "device_id": name,
        "app_id": "tests",
        "app_name": "Tests",
        "app_version": "1",
        "device_name": name,
        "manufacturer": "Tests",
        "model": "Phone",
        "os_name": "Linux",
        "os_version": "1",
        "supports_encryption": False,
        "app_data": {"push_token": "token", "push_url": push_url},
    }
