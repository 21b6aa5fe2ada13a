"""The pictures of Home Assistant in the documentation: `python -m tests.homeassistant.screenshots docs/images`.

With a second folder, that one gets what is only to be looked at after a change: the dashboard in the dark, on a phone,
with privacy, without a camera and after what was seen is over, and the forms of all blueprints.

Needs chromium (apt-get install chromium fonts-dejavu-core) and playwright (pip install playwright), in addition to what
the tests need. Look at what comes out before it is committed.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from device.cli.demo.portrait import write_portrait
from tests.broker.certificates import make_certificates
from tests.homeassistant.client import Client
from tests.homeassistant.installation import installation
from tests.homeassistant.node import Node
from tests.homeassistant.phone import phone
from tests.homeassistant.setup import Setup, mosquitto_setup

_BROWSER = "/usr/bin/chromium"
_MINUTE = 60_000  # milliseconds, playwright's unit
# Cards animate into their place, and icons are fetched one by one.
_SETTLED = 4_000
_COLORS = 128
_WIDEST = 1280  # pixels, of a picture in the documentation
_STAY = 8  # seconds
_RULE = "glasses_or_a_hat_at_the_door"
_SEEN = "somebody_with_glasses"


@dataclass(frozen=True, slots=True)
class View:
    """A page of Home Assistant.

    Attributes:
        path: of its address.
        words: on it, once it is there.
        size: of the window, in pixels.
    """

    path: str
    words: str
    size: tuple[int, int]


_DASHBOARD = View("/facet-board/facet", "Diagnostics", (1640, 720))
_PHONE = replace(_DASHBOARD, size=(412, 1800))


def main(folder: Path, to_look_at: Path | None = None) -> None:
    """Write the pictures into a folder, and those that are only to be looked at into another."""
    with ExitStack() as stack:
        work = Path(stack.enter_context(TemporaryDirectory(prefix="facet-screenshots-")))
        certificates = make_certificates(work)
        found = stack.enter_context(mosquitto_setup(work, installation("newest"), certificates))
        client = found.client
        # These few minutes would be invisible in a chart of a day.
        board = found.home.folder / "dashboards" / "facet.yaml"
        board.write_text(board.read_text().replace("hours_to_show: 24", "hours_to_show: 0.02"))
        node = _visit(found, stack, work)
        for rule in _rules(client):
            stack.enter_context(rule)
        device = client.devices()["facet_facet"]["id"]
        page = stack.enter_context(_browser(client))
        _shoot(page, _DASHBOARD, folder / "dashboard.png")
        device_page = View(f"/config/devices/device/{device}", "Face present", (1280, 800))
        _shoot(page, device_page, folder / "device.png")
        blueprint = View(f"/config/automation/edit/{_RULE}", "What to look for", (900, 1240))
        _shoot(page, blueprint, folder / "blueprint.png")
        _shoot_seen(page, folder / "editor.png")
        if to_look_at is not None:
            _shoot_all(page, found, node, to_look_at)


def _rules(client: Client) -> Iterator[AbstractContextManager[None]]:
    say = {"action": "notify.notify", "data": {"message": "Somebody with glasses is at the door."}}
    yield client.blueprint(
        "attribute_detected",
        _RULE,
        observations=["event.facet_observation"],
        attributes=["Eyeglasses", "Wearing_Hat"],
        actions=[{"action": "notify.notify", "data": {"message": "{{ found | join(', ') }}"}}],
    )
    received = {
        "trigger": "event.received",
        "target": {"entity_id": "event.facet_seen"},
        "options": {"event_type": ["Eyeglasses"]},
    }
    yield client.automation(_SEEN, triggers=[received], actions=[say])


def _visit(found: Setup, stack: ExitStack, work: Path) -> Node:
    """Let somebody appear before the camera, leave and come back."""
    portrait = write_portrait(work)
    nobody = work / "nobody.png"
    Image.new("RGB", (512, 512), "#445").save(nobody)
    node = stack.enter_context(
        found.node(
            "facet",
            nobody,
            node={"name": "Hall camera", "suggested_area": "Hall"},
            privacy={"picture": "full"},
            triggers={"button": {"pin": 17}},
        )
    )
    for picture, present in ((nobody, "off"), (portrait, "on")) * 3:
        node.show(picture)
        found.client.act("button.press", entity_id="button.facet_capture")
        found.client.expect("binary_sensor.facet_face_present", present)
        time.sleep(_STAY)
    return node


def _shoot_seen(page: Page, file: Path) -> None:
    """Show the trigger of a rule on *Seen*, as its owner chooses it."""

    def open_trigger() -> None:
        page.locator("ha-automation-trigger-row").first.click()
        page.get_by_text("Eyeglasses").first.wait_for(timeout=_MINUTE)

    view = View(f"/config/automation/edit/{_SEEN}", "Event received", (1280, 720))
    _shoot(page, view, file, open_trigger)


def _shoot_all(page: Page, found: Setup, node: Node, folder: Path) -> None:
    """Write the pictures that are only to be looked at."""
    client = found.client
    page.emulate_media(color_scheme="dark")
    _shoot(page, _DASHBOARD, folder / "dark.png")
    page.emulate_media(color_scheme="light")
    _shoot(page, _PHONE, folder / "phone.png")
    with phone(client, "Phone of the house") as mine:
        for name, (words, inputs) in _forms(mine.device).items():
            with client.blueprint(name, name, **inputs):
                view = View(f"/config/automation/edit/{name}", words, (900, 1600))
                _shoot(page, view, folder / f"{name}.png")
    client.act("switch.turn_on", entity_id="switch.facet_privacy")
    client.expect("binary_sensor.facet_smiling", "unavailable")
    _shoot(page, _DASHBOARD, folder / "privacy.png")
    client.act("switch.turn_off", entity_id="switch.facet_privacy")
    client.expect("binary_sensor.facet_smiling", "unknown")
    _shoot(page, _DASHBOARD, folder / "expired.png")
    (node.folder / "picture.png").unlink()
    client.act("button.press", entity_id="button.facet_capture")
    client.expect("binary_sensor.facet_camera_problem", "on")
    _shoot(page, _DASHBOARD, folder / "lost.png")


def _forms(phone_id: str) -> dict[str, tuple[str, dict[str, object]]]:
    """Return words on the form of each blueprint, and inputs for those without a default."""
    event = "event.facet_observation"
    camera = "binary_sensor.facet_camera_problem"
    return {
        "button_pressed": ("Pressed by", {"observations": [event], "actions": []}),
        "node_trouble": ("What to watch", {"cameras": [camera], "actions": []}),
        "notify_phone": ("Phone", {"observation": event, "phone": phone_id}),
    }


@contextmanager
def _browser(client: Client) -> Iterator[Page]:
    """Open a browser that the owner is logged in with."""
    token = {
        "access_token": client.token,
        "token_type": "Bearer",
        "expires_in": 86_400,
        "expires": 4_102_444_800_000,
        "refresh_token": "",
        "hassUrl": client.base,
        "clientId": f"{client.base}/",
    }
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-sync",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_BROWSER, args=arguments)
        context = browser.new_context(base_url=client.base, locale="en-US", timezone_id="UTC")
        stored = {"hassTokens": json.dumps(token), "dockedSidebar": '"always_hidden"'}
        for key, value in stored.items():
            context.add_init_script(f"localStorage.setItem({json.dumps(key)}, {json.dumps(value)})")
        yield context.new_page()
        browser.close()


def _shoot(
    page: Page, view: View, file: Path, prepare: Callable[[], object] = lambda: None
) -> None:
    width, height = view.size
    page.set_viewport_size({"width": width, "height": height})
    page.goto(view.path)
    page.get_by_text(view.words).first.wait_for(timeout=_MINUTE)
    prepare()
    page.wait_for_timeout(_SETTLED)
    page.screenshot(path=file)
    with Image.open(file) as picture:
        small = picture.convert("RGB")
        small.thumbnail((_WIDEST, _WIDEST))
        small.quantize(_COLORS).save(file, optimize=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
