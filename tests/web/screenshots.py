"""Make the pictures of docs/page.md: `python -m tests.web.screenshots docs/images`."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any

from PIL import Image

from tests.web.browser import Visit, chromium
from tests.web.node import running_page

_COLORS = 128


def main(folder: Path) -> None:
    """Write all pictures."""
    with (
        TemporaryDirectory() as kept,
        running_page(Path(kept), privacy={"picture": "crop"}, people={"enabled": True}) as node,
        chromium() as browser,
    ):
        desk: dict[str, Any] = {"viewport": {"width": 1100, "height": 620}, "locale": "en-GB"}
        phone: dict[str, Any] = {
            "viewport": {"width": 390, "height": 780},
            "locale": "en-GB",
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
        tab = Visit(node, browser.new_context(**phone)).log_in("/#people")
        tab.get_by_text("Nobody is enrolled").wait_for()
        sleep(2)
        _shoot(tab, folder / "page-people.png")


def _shoot(tab: Any, path: Path) -> None:  # noqa: ANN401 - Playwright's
    tab.screenshot(path=str(path))
    with Image.open(path) as shot:
        shot.convert("RGB").quantize(_COLORS).save(path, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
