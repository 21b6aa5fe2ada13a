"""What the setup's server answers: nobody without the code, and nothing written before it is right."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from device.camera.devices import CameraDevice
from device.config import load
from device.errors import CameraNotFoundError, PinError
from device.node.trials import Trial
from device.setup.code import CODE, SetupCode
from device.setup.suggestions import Suggestion
from device.web.setup_site import Setup, assemble_setup
from device.web.views.setup import Tools
from tests.web.bench import JPEG, Browser, csrf

_PASSWORD = "tiger-tiger"
_BROKER = {"host": "broker", "username": "hall", "password": _PASSWORD}
_ANSWERS: dict[str, Any] = {"broker": _BROKER, "name": "Hall", "id": "hall", "button": 17}


def _picture(source: str) -> bytes:
    if source != "/dev/video0":
        message = "camera.source: there is no such camera"
        raise CameraNotFoundError(message)
    return JPEG


def _pin(pull: str, _is_wanted: Callable[[], bool]) -> int | None:
    if pull == "down":
        message = "GPIO: no pins"
        raise PinError(message)
    return 17


_TOOLS = Tools(
    suggest=lambda: (Suggestion("192.0.2.7", 1883, is_tls=False, name="Home"),),
    try_broker=lambda answer, _file: Trial("broker", answer.host == "broker", "said"),
    cameras=lambda: (CameraDevice("/dev/video0", "Webcam"),),
    picture=_picture,
    find_pin=_pin,
    host_name=lambda: "hall-pi",
)


class _Bench:
    def __init__(self, folder: Path, runner: asyncio.Runner) -> None:
        self.path = folder / "facet.yaml"
        self.path.write_text(f"# mine\nmqtt:\nnode: {{state_directory: {folder}/state}}\n")
        self.setup: Setup = assemble_setup(self.path, _TOOLS)
        self.codes = SetupCode(folder / "state")
        self.runner = runner

    def browser(self) -> Browser:
        """Return a browser that has not logged in."""
        return Browser(self.setup.app, "192.168.1.5", self.runner)

    def log_in(self, code: str | None = None) -> Browser:
        """Return one that has."""
        browser = self.browser()
        answer = browser.post("/login", data={"password": code or self.codes.make()})
        assert answer.status_code == 303
        browser.headers["x-csrf-token"] = csrf(browser.get("/"))
        return browser


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[_Bench]:
    """The page of a node without a broker."""
    with asyncio.Runner() as runner:
        yield _Bench(tmp_path, runner)


def _post(browser: Browser, path: str, content: object) -> tuple[int, Any]:
    answer = browser.post(path, content=json.dumps(content))
    return answer.status_code, answer.json()


def test_nobody_without_the_code_gets_anything(bench: _Bench) -> None:
    """The table of endpoints is walked, also without the token that other sites cannot know."""
    stranger, owner = bench.browser(), bench.log_in()
    del owner.headers["x-csrf-token"]
    for endpoint in bench.setup.table:
        path = re.sub(r"{[^}]*}", "x", endpoint.path)
        if endpoint.is_public:
            assert endpoint.path.startswith("/login")
            continue
        assert stranger.request(endpoint.method, path).status_code == 401, path
        if endpoint.method != "GET":
            assert owner.request(endpoint.method, path).status_code == 403, path
    assert not bench.setup.done.is_set()


def test_the_code_opens_one_session_which_stays_open(bench: _Bench) -> None:
    """Whoever reads it over a shoulder is too late; wrong ones are counted as wrong passwords are."""
    code = bench.codes.make()
    assert bench.browser().post("/login", data={"password": "AAAA-AAAA-AAAA"}).status_code == 401
    owner = bench.log_in(code)
    assert bench.browser().post("/login", data={"password": code}).status_code == 401
    assert owner.get("/setup").status_code == 200
    assert bench.log_in().get("/setup").status_code == 200


def test_what_is_known_is_offered(bench: _Bench) -> None:
    """Name, id, cameras, and the brokers in the network."""
    owner = bench.log_in()
    known = owner.get("/setup").json()
    assert (known["name"], known["id"], known["camera"]) == ("Hall pi", "hall-pi", "0")
    assert known["cameras"] == [{"source": "/dev/video0", "name": "Webcam"}]
    (broker,) = owner.get("/setup/brokers").json()
    assert broker == {"host": "192.0.2.7", "port": 1883, "is_tls": False, "name": "Home"}


def test_broker_camera_and_pins_are_tried(bench: _Bench) -> None:
    """What fails says why."""
    owner = bench.log_in()
    assert _post(owner, "/setup/broker", _BROKER) == (200, {"works": True, "detail": "said"})
    assert _post(owner, "/setup/broker", {"host": "x"})[1]["works"] is False
    picture = owner.post("/setup/picture", content=json.dumps({"source": "/dev/video0"}))
    assert (picture.content, picture.headers["content-type"]) == (JPEG, "image/jpeg")
    status, said = _post(owner, "/setup/picture", {"source": "/dev/video9"})
    assert (status, said["error"]) == (422, "camera.source: there is no such camera")
    assert _post(owner, "/setup/pin", {"pull": "up"}) == (200, {"pin": 17})
    assert _post(owner, "/setup/pin", {"pull": "down"}) == (422, {"error": "GPIO: no pins"})


def test_the_answers_are_written_and_the_node_starts(bench: _Bench) -> None:
    """With the owner's comments; the password of the broker is in secrets.yaml only."""
    owner = bench.log_in()
    assert _post(owner, "/setup", _ANSWERS) == (200, {"password": None, "name": "Hall"})
    assert bench.setup.done.is_set()
    config = load(bench.path, {})
    assert (config.mqtt.host, config.node.name, config.page.enabled) == ("broker", "Hall", False)
    text = bench.path.read_text()
    assert text.startswith("# mine\n")
    assert _PASSWORD not in text


def test_whoever_keeps_the_page_gets_its_password_once(
    bench: _Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """It is in the answer, and neither in a file nor in the log."""
    caplog.set_level(logging.INFO)
    _, said = _post(bench.log_in(), "/setup", {**_ANSWERS, "keeps_page": True})
    assert load(bench.path, {}).page.enabled
    assert len(said["password"]) > 20
    files = [path.read_text() for path in bench.path.parent.rglob("*") if path.is_file()]
    for text in (*files, caplog.text):
        assert said["password"] not in text
    assert _PASSWORD not in caplog.text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "a b"}, "node.id: found"),
        ({"button": 99}, "triggers.button.pin: found 99"),
        ({"motion": 17}, "triggers.motion.pin"),
        ({"name": ""}, "node.name"),
        ({"broker": {"host": ""}}, "mqtt.host"),
        ({"broker": {"host": "b", "password": "tiger-tiger"}}, "mqtt.password: is set without"),
        ({"surprise": 1}, "surprise"),
        ({"button": "17"}, "button"),
    ],
)
def test_an_answer_that_is_not_allowed_writes_nothing(
    bench: _Bench, change: dict[str, Any], said: str
) -> None:
    """What is wrong is named, and the page stays."""
    before = bench.path.read_text()
    status, answer = _post(bench.log_in(), "/setup", {**_ANSWERS, **change})
    assert status == 422
    assert said in answer["error"]
    assert _PASSWORD not in answer["error"]
    assert bench.path.read_text() == before
    assert not bench.path.with_name("secrets.yaml").exists()
    assert not bench.setup.done.is_set()


def test_the_code_is_in_no_answer(bench: _Bench) -> None:
    """Nor is it in the log, which others may read."""
    code = bench.codes.make()
    stranger = bench.browser()
    for endpoint in bench.setup.table:
        assert code not in stranger.request(endpoint.method, endpoint.path).text
    assert (bench.path.parent / "state" / CODE).stat().st_mode & 0o077 == 0
