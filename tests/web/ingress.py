"""Home Assistant's ingress, as far as a page behind it can tell: `python -m tests.web.ingress`, by `unshare --net`.

It needs a network of its own, because the supervisor has an address that no other machine may have. What a browser
finds there is printed as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

import httpx
import uvicorn
from playwright.sync_api import Error, FrameLocator
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from device.web.security.origin import SUPERVISOR
from tests.broker.mosquitto import free_port
from tests.web.bench import INGRESS
from tests.web.browser import Visit, chromium, serious_violations
from tests.web.node import PageNode, running_page

# A stream of events is silent for ten seconds at most.
_PATIENCE_SECONDS = 30.0
# Of one connection, or counted anew by whoever hands the answer on.
_NOT_HANDED_ON = {"connection", "content-length", "host", "keep-alive", "transfer-encoding"}


@dataclass
class Findings:
    """What a browser has found.

    Attributes:
        is_live: whether a press appeared in the frame without loading anything again.
        views: the names of those that could be opened.
        cookie_paths: of the cookies that the page has set.
        paths: of all requests that the browser made, apart from Home Assistant's own page.
        violations: what axe-core finds.
        complaints: what the browser complains about.
        base_for_others: what the page takes for its own path where the same headers come from another address.
        cookies_after_leaving: that are left after logging out.
    """

    is_live: bool = False
    views: list[str] = field(default_factory=list)
    cookie_paths: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    base_for_others: str = ""
    cookies_after_leaving: int = -1


class Proxy:
    """Hands everything below the prefix on to a page.

    Args:
        page: its address.
        address: from which it asks; None for any of the machine's.
    """

    def __init__(self, page: str, address: str | None) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self._client = httpx.AsyncClient(
            base_url=page,
            transport=httpx.AsyncHTTPTransport(local_address=address),
            timeout=_PATIENCE_SECONDS,
        )
        self.app = Starlette(
            routes=[
                Route("/", self._frame),
                Route(f"{INGRESS}/{{path:path}}", self._hand_on, methods=["GET", "POST"]),
            ]
        )

    async def _frame(self, _request: Request) -> Response:
        frame = f'<iframe title="Facet" src="{INGRESS}/" width="100%" height="700"></iframe>'
        return HTMLResponse(
            f'<!doctype html><html lang="en"><title>Home</title><link rel="icon" href="data:,">{frame}'
        )

    async def _hand_on(self, request: Request) -> Response:
        headers = {
            **{
                name: value for name, value in request.headers.items() if name not in _NOT_HANDED_ON
            },
            "x-ingress-path": INGRESS,
            "x-forwarded-host": request.headers["host"],
            "x-forwarded-proto": "http",
        }
        asked = self._client.build_request(
            request.method,
            f"/{request.path_params['path']}",
            params=request.query_params,
            headers=headers,
            content=await request.body(),
        )
        answer = await self._client.send(asked, stream=True)

        async def pieces() -> AsyncIterator[bytes]:
            try:
                async for piece in answer.aiter_raw():
                    yield piece
            finally:
                await answer.aclose()

        response = StreamingResponse(pieces(), answer.status_code)
        response.raw_headers = [
            (name.lower(), value)
            for name, value in answer.headers.raw
            if name.lower().decode() not in _NOT_HANDED_ON
        ]
        return response


@contextmanager
def _served(proxy: Proxy) -> Iterator[Proxy]:
    port = int(proxy.url.rpartition(":")[2])
    config = uvicorn.Config(
        proxy.app, port=port, log_config=None, lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        sleep(0.02)
    try:
        yield proxy
    finally:
        server.should_exit = True
        thread.join()


def _look(node: PageNode, proxy: Proxy, found: Findings) -> None:
    with chromium() as browser:
        visit = Visit(node, browser.new_context(locale="en-GB"), proxy.url)
        tab = visit.open("/")
        page = tab.frame_locator("iframe")
        page.get_by_label("Password").fill(node.password)
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("navigation").wait_for()
        found.cookie_paths = [str(each.get("path")) for each in visit.context.cookies()]
        for view in ("Live", "People", "Health", "Settings", "Observations"):
            page.get_by_role("link", name=view).click()
            page.get_by_role("heading", name=view, level=1).wait_for()
            found.views.append(view)
        found.is_live = _press_appears(node, page)
        found.violations = serious_violations(tab)
        page.get_by_role("button", name="Capture").click()
        page.get_by_role("button", name="Face seen").nth(1).wait_for()
        page.get_by_role("button", name="Log out").click()
        page.get_by_label("Password").wait_for()
        found.cookies_after_leaving = len(visit.context.cookies())
        found.paths = [path for path in visit.paths if path != "/"]
        found.complaints = [*visit.complaints, *visit.foreign]


def _press_appears(node: PageNode, page: FrameLocator) -> bool:
    page.get_by_text("Nothing yet").wait_for()
    node.press()
    try:
        page.get_by_role("button", name="Face seen").click()
        page.get_by_role("img", name="Picture of").wait_for()
    except Error:
        return False
    return True


def main() -> None:
    """Print what is found."""
    for command in ("link set lo up", f"address add {SUPERVISOR}/32 dev lo"):
        subprocess.run(["ip", *command.split()], check=True)
    found = Findings()
    with (
        TemporaryDirectory() as folder,
        running_page(Path(folder), privacy={"picture": "crop"}) as node,
    ):
        with _served(Proxy(node.url, SUPERVISOR)) as proxy:
            _look(node, proxy, found)
        with _served(Proxy(node.url, None)) as stranger:
            form = httpx.get(f"{stranger.url}{INGRESS}/login").text
            found.base_for_others = form.partition('<base href="')[2].partition('"')[0]
    json.dump(asdict(found), sys.stdout)


if __name__ == "__main__":
    main()
