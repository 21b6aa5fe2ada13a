"""Make the pictures of docs/page.md: `python -m tests.web.screenshots docs/images`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any

from PIL import Image

from device.networks.recognition_card import read_recognition_card
from device.people.gallery_file import GalleryFile
from device.people.person import NewReference
from device.people.reader import PEOPLE
from tests.node.gallery_bench import LIMITS, looks
from tests.people.references import new_references
from tests.web.browser import Visit, chromium
from tests.web.node import PageNode, running_page

_COLORS = 128
_PEOPLE = {"enabled": True, "visitors_days": 7}
_FILE_VIEW: dict[str, Any] = {
    "viewport": {"width": 900, "height": 640},
    "locale": "en-GB",
    "color_scheme": "dark",
}
_FILE = """\
# The hall's node
mqtt:
  host: homeassistant.local
  prot: 1883
  username: hall
  password: !secret mqtt_password

camera:
  source: !hidden 1   # the one above the door
"""


def main(folder: Path) -> None:
    """Write all pictures."""
    with (
        TemporaryDirectory() as kept,
        running_page(Path(kept), privacy={"picture": "crop"}, people=_PEOPLE) as node,
        chromium() as browser,
    ):
        desk: dict[str, Any] = {"viewport": {"width": 1100, "height": 620}, "locale": "en-GB"}
        phone: dict[str, Any] = {
            "viewport": {"width": 390, "height": 780},
            "locale": "de-DE",
            "color_scheme": "dark",
        }
        tab = Visit(node, browser.new_context(**desk)).log_in("/#live")
        tab.get_by_text("Smiling").wait_for()
        sleep(3)
        _shoot(tab, folder / "page-live.png")
        node.press()
        tab.get_by_role("link", name="Observations").click()
        tab.get_by_role("button", name="Face seen").click()
        tab.get_by_role("img").wait_for()
        _shoot(tab, folder / "page-observations.png")
        tab.get_by_role("link", name="Health").click()
        tab.get_by_role("cell", name="works").first.wait_for()
        _shoot(tab, folder / "page-health.png")
        tab = Visit(node, browser.new_context(**desk)).log_in("/#people")
        tab.get_by_text("Nobody unknown").wait_for()
        _fill_gallery(node)
        tab.get_by_role("heading", name="Visitor 1").wait_for()
        tab.get_by_text("References", exact=True).click()
        tab.get_by_role("heading", name="Enrolled", exact=True).evaluate(
            "each => each.scrollIntoView()"
        )
        sleep(1)
        _shoot(tab, folder / "page-people.png")
        tab = Visit(node, browser.new_context(**phone)).open("/login")
        tab.get_by_label("Passwort").fill(node.password)
        tab.keyboard.press("Enter")
        tab.get_by_role("link", name="Beobachtungen").click()
        tab.get_by_role("button", name="Gesicht gesehen").click()
        tab.get_by_role("img").wait_for()
        sleep(1)
        _shoot(tab, folder / "page-phone.png")

    with (
        TemporaryDirectory() as kept,
        running_page(Path(kept), file=_file(Path(kept))) as node,
        chromium() as browser,
    ):
        _shoot_file(Visit(node, browser.new_context(**_FILE_VIEW)), folder / "page-file.png")


def _file(folder: Path) -> Path:
    """Write a node's file whose camera has a password, and a secret beside it."""
    secrets, file = folder / "secrets.yaml", folder / "facet.yaml"
    secrets.touch(0o600)
    secrets.write_text("mqtt_password: hush\n")
    file.write_text("mqtt: {host: broker}\ncamera: {source: 'http://USER:PASSWORD@camera/'}\n")
    return file


def _shoot_file(visit: Visit, picture: Path) -> None:
    """Show a fault at its line, in a file where a service has it."""
    tab = visit.log_in("/#file")
    tab.get_by_text(re.compile("facet.yaml$")).evaluate(
        "each => each.textContent = '/etc/facet/facet.yaml'"
    )
    tab.locator("#yaml").fill(_FILE)
    tab.get_by_text("unknown key").wait_for()
    tab.locator("#yaml").blur()
    _shoot(tab, picture)


def _fill_gallery(node: PageNode) -> None:
    """Enrol somebody, and have somebody unknown come; of both there are numbers that nobody's face gives."""
    path = node.config.node.effective_state_directory / PEOPLE
    with GalleryFile.open(path, read_recognition_card().sha256) as gallery:
        gallery.enrol("Anna", [NewReference(each, 0.87) for each in looks(3)])
        gallery.visitors.record(new_references(1, seed=5), LIMITS)


def _shoot(tab: Any, path: Path) -> None:  # noqa: ANN401 - Playwright's
    tab.screenshot(path=str(path))
    with Image.open(path) as shot:
        shot.convert("RGB").quantize(_COLORS).save(path, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
