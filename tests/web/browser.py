"""A browser that a test looks through: Debian's Chromium, which fails a test for what its user would never see."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.web.node import PageNode

_PATIENCE_MS = 30_000
# Impacts that axe-core calls "serious" and "critical".
_SERIOUS = {"serious", "critical"}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser without a window."""
    program = shutil.which("chromium")
    assert program is not None, "Chromium is missing: apt-get install chromium"
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """One visitor's browser: its own cookies, and what it complains about.

    Args:
        node: whose page is visited.
        context: the visitor's.
        url: by which the page is asked for, if that is another one than the node's.
    """

    def __init__(self, node: PageNode, context: BrowserContext, url: str | None = None) -> None:
        self.node = node
        self._url = url or node.url
        self.context = context
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        self.paths: list[str] = []
        context.set_default_timeout(_PATIENCE_MS)
        context.on("request", self._requested)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def open(self, path: str = "/") -> Page:
        """Open a tab."""
        tab = self.context.new_page()
        tab.goto(self._url + path)
        return tab

    def log_in(self, path: str = "/") -> Page:
        """Open a tab, and log in."""
        tab = self.open("/login")
        tab.get_by_label("Password").fill(self.node.password)
        tab.get_by_role("button", name="Log in").click()
        tab.get_by_role("navigation").wait_for()
        if path != "/":
            tab.goto(self._url + path)
            tab.get_by_role("navigation").wait_for()
        return tab

    def _requested(self, request: Any) -> None:  # noqa: ANN401 - Playwright's
        if request.url.startswith(self._url):
            self.paths.append(request.url.removeprefix(self._url))
        elif not request.url.startswith(("blob:", "data:")):
            self.foreign.append(request.url)

    def _said(self, message: Any) -> None:  # noqa: ANN401 - Playwright's
        # Chromium reports each refusal as an error, the ones that a test wants as well.
        if message.type == "error" and not re.search(r"status of (401|422|429)", message.text):
            self.complaints.append(message.text)


def type_where_the_page_begins(tab: Page, text: str) -> None:
    """Type into the field that the page has chosen; Chromium gives it the focus a moment after the page is loaded."""
    tab.locator("input:focus").wait_for()
    tab.keyboard.type(text)


def serious_violations(tab: Page) -> list[str]:
    """Return what axe-core finds in a view that keeps somebody from using it."""
    found = Axe().run(tab).response["violations"]
    return [
        f"{each['id']}: {[node['html'] for node in each['nodes']]}"
        for each in found
        if each["impact"] in _SERIOUS
    ]
