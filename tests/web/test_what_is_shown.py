"""Whoever has logged in sees what their owner lets them see, and no secret."""

from __future__ import annotations

import logging
import zipfile
from dataclasses import replace
from io import BytesIO

import pytest

from tests.web.bench import JPEG, PASSWORD, SECRET, PageBench, concrete


def test_pictures_are_gone_the_moment_privacy_begins(bench: PageBench) -> None:
    """Neither the crop of before nor the live picture is given any more, nor afterwards."""
    browser = bench.log_in()
    seen = bench.see()
    bench.look()
    path = f"/observations/{seen.event_id}/picture"
    assert browser.get(path).content == JPEG
    assert JPEG in browser.get("/live").content
    private = replace(bench.settings, privacy=True)
    bench.live.apply(private)
    bench.made.page.apply(private)
    assert browser.get(path).status_code == 404
    assert browser.get("/live?after=1").status_code == 204
    bench.made.page.apply(bench.settings)
    assert browser.get(path).status_code == 404


def test_a_browser_may_keep_a_look_only_while_it_is_the_newest(bench: PageBench) -> None:
    """Both answers are empty: a slow board has no other look yet, and in privacy there is none."""
    browser = bench.log_in()
    bench.look()
    assert browser.get("/live?after=1").headers.get("x-same-look") == "1"
    bench.live.apply(replace(bench.settings, privacy=True))
    gone = browser.get("/live?after=1")
    assert (gone.status_code, gone.headers.get("x-same-look")) == (204, None)


def test_a_picture_is_shown_no_longer_than_its_owner_allows(bench: PageBench) -> None:
    """What MQTT clears is gone here too."""
    browser = bench.log_in()
    seen = bench.see()
    bench.made.page.cleared()
    assert browser.get(f"/observations/{seen.event_id}/picture").status_code == 404


def test_without_a_picture_that_may_leave_the_node_there_is_none(bench: PageBench) -> None:
    """The page gets what MQTT gets."""
    browser = bench.log_in()
    seen = bench.see(picture=None)
    assert browser.get(f"/observations/{seen.event_id}/picture").status_code == 404
    assert browser.get(f"/observations/{seen.event_id}").json()["has_picture"] is False


def test_who_is_forgotten_is_not_in_the_page_s_memory(bench: PageBench) -> None:
    """Observations may name them."""
    browser = bench.log_in()
    bench.see()
    bench.made.page.forget()
    assert browser.get("/observations").json() == []


def test_secrets_are_in_no_answer(bench: PageBench) -> None:
    """Neither the broker's password nor the camera's, nor that of the page, wherever somebody looks."""
    from device.node.trials import CAMERA, Trial

    browser = bench.log_in()
    bench.see()
    bench.look()
    fault = f"rtsp://cam:{SECRET}@192.168.1.9/stream does not answer; {SECRET} is wrong"
    bench.made.page.health((Trial(CAMERA, works=False, detail=fault),))
    for endpoint in bench.made.table:
        if endpoint.path == "/events":
            continue
        answer = browser.get(concrete(endpoint))
        assert SECRET not in answer.text
        assert PASSWORD not in answer.text
    assert SECRET not in str(bench.made.page.newest())


def test_who_logs_in_and_what_they_ask_for_is_in_the_log(
    bench: PageBench, caplog: pytest.LogCaptureFixture
) -> None:
    """With the address, and without a password or a name."""
    caplog.set_level(logging.INFO)
    browser = bench.browser()
    browser.post("/login", data={"password": "wrong-one"})
    browser = bench.log_in()
    browser.post("/command/person_name", content=b"Anna")
    browser.post("/command/privacy", content=b"ON")
    browser.post("/logout")
    said = "\n".join(
        record.getMessage() for record in caplog.records if "page" in record.getMessage()
    )
    assert "wrong password from 192.168.1.5" in said
    assert "192.168.1.5 has logged in" in said
    assert "192.168.1.5 asks for privacy" in said
    assert "192.168.1.5 has logged out" in said
    for secret in ("wrong-one", PASSWORD, "Anna", "facet_session"):
        assert secret not in caplog.text


def test_the_diagnostics_of_the_page_hold_no_secret(bench: PageBench) -> None:
    """It is the archive of `facet diagnostics`, without a password and without what was seen."""
    bench.see()
    answer = bench.log_in().get("/diagnostics")
    assert "attachment" in answer.headers["content-disposition"]
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        names = archive.namelist()
        texts = "".join(archive.read(name).decode() for name in names)
    assert {"system.json", "facet.yaml", "check.json", "node.json"} <= set(names)
    assert SECRET not in texts
    assert "Smiling" not in texts
