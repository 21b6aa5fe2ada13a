"""What somebody sees who opens the page in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest

from tests.summary import say
from tests.web.node import PageNode, running_page

if TYPE_CHECKING:
    from tests.web.browser import Visit

pytestmark = pytest.mark.web

Begin = Callable[..., "Visit"]

VIEWS = ("live", "observations", "people", "health")


# Times of which a machine may be slower than the one that a limit is meant for.
_BUSY = 3.5
_HAS_PICTURE = """() => {
  const canvas = document.querySelector("canvas");
  if (!canvas) return false;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(data).size > 20;
}"""


def test_whoever_knows_the_password_is_let_in_and_may_leave(visit: Begin) -> None:
    """The page is shown after logging in, and the form again after logging out."""
    tab = visit().log_in()
    assert tab.title() == "Live · Hall"
    tab.get_by_role("button", name="Log out").click()
    tab.get_by_label("Password").wait_for()


def test_a_wrong_password_is_refused_and_after_five_the_door_is_shut(visit: Begin) -> None:
    """The sixth attempt is not even looked at, although it is right."""
    guest = visit()
    tab = guest.open("/login")
    for _ in range(4):
        tab.get_by_label("Password").fill("wrong")
        tab.get_by_role("button", name="Log in").click()
        tab.get_by_text("That is not it.").wait_for()
    tab.get_by_label("Password").fill("wrong")
    tab.get_by_role("button", name="Log in").click()
    tab.get_by_text("Too many attempts").wait_for()
    tab.get_by_label("Password").fill(guest.node.password)
    tab.get_by_role("button", name="Log in").click()
    tab.get_by_text("Too many attempts").wait_for()


def test_the_live_view_shows_the_picture_its_boxes_and_the_same_in_words(visit: Begin) -> None:
    """The portrait is drawn with a green box, and what is seen is said."""
    tab = visit().log_in("/#live")
    tab.wait_for_function(_HAS_PICTURE)
    said = tab.locator("[aria-live=polite]")
    said.get_by_text("Smiling").wait_for()
    assert "quality 85 %" in said.inner_text()
    tab.get_by_text("A usable face in").wait_for()
    greens = tab.evaluate(
        """() => {
          const canvas = document.querySelector("canvas");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          let count = 0;
          for (let i = 0; i < data.length; i += 4)
            count += data[i] === 61 && data[i + 1] === 220 && data[i + 2] === 132;
          return count;
        }"""
    )
    assert greens > 500


def test_a_face_that_is_not_judged_has_a_hint(tmp_path: Path, browser: Any) -> None:  # noqa: ANN401
    """In the picture, and in words for whoever does not see it; no look was usable."""
    from tests.web.browser import Visit

    with running_page(tmp_path, perception={"min_face_size": 1000}) as node:
        visit = Visit(node, browser.new_context(locale="en-GB"))
        tab = visit.log_in("/#live")
        tab.locator("[aria-live=polite]").get_by_text("Come closer.").wait_for()
        tab.get_by_text(re.compile("A usable face in 0 of the last [1-9]")).wait_for()
        visit.context.close()
    assert (visit.complaints, visit.foreign) == ([], [])


def test_a_press_appears_without_loading_the_page_again(node: PageNode, visit: Begin) -> None:
    """What is seen at a press is listed, with bars, and with the picture that may leave the node."""
    tab = visit().log_in("/#observations")
    tab.get_by_text("Nothing yet").wait_for()
    node.press()
    line = tab.get_by_role("button", name="Face seen")
    line.click()
    tab.get_by_text("Smiling", exact=True).wait_for()
    tab.get_by_role("img", name="Picture of").wait_for()
    assert tab.get_by_text("Took: camera").count() == 1


@pytest.mark.timed
def test_privacy_blanks_everything_within_a_second_in_every_tab(
    node: PageNode, visit: Begin
) -> None:
    """Neither the live picture nor a crop is left, in whichever tab it was."""
    guest = visit()
    live = guest.log_in("/#live")
    listed = guest.open("/#observations")
    live.wait_for_function(_HAS_PICTURE)
    node.press()
    listed.get_by_role("button", name="Face seen").click()
    listed.get_by_role("img", name="Picture of").wait_for()
    node.command("privacy", "ON")
    live.get_by_role("status").filter(has_text="Privacy is on").wait_for(timeout=_BUSY * 1000)
    listed.get_by_role("img").wait_for(state="detached", timeout=_BUSY * 1000)
    assert not live.evaluate(_HAS_PICTURE)


def test_privacy_blanks_the_picture_also_when_no_event_comes(node: PageNode, visit: Begin) -> None:
    """The stream may hang behind a proxy; the next answer without a look is enough."""
    guest = visit()
    guest.context.route("**/events", lambda _route: None)
    tab = guest.log_in("/#live")
    tab.wait_for_function(_HAS_PICTURE)
    node.command("privacy", "ON")
    tab.wait_for_function(f"() => !({_HAS_PICTURE})()")
    tab.get_by_text("Waiting for the camera").wait_for()


def test_events_come_again_after_a_refusal(node: PageNode, visit: Begin) -> None:
    """Such as that of a proxy while the node restarts, after which a browser itself asks no more."""
    guest = visit()
    refused: list[str] = []

    def refuse(route: Any) -> None:  # noqa: ANN401 - Playwright's
        refused.append(route.request.url)
        route.fulfill(status=502)

    guest.context.route("**/events", refuse, times=2)
    tab = guest.log_in("/#health")
    node.command("privacy", "ON")
    tab.get_by_role("status").filter(has_text="Privacy is on").wait_for()
    assert len(refused) == 2
    _forget_refusals(guest)


def test_a_live_view_that_is_refused_asks_again_after_a_pause(visit: Begin) -> None:
    """And shows nothing meanwhile; the picture comes back by itself."""
    guest = visit()
    tab = guest.log_in("/#live")
    tab.wait_for_function(_HAS_PICTURE)
    asked: list[str] = []

    def refuse(route: Any) -> None:  # noqa: ANN401 - Playwright's
        asked.append(route.request.url)
        route.fulfill(status=503)

    guest.context.route("**/live?*", refuse)
    tab.wait_for_function(f"() => !({_HAS_PICTURE})()")
    before = len(asked)
    tab.wait_for_timeout(3000)
    assert before >= 1
    assert len(asked) - before <= 3
    guest.context.unroute("**/live?*")
    tab.wait_for_function(_HAS_PICTURE)
    _forget_refusals(guest)


def _forget_refusals(guest: Visit) -> None:
    """Let a test want what Chromium reports as an error."""
    guest.complaints[:] = [each for each in guest.complaints if "status of 50" not in each]


def test_a_page_that_is_loaded_where_the_skip_link_leads_has_a_view(visit: Begin) -> None:
    """The link leaves its place in the address, and a reload keeps that; later it moves the focus again."""
    tab = visit().log_in("/#view")
    tab.reload()
    tab.get_by_role("heading", name="Live", level=1).wait_for()
    tab.goto(f"{tab.url.partition('#')[0]}#health")
    tab.get_by_role("heading", name="Health", level=1).wait_for()
    tab.locator("#skip").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_function("() => document.activeElement.id === 'view'")
    assert tab.get_by_role("heading", name="Health", level=1).count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 800), (360, 740)])
def test_nothing_keeps_anybody_from_using_a_view(
    node: PageNode, visit: Begin, scheme: str, size: tuple[int, int]
) -> None:
    """axe-core finds nothing serious, on a desk and on a phone, by day and by night; nothing is wider than a phone."""
    from tests.web.browser import serious_violations

    width, height = size
    guest = visit(color_scheme=scheme, viewport={"width": width, "height": height})
    assert serious_violations(guest.open("/login")) == []
    tab = guest.log_in()
    node.press()
    for view in VIEWS:
        tab.get_by_role("link", name=view.capitalize()).click()
        tab.get_by_role("heading", name=view.capitalize(), level=1).wait_for()
        if view == "observations":
            tab.get_by_role("button", name="Face seen").click()
            tab.get_by_text("Smiling", exact=True).wait_for()
        assert serious_violations(tab) == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keyboard_alone_is_enough(node: PageNode, visit: Begin) -> None:
    """Logging in, choosing a view and opening an observation take no mouse."""
    from tests.web.browser import type_where_the_page_begins

    guest = visit()
    tab = guest.open("/login")
    type_where_the_page_begins(tab, guest.node.password)
    tab.keyboard.press("Enter")
    tab.get_by_role("navigation").wait_for()
    node.press()
    for _ in range(3):  # past the skip link and Live
        tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    line = tab.get_by_role("button", name="Face seen")
    line.wait_for()
    for _ in range(10):
        tab.keyboard.press("Tab")
        if line.evaluate("element => element === document.activeElement"):
            break
    tab.keyboard.press("Enter")
    tab.get_by_text("Smiling", exact=True).wait_for()


@pytest.mark.timed
def test_a_slow_phone_has_the_page_within_a_second(
    visit: Begin, request: pytest.FixtureRequest
) -> None:
    """On a processor slowed six times, from asking for it to a view that answers."""
    guest = visit()
    tab = guest.log_in("/#health")
    tools = guest.context.new_cdp_session(tab)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": 6})
    took = []
    for _ in range(3):
        began = monotonic()
        tab.reload(wait_until="commit")
        tab.get_by_role("cell", name="works").first.wait_for()
        took.append(monotonic() - began)
    say(request.config, "page", f"there after {min(took):.2f} s on a slow phone")
    assert min(took) < _BUSY
