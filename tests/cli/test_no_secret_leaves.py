"""No secret of an address leaves the node: by no error, log, document, check or archive, however it is written."""

from __future__ import annotations

import json
import logging
import os
import zipfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from device.camera import open_camera
from device.cli.check import check
from device.cli.diagnostics import write_diagnostics
from device.config import Config, ConfigError, load
from device.errors import CameraError, UpdateError
from device.networks.card import read_card
from device.networks.files import model_path
from device.node.hardware import Hardware
from device.node.inbox import Inbox
from device.node.messages import Stop
from device.node.state_directory import open_boot_log
from device.node.wiring import run_node
from device.system.json_store import JsonStore
from device.system.known_secrets import KnownSecrets
from device.system.logs import RedactingFormatter
from device.updates.node.index import read_index
from tests.cli.secret_addresses import (
    ADDRESSES,
    BROKEN,
    HOST,
    MARK,
    SECRETS,
    WHOLE,
    is_local,
    logged,
    require_no_mark,
    written,
)
from tests.node.fakes import SOON, RecordingSink
from tests.node.whole_node import FakePerception, Led

# Of settings that reject a URL, and of the names of settings.
_PLACES: tuple[Callable[[str], object], ...] = (
    lambda url: {"mqtt": {"host": url}},
    lambda url: {"mqtt": {"host": "broker", "port": url}},
    lambda url: {"mqtt": url},
    lambda url: {"mqtt": {"host": "broker"}, "camera": url},
    lambda url: {"mqtt": {"host": "broker", url: 1}},
    lambda url: {"mqtt": {"host": "broker", "url": url}},
    lambda url: {"mqtt": {"host": "broker"}, "camera": {"source": [url]}},
    lambda url: {"mqtt": {"host": "broker"}, "camera": {"width": url}},
    lambda url: {"mqtt": {"host": "broker"}, "node": {"id": url}},
    lambda url: {"mqtt": {"host": "broker"}, "node": {"configuration_url": url}},
    lambda url: {"mqtt": {"host": "broker"}, "attributes": {"enabled": [url]}},
    lambda url: {"mqtt": {"host": "broker"}, "updates": {"index": url, "check_interval": 0}},
    lambda url: {"mqtt": {"host": "broker"}, "camera": {"source": url, "fps": 0}},
)
# With FACET_FULL=1 for minutes.
_EXAMPLES = 2000 if os.environ.get("FACET_FULL") == "1" else 100
_SEARCH = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=_EXAMPLES,
    print_blob=True,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for configurations."""
    return tmp_path_factory.mktemp("secrets")


@_SEARCH
@given(url=ADDRESSES, place=st.sampled_from(_PLACES))
def test_no_error_of_the_configuration_shows_a_secret(
    folder: Path, url: str, place: Callable[[str], object]
) -> None:
    """Wherever in the file the address stands, and whatever is wrong with it."""
    path = folder / "faults.yaml"
    path.write_text(yaml.safe_dump(place(url), allow_unicode=True))
    try:
        config = load(path, environment={})
    except ConfigError as error:
        require_no_mark(str(error))
    else:
        require_no_mark(repr(config.camera), repr(config.updates), repr(config.mqtt))


@_SEARCH
@given(url=ADDRESSES)
@example(url=f"http://me:{MARK} {MARK}@{HOST}/{MARK}")
@example(url=f"me:{MARK} {MARK}@{HOST}/{MARK}.jpg")
@example(url=f"http://me:x@{MARK}/{MARK}@{HOST}/live")
def test_no_camera_that_fails_shows_a_secret(folder: Path, url: str) -> None:
    """In its error, its fault, its description and the log."""
    path = folder / "camera.yaml"
    document = {"mqtt": {"host": "broker"}, "camera": {"source": url}}
    path.write_text(yaml.safe_dump(document, allow_unicode=True))
    try:
        config = load(path, environment={})
    except ConfigError as error:
        require_no_mark(str(error))
        return
    require_no_mark(repr(config), str(config), json.dumps(config.model_dump(mode="json")))
    if not is_local(url):
        return
    with logged() as lines, open_camera(config.camera) as camera:
        with pytest.raises(CameraError) as raised:
            camera.burst(1, 0.0)
        require_no_mark(
            *lines, str(raised.value), str(camera.fault), camera.description, repr(camera)
        )


@settings(parent=_SEARCH, max_examples=_EXAMPLES // 4)
@given(url=ADDRESSES)
@example(url=f"https://me:{MARK}@127.0.0.1/i.json")
@example(url=f"https://127.0.0.1:1/i.json?token={MARK} {MARK}")
@example(url=f"https://me:[{MARK}]@127.0.0.1:1/i.json")
def test_no_index_that_fails_shows_a_secret(folder: Path, url: str) -> None:
    """What urllib says of an address repeats it, or parts of it."""
    path = folder / "index.yaml"
    document = {"mqtt": {"host": "broker"}, "updates": {"index": url}}
    path.write_text(yaml.safe_dump(document, allow_unicode=True))
    try:
        index = load(path, environment={}).updates.index
    except ConfigError as error:
        require_no_mark(str(error))
        return
    assert index is not None
    require_no_mark(repr(index))
    if is_local(url):
        with pytest.raises(UpdateError) as raised:
            read_index(index)
        require_no_mark(str(raised.value))


@_SEARCH
@given(url=ADDRESSES, secret=SECRETS)
def test_the_log_and_the_last_failure_hide_what_a_library_says(url: str, secret: str) -> None:
    """The net below: an error that repeats the address as a whole, its parts, or the broker's password."""
    secret = f"{MARK}{secret}"
    config = Config.model_validate(
        {
            "mqtt": {"host": "broker", "username": "u", "password": secret},
            "camera": {"source": url},
        }
    )
    formatter = RedactingFormatter("%(message)s", KnownSecrets(config.secrets()).redact)
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    error = OSError(f"cannot open {url!r}")
    record = logging.LogRecord(
        "x", 40, "x.py", 1, "%s failed, %r", (url, secret), (OSError, error, None)
    )
    handler.emit(record)
    require_no_mark(stream.getvalue())


# Of the camera and of the index.
_COMBINATIONS = (
    (WHOLE[0], WHOLE[12]),
    (WHOLE[6], WHOLE[5]),
    (BROKEN[10], WHOLE[8]),
    (BROKEN[11], WHOLE[7]),
)


@pytest.fixture
def whole(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A configuration with a secret in each address, and what an earlier release has left behind."""
    camera, index = request.param
    secret = f"{MARK} é{MARK}"
    source = written(camera, "rtsp", secret)
    document = {
        "node": {"id": "hall", "state_directory": str(tmp_path / "state")},
        "mqtt": {"host": "127.0.0.1", "port": 1, "username": "hall", "password": f"#{MARK}"},
        "camera": {"source": source},
        "updates": {"index": written(index, "https", secret)},
        "triggers": {"burst": 1},
    }
    path = tmp_path / "facet.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True))
    (tmp_path / "state").mkdir()
    failure = f"2026-01-01T00:00:00+00:00: cannot open {source!r}"
    JsonStore(tmp_path / "state" / "starts.json").save({"last_failure": failure})
    journal = tmp_path / "bin" / "journalctl"
    journal.parent.mkdir()
    journal.write_text(
        f"#!/bin/sh\ncat <<'END'\nFacet 0.1.0, node hall, camera {source}, 'x'\nEND\n"
    )
    journal.chmod(0o755)
    return path


@pytest.mark.parametrize("whole", _COMBINATIONS, indirect=True)
def test_neither_check_nor_the_archive_shows_a_secret(
    whole: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both try the camera, the index and the broker, which fail."""
    monkeypatch.setenv("COLUMNS", "4000")
    monkeypatch.setenv("PATH", f"{whole.parent / 'bin'}:/usr/bin:/bin")
    assert not check(whole)
    printed = "".join(capsys.readouterr())
    assert "camera.source" in printed
    assert "check updates.index" in printed
    archive = whole.parent / "report.zip"
    write_diagnostics(whole, archive)
    with zipfile.ZipFile(archive) as bundle:
        files = {name: bundle.read(name).decode() for name in bundle.namelist()}
    assert "Facet 0.1.0, node hall, camera" in files["journal.log"]
    require_no_mark(printed, *files.values())


@pytest.mark.parametrize("whole", _COMBINATIONS, indirect=True)
def test_no_document_of_a_node_shows_a_secret(whole: Path) -> None:
    """Its camera and its index fail, and the last start has ended with an error that repeats the address."""
    config = load(whole, environment={})
    sink, inbox = RecordingSink(), Inbox()
    perception = FakePerception(read_card(model_path("attributes")))
    hardware = Hardware(camera=open_camera, perception=lambda *_, **__: perception, led=Led)
    boot_log = open_boot_log(config)
    assert boot_log.last_failure is not None
    require_no_mark(str(boot_log.last_failure))
    boot_log.failed(f"cannot open {config.camera.source.reveal()!r}")
    failure: list[BaseException] = []

    def run() -> None:
        try:
            run_node(config, inbox, boot_log=boot_log, sinks=[sink], hardware=hardware)
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            failure.append(error)

    with logged() as lines:
        thread = Thread(target=run, name="facet-node")
        thread.start()
        try:
            end = monotonic() + SOON
            while not (
                "camera.source" in str(sink.documents) and any("updates.index" in x for x in lines)
            ):
                assert monotonic() < end, (failure, sink.documents)
                sleep(0.01)
        finally:
            inbox.put(Stop())
            thread.join(SOON)
    assert not failure
    require_no_mark(str(sink.documents), *lines)
