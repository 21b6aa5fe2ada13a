"""What is sent to harm: paths, sizes, floods and pictures that are none."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from PIL import Image

from tests.web.bench import JPEG, PageBench, concrete

ELSEWHERE = "http://evil.example"


@pytest.mark.parametrize(
    "name",
    [
        "../page.py",
        "..%2fpage.py",
        "%2e%2e/page.py",
        "views/../../page.py",
        "/etc/passwd",
        "....//page.py",
        "index.html",
        "app.js%00",
        "..\\page.py",
    ],
)
def test_no_other_file_is_read(bench: PageBench, name: str) -> None:
    """Only the names of the page's own files count."""
    assert bench.log_in().get(f"/code/{name}").status_code in {400, 404}


def test_an_upload_that_is_too_large_is_refused(bench: PageBench) -> None:
    """Whether or not it says so at its beginning; what reads no body takes none."""
    reads_no_body = {"/capture", "/logout", "/people/references/{reference:int}/{what}"}
    for endpoint in bench.made.table:
        if endpoint.method == "GET" or endpoint.path in reads_no_body:
            continue
        browser, large = bench.log_in(), b"x" * (endpoint.largest + 1)

        async def pieces(large: bytes = large) -> AsyncIterator[bytes]:
            for start in range(0, len(large), 65536):
                yield large[start : start + 65536]

        for body in (large, pieces()):
            # A name that is a part of the path or the query is valid here.
            path = f"{concrete(endpoint)}?name=Anna"
            answer = browser.request(endpoint.method, path, content=body)
            assert answer.status_code == 413, endpoint
    assert bench.commands == []


def test_a_command_that_means_nothing_is_refused_with_the_reason(bench: PageBench) -> None:
    """What MQTT would log, the page says; nothing reaches the node."""
    browser = bench.log_in()
    answer = browser.post("/command/privacy", content=b"maybe")
    assert (answer.status_code, "allowed: ON or OFF" in answer.json()["error"]) == (422, True)
    assert browser.post("/command/nothing").status_code == 422
    assert bench.commands == []


@pytest.mark.parametrize(
    "body",
    [b"", b"no picture", JPEG, b"\xff\xd8\xff\xe0" + b"\x00" * 1000, b"GIF89a" + b"\xff" * 99],
)
def test_what_is_no_picture_enrols_nobody(bench: PageBench, body: bytes) -> None:
    """It is refused before the node's networks see any of it."""
    answer = bench.log_in().post("/people/picture?name=Anna", content=body)
    assert (answer.status_code, "picture" in answer.json()["error"]) == (422, True)
    assert bench.commands == []


def test_a_picture_that_would_fill_the_memory_is_not_decoded(bench: PageBench) -> None:
    """A small file can promise gigabytes; its header is read first."""
    bomb = BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 2**20
    answer = bench.log_in().post("/people/picture?name=Anna", content=bomb.getvalue())
    assert (answer.status_code, "megapixels" in answer.json()["error"]) == (422, True)


def test_pictures_cannot_come_in_a_flood(bench: PageBench) -> None:
    """Each takes megabytes until it is looked at: the next one is asked for again later."""
    picture = BytesIO()
    Image.new("RGB", (200, 200)).save(picture, "JPEG")
    browser = bench.log_in()
    found = [
        browser.post("/people/picture?name=Anna", content=picture.getvalue()).status_code
        for _ in range(5)
    ]
    assert found == [202, 429, 429, 429, 429]
    assert len(bench.commands) == 1


def test_strangers_cannot_fill_the_log(bench: PageBench, caplog: pytest.LogCaptureFixture) -> None:
    """A line a minute says that somebody tries, however often."""
    browser = bench.browser()
    for number in range(50):
        browser.get("/", headers={"host": f"evil{number}.example"})
        browser.post("/login", headers={"origin": ELSEWHERE})
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 2
