"""Nobody gets anything of the page who has not logged in, and whoever has gets no more than is theirs."""

from __future__ import annotations

import logging
import re
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from device.mqtt.events import Command
from device.people.gallery_file import GalleryFile
from device.people.reader import PEOPLE
from device.web.endpoint import Endpoint
from device.web.security.origin import SUPERVISOR
from device.web.security.throttle import MOST_FAILURES
from tests.node.gallery_bench import LIMITS
from tests.people.references import EMBEDDER, new_references
from tests.web.bench import HOST, JPEG, PASSWORD, SECRET, PageBench

INGRESS = "/api/hassio_ingress/abc_DEF-1"
ELSEWHERE = "http://evil.example"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[PageBench]:
    """A page."""
    with PageBench(tmp_path) as made:
        yield made


def concrete(endpoint: Endpoint) -> str:
    """Return a path that an endpoint answers."""
    return re.sub(r"{[^}]*}", "x", re.sub(r"{[^}]*:int}", "1", endpoint.path))


def test_every_route_but_the_login_refuses_without_a_session(bench: PageBench) -> None:
    """The table of endpoints is walked, so that a new one cannot forget; so is what is not in it."""
    browser = bench.browser()
    bench.see()
    bench.look()
    assert len(bench.made.table) > 10
    for endpoint in bench.made.table:
        if endpoint.path.startswith("/login"):
            continue
        for token in ({}, {"x-csrf-token": "guess"}):
            answer = browser.request(endpoint.method, concrete(endpoint), headers=token)
            assert answer.status_code == 401, endpoint
            assert answer.json() == {"error": "log in first"}
    for path in ("/nothing", "/static/app.js", "/login/app.js", "/login/", "//", "/LOGIN"):
        assert browser.get(path).status_code == 401, path
    assert bench.commands == []


def test_only_the_login_is_public(bench: PageBench) -> None:
    """A new view cannot make itself public under another name."""
    public = {endpoint.path for endpoint in bench.made.table if endpoint.is_public}
    assert public == {"/login", "/login/icon.svg", "/login/login.js", "/login/style.css"}


def test_a_reader_without_a_session_is_led_to_the_login(bench: PageBench) -> None:
    """What a browser loads as a page becomes the form."""
    answer = bench.browser().get("/", headers={"accept": "text/html,*/*"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


def test_each_answer_tells_the_browser_to_run_and_load_nothing_foreign(bench: PageBench) -> None:
    """The policy allows no inline code, no other host and no frame; nothing is cached."""
    browser = bench.log_in()
    bench.look()
    for endpoint in bench.made.table:
        if endpoint.path == "/events":
            continue  # it lasts
        headers = browser.request(endpoint.method, concrete(endpoint)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


def test_no_page_has_code_or_style_within_it(bench: PageBench) -> None:
    """What the policy forbids is not there either."""
    browser = bench.log_in()
    for path in ("/login", "/"):
        text = browser.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|javascript:", text)


def test_the_session_is_out_of_reach_for_scripts_and_other_sites(bench: PageBench) -> None:
    """The cookie is HttpOnly and SameSite=Strict, and Secure where the page is served by https."""
    answer = bench.browser().post("/login", data={"password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie


def test_where_the_page_is_encrypted_the_session_is_never_sent_otherwise(tmp_path: Path) -> None:
    """The cookie is Secure, and the browser remembers to ask by https."""
    files = {"certificate_file": "page.crt", "key_file": "page.key"}
    with PageBench(tmp_path, {"page": files}) as bench:
        answer = bench.browser().post("/login", data={"password": PASSWORD})
    assert "; secure" in answer.headers["set-cookie"].lower()
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize("token", [None, "", "guess"])
def test_another_site_cannot_ask_for_anything_with_a_session(
    bench: PageBench, token: str | None
) -> None:
    """Each request that changes something repeats what only the page knows."""
    browser = bench.log_in()
    del browser.headers["x-csrf-token"]
    headers = {} if token is None else {"x-csrf-token": token}
    for endpoint in bench.made.table:
        if endpoint.method != "GET" and not endpoint.is_public:
            answer = browser.request(endpoint.method, concrete(endpoint), headers=headers)
            assert answer.status_code == 403, endpoint
    assert bench.commands == []


def test_a_token_of_another_session_does_not_count(bench: PageBench) -> None:
    """Each session has one of its own."""
    first, second = bench.log_in(), bench.log_in()
    foreign = {"x-csrf-token": str(second.headers["x-csrf-token"])}
    assert first.post("/capture", headers=foreign).status_code == 403
    assert first.post("/capture").status_code == 202


@pytest.mark.parametrize("origin", [ELSEWHERE, "null", f"https://{HOST}.evil.example", "http://["])
def test_another_site_cannot_log_a_browser_in(bench: PageBench, origin: str) -> None:
    """The form counts only where a page of the node has sent it."""
    answer = bench.browser().post("/login", data={"password": PASSWORD}, headers={"origin": origin})
    assert answer.status_code == 403
    assert bench.passwords.tries == 0


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "",
        "hall.local.evil.example",
        "a b",
        "[::1",
        "localhost:x",
    ],
)
def test_under_a_foreign_name_the_page_does_not_answer(bench: PageBench, host: str) -> None:
    """A site that has its own name point to the node (DNS rebinding) gets nothing, with or without a session."""
    browser = bench.log_in()
    for path in ("/", "/login", "/observations"):
        assert browser.get(path, headers={"host": host}).status_code == 421, path


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]:8420", "192.168.1.7:8420", "localhost", "Hall.Example.ORG:8420"]
)
def test_the_page_answers_under_its_addresses_and_names(bench: PageBench, host: str) -> None:
    """By an address nobody can be misled; further names are the owner's."""
    assert bench.browser().get("/login", headers={"host": host}).status_code == 200


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


def test_a_thousand_wrong_passwords_cost_next_to_nothing(bench: PageBench) -> None:
    """Of a thousand from one address five are compared; somebody at another one is let in meanwhile."""
    attacker = bench.browser("192.168.1.66")
    answers = [attacker.post("/login", data={"password": f"guess {i}"}) for i in range(1000)]
    assert bench.passwords.tries == MOST_FAILURES
    assert [answer.status_code for answer in answers[: MOST_FAILURES - 1]] == [401] * 4
    assert {answer.status_code for answer in answers[MOST_FAILURES:]} == {429}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers[MOST_FAILURES:])
    assert attacker.post("/login", data={"password": PASSWORD}).status_code == 429
    bench.log_in("192.168.1.5")


def test_what_is_longer_than_a_password_is_not_compared(bench: PageBench) -> None:
    """A hash of a megabyte would keep the processor busy."""
    assert bench.browser().post("/login", data={"password": "x" * 300}).status_code == 401
    assert bench.browser().post("/login", data={"password": "x" * 3000}).status_code == 413
    assert bench.passwords.tries == 0


def test_another_password_ends_every_session(bench: PageBench) -> None:
    """Whoever has lost a password makes another one, and everybody is out."""
    browser = bench.log_in()
    assert browser.get("/observations").status_code == 200
    bench.passwords.edition = "second"
    assert browser.get("/observations").status_code == 401


def test_a_session_ends_when_nobody_uses_it(bench: PageBench) -> None:
    """After half a day without a request, the cookie opens nothing."""
    browser = bench.log_in()
    bench.clock.seconds += 11 * 3600
    assert browser.get("/observations").status_code == 200
    bench.clock.seconds += 13 * 3600
    assert browser.get("/observations").status_code == 401


def test_logging_out_ends_the_session_for_whoever_has_kept_the_cookie(bench: PageBench) -> None:
    """It is gone on the node, not only in the browser."""
    browser = bench.log_in()
    token = browser.cookies["facet_session"]
    assert browser.post("/logout").status_code == 204
    stolen = bench.browser()
    stolen.cookies.set("facet_session", token)
    assert stolen.get("/observations").status_code == 401


@pytest.mark.parametrize("value", ["x\r\nset-cookie: a=b", "x\nlocation: /"])
def test_nothing_that_is_sent_becomes_a_header(bench: PageBench, value: str) -> None:
    """Neither a path nor a prefix nor a language ends a line of the answer."""
    browser = bench.browser(SUPERVISOR)
    answer = browser.get(
        "/", headers={"accept": "text/html", "x-ingress-path": INGRESS + value[:1] + "y/"}
    )
    assert answer.headers["location"] == "/login"
    browser = bench.log_in()
    answer = browser.get("/observations/" + value.replace("\r", "%0d").replace("\n", "%0a"))
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers


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


def test_names_are_written_as_text(bench: PageBench) -> None:
    """The node's name cannot become a part of the page."""
    for answer in (bench.browser().get("/login"), bench.log_in().get("/")):
        assert "<b>" not in answer.text
        assert "Hall &amp; &lt;b&gt;co&lt;/b&gt;" in answer.text


def test_home_assistant_s_ingress_may_put_a_prefix_before_all_paths(bench: PageBench) -> None:
    """Its supervisor hands requests on under Home Assistant's own name, and may show the page in a frame."""
    browser = bench.browser(SUPERVISOR)
    proxied = {
        "host": "addon",
        "x-ingress-path": INGRESS,
        "x-forwarded-host": "home.example.org",
        "origin": "https://home.example.org",
    }
    form = browser.get("/login", headers=proxied)
    assert f'<base href="{INGRESS}/">' in form.text
    assert "frame-ancestors 'self'" in form.headers["content-security-policy"]
    answer = browser.post("/login", data={"password": PASSWORD}, headers=proxied)
    assert answer.headers["location"] == f"{INGRESS}/"
    assert f"path={INGRESS}/" in answer.headers["set-cookie"].lower().replace(
        INGRESS.lower(), INGRESS
    )


@pytest.mark.parametrize("address", ["192.168.1.5", "172.30.32.1", "172.30.32.20", "::1"])
def test_nobody_else_may_claim_to_be_the_ingress(bench: PageBench, address: str) -> None:
    """From any other address these headers mean nothing."""
    proxied = {"x-ingress-path": INGRESS, "x-forwarded-host": "evil.example"}
    form = bench.browser(address).get("/login", headers=proxied)
    assert '<base href="/">' in form.text
    assert (
        bench.browser(address)
        .get("/login", headers={**proxied, "host": "evil.example"})
        .status_code
        == 421
    )


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


def test_a_command_that_means_nothing_is_refused_with_the_reason(bench: PageBench) -> None:
    """What MQTT would log, the page says; nothing reaches the node."""
    browser = bench.log_in()
    answer = browser.post("/command/privacy", content=b"maybe")
    assert (answer.status_code, "allowed: ON or OFF" in answer.json()["error"]) == (422, True)
    assert browser.post("/command/nothing").status_code == 422
    assert bench.commands == []


def test_a_session_of_many_does_not_push_out_the_newest(bench: PageBench) -> None:
    """The one that was idle for longest goes; there are never more than a household needs."""
    first = bench.log_in()
    for _ in range(40):
        bench.clock.seconds += 61  # within the bound of attempts
        newest = bench.log_in()
    assert len(bench.sessions) <= 32
    assert first.get("/observations").status_code == 401
    assert newest.get("/observations").status_code == 200


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


def test_people_are_asked_for_by_the_same_commands_as_home_assistant_s(bench: PageBench) -> None:
    """A name is typed or chosen, then the button is pressed."""
    browser = bench.log_in()
    assert browser.post("/people/enrol", content=b"Anna").status_code == 202
    assert browser.post("/people/rename", content=b"Anna\nAnne").status_code == 202
    assert browser.post("/people/forget", content=b"Anne").status_code == 202
    assert browser.post("/people/enrol", content=b"x" * 200).status_code == 422
    assert bench.commands == [
        Command("person_name", b"Anna"),
        Command("enrol", b"PRESS"),
        Command("selected_person", b"Anna"),
        Command("person_name", b"Anne"),
        Command("rename", b"PRESS"),
        Command("selected_person", b"Anne"),
        Command("forget", b"PRESS"),
    ]


def test_an_unknown_visitor_is_named_by_the_same_commands_as_home_assistant_s(
    tmp_path: Path,
) -> None:
    """If the node keeps any: otherwise there are none, and nobody to name."""
    with PageBench(tmp_path, {"people": {"enabled": True, "visitors_days": 7}}) as bench:
        browser = bench.log_in()
        assert browser.get("/people/visitors").json() == []
        with GalleryFile.open(tmp_path / PEOPLE, EMBEDDER) as gallery:
            gallery.visitors.record(new_references(1), LIMITS)
        [visitor] = browser.get("/people/visitors").json()
        assert (visitor["label"], visitor["visits"]) == ("Visitor 1", 1)
        assert visitor.keys() == {"label", "visits", "first_seen", "last_seen"}
        named = browser.post("/people/visitors/name", content=b"Visitor 1\nAnna")
        assert named.status_code == 202
        assert browser.post("/people/visitors/name", content=b"Visitor 1").status_code == 202
        too_long = browser.post("/people/visitors/name", content=b"Visitor 1\n" + b"x" * 200)
        assert too_long.status_code == 422
        assert bench.commands[:3] == [
            Command("selected_visitor", b"Visitor 1"),
            Command("person_name", b"Anna"),
            Command("name_visitor", b"PRESS"),
        ]


def test_a_node_that_keeps_no_visitors_names_none(bench: PageBench) -> None:
    """It shows no list either."""
    browser = bench.log_in()
    assert browser.get("/people/visitors").json() is None
    assert browser.post("/people/visitors/name", content=b"Visitor 1\nAnna").status_code == 404
    assert bench.commands == []


def test_strangers_cannot_fill_the_log(bench: PageBench, caplog: pytest.LogCaptureFixture) -> None:
    """A line a minute says that somebody tries, however often."""
    browser = bench.browser()
    for number in range(50):
        browser.get("/", headers={"host": f"evil{number}.example"})
        browser.post("/login", headers={"origin": ELSEWHERE})
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 2
