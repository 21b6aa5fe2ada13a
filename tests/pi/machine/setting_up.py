"""What a browser asks of the page of a first start; runs in the virtual Pi: `python3 - CODE < setting_up.py`.

It prints what the node answers: the pins that were found, and what was said of the file.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import urllib.parse
import urllib.request
from typing import Any

_PAGE = "http://127.0.0.1:8420"
# Of an emulated processor.
_PATIENCE_SECONDS = 120.0
# The kernel takes its time to give all pins of the header to the page, and what is pressed before that is not seen.
_BETWEEN_PRESSES_SECONDS = 4.0
# Longer than a bounce, also where emulation pauses.
_PRESS = "low:2 high:0.5"

_browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())


def _ask(path: str, data: bytes | None = None, **headers: str) -> str:
    request = urllib.request.Request(_PAGE + path, data, {"origin": _PAGE, **headers})  # noqa: S310 - http alone
    with _browser.open(request, timeout=_PATIENCE_SECONDS) as answer:
        return str(answer.read().decode())


def _log_in(code: str) -> dict[str, str]:
    page = _ask("/login", urllib.parse.urlencode({"password": code}).encode())
    return {"x-csrf-token": page.split('name="csrf" content="')[1].split('"')[0]}


def _press(is_found: threading.Event) -> None:
    while not is_found.wait(_BETWEEN_PRESSES_SECONDS):
        subprocess.run(["line", "17", *_PRESS.split()], check=True, capture_output=True)


def main(code: str) -> None:
    """Set the node up: the broker is tried, the button's pin is found by pressing it, the file is written."""
    token = _log_in(code)

    def post(path: str, answer: dict[str, Any]) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(_ask(path, json.dumps(answer).encode(), **token))
        return said

    broker = {"host": "127.0.0.1"}
    tried = post("/setup/broker", broker)
    is_found = threading.Event()
    press = threading.Thread(target=_press, args=[is_found])
    press.start()
    try:
        pin = post("/setup/pin", {"pull": "up"})["pin"]
    finally:
        is_found.set()
        press.join()
    answers = {"broker": broker, "name": "Facet", "id": "facet", "button": pin}
    saved = post("/setup", answers)
    print(json.dumps({"works": tried["works"], "pin": pin, "name": saved["name"]}))


if __name__ == "__main__":
    main(sys.argv[1])
