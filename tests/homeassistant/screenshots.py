"""The pictures of Home Assistant in the documentation: `python -m tests.homeassistant.screenshots docs/images`.

Needs chromium (apt-get install chromium fonts-dejavu-core) and playwright (pip install playwright), in addition to what
the tests need. Look at what comes out before it is committed.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from device.cli.demo.portrait import write_portrait
from tests.broker.certificates import make_certificates
from tests.homeassistant.client import Client
from tests.homeassistant.installation import installation
from tests.homeassistant.setup import Setup, mosquitto_setup

_BROWSER = "/usr/bin/chromium"
_MINUTE = 60_000  # milliseconds, playwright's unit
# Cards animate into their place, and icons are fetched one by one.
_SETTLED = 4_000
_COLORS = 128
_WIDEST = 1280  # pixels, of a picture in the documentation
_STAY = 8  # seconds
_RULE = "glasses_or_a_hat_at_the_door"


def main(folder: Path) -> None:
    """Write all pictures into a folder."""
    with ExitStack() as stack:
        work = Path(stack.enter_context(TemporaryDirectory(prefix="facet-screenshots-")))
        certificates = make_certificates(work)
        found = stack.enter_context(mosquitto_setup(work, installation("newest"), certificates))
        client = found.client
        # These few minutes would be invisible in a chart of a day.
        board = found.home.folder / "dashboards" / "facet.yaml"
        board.write_text(board.read_text().replace("hours_to_show: 24", "hours_to_show: 0.02"))
        _visit(found, stack, work)
        rule = client.blueprint(
            "attribute_detected",
            _RULE,
            observations=["event.facet_observation"],
            attributes=["Eyeglasses", "Wearing_Hat"],
            actions=[{"action": "notify.notify", "data": {"message": "{{ found | join(', ') }}"}}],
        )
        stack.enter_context(rule)
        device = client.devices()["facet_facet"]["id"]
        page = stack.enter_context(_browser(client))
        for path, words, name, size in (
            ("/facet-board/facet", "Diagnostics", "dashboard", (1640, 720)),
            (f"/config/devices/device/{device}", "Face present", "device", (1280, 800)),
            (f"/config/automation/edit/{_RULE}", "What to look for", "blueprint", (900, 1240)),
        ):
            _shoot(page, path, words, folder / f"{name}.png", size)


def _visit(found: Setup, stack: ExitStack, work: Path) -> None:
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


def _shoot(page: Page, path: str, words: str, file: Path, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(path)
    page.get_by_text(words).first.wait_for(timeout=_MINUTE)
    page.wait_for_timeout(_SETTLED)
    page.screenshot(path=file)
    with Image.open(file) as picture:
        small = picture.convert("RGB")
        small.thumbnail((_WIDEST, _WIDEST))
        small.quantize(_COLORS).save(file, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
