"""What a browser's other sites, and the network's other machines, cannot do with the page."""

from __future__ import annotations

import re

import pytest

from device.web.security.origin import SUPERVISOR
from tests.web.bench import HOST, INGRESS, PASSWORD, PageBench, concrete

ELSEWHERE = "http://evil.example"


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


def test_names_are_written_as_text(bench: PageBench) -> None:
    """The node's name cannot become a part of the page."""
    for answer in (bench.browser().get("/login"), bench.log_in().get("/")):
        assert "<b>" not in answer.text
        assert "Hall &amp; &lt;b&gt;co&lt;/b&gt;" in answer.text
