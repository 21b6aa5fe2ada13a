"""What the page's server says of the node's file and its settings, without a browser."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from device.config.sections.node import LANGUAGES, Language
from device.entities.controls import CONTROLS
from device.entities.kinds import Category
from device.web.views.settings import controls
from device.web.words import words
from tests.web.bench import SECRET, Browser, PageBench


def _post(browser: Browser, path: str, content: object) -> tuple[int, Any]:
    answer = browser.post(path, content=json.dumps(content))
    return answer.status_code, answer.json()


def test_a_text_is_checked_and_saved_with_what_it_does_not_show(bench: PageBench) -> None:
    """The password that is shown as a number is in the file again."""
    browser = bench.log_in()
    shown = browser.get("/file").json()
    assert shown["text"] == "mqtt: {host: broker, username: facet, password: !hidden 1}\n"
    assert shown["restart"] == {"key": "restart", "payload": "PRESS"}
    text = shown["text"] + "led: {pin: 5}\n"
    assert _post(browser, "/file/check", {"text": text}) == (200, {"faults": []})
    status, saved = _post(browser, "/file", {"text": text, "revision": shown["revision"]})
    assert (status, saved["text"]) == (200, text)
    assert (bench.folder / "facet.yaml").read_text() == text.replace("!hidden 1", SECRET)


def test_a_text_with_a_fault_is_not_saved(bench: PageBench) -> None:
    """The fault has its line and its setting."""
    browser = bench.log_in()
    shown = browser.get("/file").json()
    wrong = {"text": shown["text"] + "led: {pin: 99}\n", "revision": shown["revision"]}
    _, said = _post(browser, "/file", wrong)
    (fault,) = said["faults"]
    assert (fault["line"], fault["path"]) == (2, "led.pin")
    assert "led" not in (bench.folder / "facet.yaml").read_text()


@pytest.mark.parametrize("line", ["camera: {width: !hidden 1}", "node: {name: !hidden 1}"])
def test_no_answer_shows_a_password_that_was_put_elsewhere(bench: PageBench, line: str) -> None:
    """Neither while it is typed, nor when it is to be saved."""
    browser = bench.log_in()
    shown = browser.get("/file").json()
    text = f"{shown['text']}{line}\n"
    _, checked = _post(browser, "/file/check", {"text": text})
    _, saved = _post(browser, "/file", {"text": text, "revision": shown["revision"]})
    assert [fault["line"] for fault in checked["faults"]] == [2]
    assert saved == checked
    assert SECRET not in str(checked)
    assert SECRET not in browser.get("/file").text


def test_a_file_that_changed_meanwhile_is_not_overwritten(bench: PageBench) -> None:
    """Somebody has it open in an editor."""
    browser = bench.log_in()
    status, said = _post(browser, "/file", {"text": "mqtt: {host: b}\n", "revision": "old"})
    assert status == 422
    assert "has changed meanwhile" in str(said["error"])


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"text": 1}', b'{"text": "", "x": 1}'])
def test_what_is_no_wish_is_refused(bench: PageBench, content: bytes) -> None:
    """With a reason that repeats nothing of it."""
    browser = bench.log_in()
    for path in ("/file", "/file/check", "/file/secret"):
        assert browser.post(path, content=content).status_code == 422


def test_a_secret_is_kept_and_is_in_no_answer_and_no_log(
    bench: PageBench, caplog: pytest.LogCaptureFixture
) -> None:
    """Only who has changed one is logged."""
    caplog.set_level(logging.INFO)
    browser = bench.log_in()
    wish = {"name": "camera", "value": "lion-lion"}
    assert _post(browser, "/file/secret", wish) == (200, {})
    assert (bench.folder / "secrets.yaml").read_text() == "camera: lion-lion\n"
    assert "192.168.1.5 has changed a secret" in caplog.text
    assert "lion" not in caplog.text + browser.get("/file").text
    status, said = _post(browser, "/file/secret", {"name": "a b: lion", "value": "lion"})
    assert (status, "lion" in str(said)) == (422, False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_control_is_named_and_explained_in_the_reader_s_language(language: Language) -> None:
    """All that Home Assistant shows as configuration; in English with the table's own sentence."""
    shown = {control.key: control for control in controls(CONTROLS, language)}
    rows = [row for row in CONTROLS if row.category is Category.CONFIG]
    assert list(shown) == [row.key for row in rows]
    texts = words(language)
    for row in rows:
        assert f"meaning_{row.key}" in texts, row.key
        for option, name in shown[row.key].options:
            assert name != option or language == "en" or option == "PRESS", (row.key, option)


def test_a_number_has_its_bounds_and_its_unit(bench: PageBench) -> None:
    """So that the browser refuses what the node would."""
    rows = {row["key"]: row for row in bench.log_in().get("/settings").json()}
    assert rows["threshold_offset"]["minimum"] == -0.4
    assert rows["motion_cool_down"]["unit"] == "s"
    assert rows["privacy"]["options"][0][0] == "ON"
