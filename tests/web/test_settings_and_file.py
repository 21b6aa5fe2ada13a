"""The settings and the node's file, in a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.broker.mosquitto import wait_for
from tests.web.node import PageNode, running_page

if TYPE_CHECKING:
    from tests.web.browser import Visit

pytestmark = pytest.mark.web

Begin = Callable[..., "Visit"]

_TEXT = """# mine
mqtt:
  host: 127.0.0.1
  username: me
  password: !secret broker
camera:
  source: rtsp://me:tiger@camera/
"""
_TYPO = "mqtt:\n  host: 127.0.0.1\n  prot: 1\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The node's file, with a password in it, and one that is elsewhere."""
    path = tmp_path / "facet.yaml"
    path.write_text(_TEXT)
    secrets = path.with_name("secrets.yaml")
    secrets.touch(0o600)
    secrets.write_text("broker: tiger-lily\n")
    return path


@pytest.fixture
def node(tmp_path: Path, file: Path) -> Iterator[PageNode]:
    """A node with that file on its page."""
    with running_page(tmp_path, file) as running:
        yield running


def test_a_setting_is_the_same_here_and_in_home_assistant(visit: Begin, node: PageNode) -> None:
    """A change there is seen here without reloading, and a change here is published."""
    tab = visit().log_in("/#settings")
    caution = tab.get_by_label("Caution")
    node.command("threshold_offset", "0.25")
    tab.wait_for_function("() => document.getElementById('set-threshold_offset')?.value === '0.25'")
    caution.fill("-0.1")
    caution.press("Enter")
    privacy = tab.get_by_role("switch", name="Privacy")
    privacy.focus()
    tab.keyboard.press("Space")
    tab.get_by_text("Privacy is on").wait_for()
    wait_for(lambda: "-0.1" in _newest(node), "the number is published")
    wait_for(lambda: '"ON"' in _newest(node), "the switch is published")


def _newest(node: PageNode) -> str:
    """Return the settings as they were published last."""
    return dumps([dict(each) for name, each in node.sink.documents if name == "settings"][-1])


def test_what_a_setting_does_not_allow_is_said_and_not_kept(visit: Begin) -> None:
    """By the browser already; the value is then marked."""
    tab = visit().log_in("/#settings")
    caution = tab.get_by_label("Caution")
    caution.fill("7")
    caution.press("Tab")
    assert caution.evaluate("box => !box.checkValidity()")


def test_a_bad_file_is_shown_at_its_line_and_not_saved(visit: Begin, file: Path) -> None:
    """While it is typed, and again when it is to be saved; the fault leads to its line."""
    before = file.read_text()
    tab = visit().log_in("/#file")
    text = tab.get_by_role("textbox", name="facet.yaml")
    tab.wait_for_function("() => document.getElementById('yaml')?.value")
    text.fill(_TYPO)
    fault = tab.get_by_role("button", name="Line 3: mqtt.prot: unknown key; did you mean port?")
    fault.wait_for()
    tab.get_by_role("button", name="Save").click()
    fault.wait_for()
    fault.click()
    selected = "box => box.value.slice(box.selectionStart, box.selectionEnd)"
    assert text.evaluate(selected) == "  prot: 1"
    assert file.read_text() == before


def test_a_file_is_changed_with_the_keyboard_alone(visit: Begin, file: Path) -> None:
    """Its comments stay, its passwords are not shown and stay too, and a restart is offered."""
    tab = visit().log_in("/#file")
    text = tab.get_by_role("textbox", name="facet.yaml")
    tab.wait_for_function("() => document.getElementById('yaml')?.value")
    shown = text.input_value()
    assert "tiger" not in shown
    assert "!secret broker" in shown
    restart = tab.get_by_role("button", name="Restart the node")
    assert not restart.is_visible()
    text.focus()
    tab.keyboard.press("Control+End")
    tab.keyboard.type("attributes: {hysteresis: 0.1}\n")
    tab.get_by_text("Valid.").wait_for()
    # A textarea keeps no tab to itself.
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.get_by_text("Saved. It counts after a restart").wait_for()
    saved = file.read_text()
    assert "# mine" in saved
    assert "tiger" in saved
    assert "hysteresis: 0.1" in saved
    restart.wait_for()


def test_a_secret_is_written_and_never_read(visit: Begin, file: Path) -> None:
    """It goes into secrets.yaml, by its name."""
    tab = visit().log_in("/#file")
    tab.get_by_label("Name", exact=True).fill("camera")
    tab.get_by_label("Value", exact=True).fill("lion-lion")
    tab.get_by_role("button", name="Keep it").click()
    tab.get_by_text("camera is kept.").wait_for()
    assert "camera: lion-lion\n" in file.with_name("secrets.yaml").read_text()
    assert "lion" not in tab.content()


@pytest.mark.parametrize("view", ["settings", "file"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_views_can_be_used_by_everybody(visit: Begin, view: str, scheme: Any) -> None:  # noqa: ANN401
    """axe-core finds no serious violation, and a phone shows all of it."""
    from tests.web.browser import serious_violations

    guest = visit(color_scheme=scheme, viewport={"width": 360, "height": 740})
    tab = guest.log_in(f"/#{view}")
    tab.locator("main input, main textarea").first.wait_for()
    assert serious_violations(tab) == []
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not tab.evaluate(wide)
