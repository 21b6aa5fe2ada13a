"""What the page is made of: passwords, attempts, sessions, what is remembered, and words."""

from __future__ import annotations

import re
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from device.cli.app import app
from device.config.sections.node import LANGUAGES
from device.node.state_directory import PAGE
from device.observation import Observation, Reason, Source
from device.web.memory import Memory
from device.web.security.passwords import StoredPassword, new_password
from device.web.security.throttle import FIRST_LOCK_SECONDS, MOST_FAILURES, Throttle
from device.web.static_files import STATIC, known_files
from device.web.words import preferred, words
from tests.clock import Clock

SEEN = Observation(
    node="hall",
    trigger=Source.BUTTON,
    triggered_at=datetime(2026, 1, 1, tzinfo=UTC),
    captured_at=None,
    reason=Reason.NO_FACE,
    faces=(),
    face_count=0,
    timings={"total": 1.0},
)
_LARGEST_BYTES = 60_000


def test_the_password_is_kept_as_a_hash_that_only_the_node_reads(tmp_path: Path) -> None:
    """It is shown once; another one takes its place."""
    stored = StoredPassword(tmp_path / PAGE)
    assert stored.edition is None
    assert not stored.matches("")
    password = stored.renew()
    assert stored.matches(password)
    assert not stored.matches(password + " ")
    content = (tmp_path / PAGE).read_text()
    assert password not in content
    assert "scrypt:" in content
    assert stat.S_IMODE((tmp_path / PAGE).stat().st_mode) == 0o600
    another = stored.renew()
    assert stored.matches(another)
    assert not stored.matches(password)


def test_a_damaged_file_opens_nothing(tmp_path: Path) -> None:
    """Neither does one that somebody emptied."""
    stored = StoredPassword(tmp_path / PAGE)
    for content in (
        "",
        "{}",
        '{"password": ""}',
        '{"password": "scrypt:"}',
        '{"password": "scrypt:zz:"}',
        '{"password": 1}',
        "\x00",
    ):
        (tmp_path / PAGE).write_text(content)
        assert not stored.matches("")


def test_passwords_are_long_and_easy_to_type() -> None:
    """Twenty letters of thirty-one, that are not taken for others."""
    made = {new_password() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(r"([a-km-np-z2-9]{5}-){3}[a-km-np-z2-9]{5}", each) for each in made)


def test_the_command_line_makes_a_password(tmp_path: Path) -> None:
    """It prints it, and says when the page is off."""
    state = tmp_path / "state"
    state.mkdir()
    path = tmp_path / "facet.yaml"
    path.write_text(f"mqtt: {{host: broker}}\nnode: {{state_directory: {state}}}\n")
    said = CliRunner().invoke(app, ["page", "password", "-c", str(path)])
    assert said.exit_code == 0
    assert StoredPassword(state / PAGE).matches(said.stdout.split()[0])
    assert "page.enabled: true" in said.output


def test_each_lock_out_lasts_longer_and_an_hour_forgives() -> None:
    """Nobody is locked out for good, and nobody has many attempts."""
    clock = Clock()
    throttle = Throttle(clock)
    for expected in (1, 2, 4, 8, 15, 15):
        for _ in range(MOST_FAILURES):
            assert throttle.delay("10.0.0.1") == 0
            lock = throttle.failed("10.0.0.1")
        assert lock == min(FIRST_LOCK_SECONDS * expected, 900)
        assert throttle.delay("10.0.0.1") == lock
        clock.seconds += lock
    clock.seconds += 3601
    for _ in range(MOST_FAILURES - 1):
        assert throttle.failed("10.0.0.1") == 0


def test_a_network_of_addresses_counts_as_one() -> None:
    """An IPv6 household has 2**64 addresses."""
    throttle = Throttle(Clock())
    for number in range(MOST_FAILURES):
        throttle.failed(f"2001:db8::{number}")
    assert throttle.delay("2001:db8::ffff") > 0
    assert throttle.delay("2001:db8:1::1") == 0


def test_many_addresses_together_have_few_attempts_and_take_little_memory() -> None:
    """Thirty a minute keep the processor idle."""
    clock = Clock()
    throttle = Throttle(clock)
    for number in range(3000):
        throttle.failed(f"10.0.{number // 256}.{number % 256}")
    assert len(throttle._failures) <= 1000  # noqa: SLF001 - what must be bounded
    assert throttle.delay("192.168.1.5") > 0
    clock.seconds += 60
    assert throttle.delay("192.168.1.5") == 0


def test_what_is_remembered_is_bounded_by_count_age_and_bytes() -> None:
    """The oldest goes first; a picture that is over is gone."""
    clock = Clock()
    memory = Memory(300, clock, clock.now)
    for _ in range(200):
        clock.seconds += 1
        memory.add(replace(SEEN, triggered_at=clock.now()), b"x" * _LARGEST_BYTES * 2)
    kept = memory.all()
    assert len(kept) == 60
    assert kept[0].observation.triggered_at > kept[-1].observation.triggered_at
    assert sum(len(each.picture or b"") for each in kept) <= 4 * 2**20
    assert kept[0].picture is not None
    clock.seconds += 300
    assert all(each.picture is None for each in memory.all())
    clock.seconds += timedelta(hours=6).total_seconds()
    assert memory.all() == []


def test_each_language_says_everything() -> None:
    """A text that is missing would be shown as its key."""
    english = words("en")
    for language in LANGUAGES:
        assert words(language).keys() == english.keys()
        assert all(isinstance(text, str) and text for text in words(language).values())
        for key, text in words(language).items():
            assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", english[key])), key


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("it, fr;q=0.5, en;q=0.4", "fr"),
        ("it", "fr"),
        ("", "fr"),
        ("en;q=x, de", "de"),
        ("," * 10_000, "fr"),
    ],
)
def test_the_browser_s_language_comes_first_and_the_node_s_otherwise(
    accepted: str, language: str
) -> None:
    """Whatever the header holds."""
    assert preferred(accepted, "fr") == language


def test_the_page_is_small_and_asks_no_other_host() -> None:
    """All of it together is less than one picture."""
    files = [*known_files(), "index.html", "login.html"]
    texts = {name: (STATIC / name).read_text(encoding="utf-8") for name in files}
    assert sum(len(text.encode()) for text in texts.values()) <= 60_000
    for name, text in texts.items():
        without_namespace = text.replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|//\w+\.\w+/", without_namespace), name
        assert not re.search(
            r"\b(eval|innerHTML|outerHTML|document\.write|insertAdjacentHTML)\b", text
        ), name


def test_each_word_that_a_module_asks_for_is_there() -> None:
    """Also those that are put together, as far as the beginning goes."""
    known = words("en")
    for name in known_files():
        if not name.endswith(".js"):
            continue
        text = (STATIC / name).read_text(encoding="utf-8")
        for key in re.findall(r'\bt\("(\w+)"', text):
            assert key in known, (name, key)
        for start in re.findall(r"\bt\(`(\w+_)\$", text):
            assert any(key.startswith(start) for key in known), (name, start)
