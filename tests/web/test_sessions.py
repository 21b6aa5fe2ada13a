"""Nobody gets anything of the page who has not logged in, and a session ends when it should."""

from __future__ import annotations

from pathlib import Path

from device.web.security.throttle import MOST_FAILURES
from tests.web.bench import PASSWORD, PageBench, concrete


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


def test_a_session_of_many_does_not_push_out_the_newest(bench: PageBench) -> None:
    """The one that was idle for longest goes; there are never more than a household needs."""
    first = bench.log_in()
    for _ in range(40):
        bench.clock.seconds += 61  # within the bound of attempts
        newest = bench.log_in()
    assert len(bench.sessions) <= 32
    assert first.get("/observations").status_code == 401
    assert newest.get("/observations").status_code == 200
