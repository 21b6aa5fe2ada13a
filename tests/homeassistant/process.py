"""Home Assistant as a child process, with a configuration that lives as long as the test run."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from textwrap import dedent

import httpx

from tests.broker.mosquitto import free_port, wait_for
from tests.child import Child
from tests.homeassistant.installation import Installation

_FOR_USERS = Path(__file__).resolve().parents[2] / "homeassistant"
# Seconds; a start takes five to ten on an idle machine, and the first one also migrates its database.
_START = 120.0
# Date, time, level, (thread), [logger] and words.
_RECORD = re.compile(r"^\S+ \S+ (?:WARNING|ERROR|CRITICAL) \(.*?\) \[(.*?)\] .*$", re.MULTILINE)
# Warnings of these loggers have nothing to do with a node.
_OF_OTHER_THINGS = {
    "homeassistant",  # its birth message, for a broker that is away
    "haffmpeg.core",  # there is no ffmpeg
    "haffmpeg.tools",
    "homeassistant.bootstrap",  # --skip-pip
    "homeassistant.components.camera.img_util",  # there may be no libturbojpeg
    "homeassistant.components.mqtt.client",  # the broker is away: tests see to that
    "paho.mqtt.client",
}
# Home Assistant logs this for each entity when its owner deletes a device.
_OF_DELETION = "No device components to cleanup for "
# And this when its MQTT is reloaded, for each device trigger that was removed since its start, of any device: it keeps
# what to call at the reload (reload_dispatchers in its components/mqtt/entity.py), and calls it for those as well.
_OF_REMOVED_TRIGGERS = re.compile(
    r"Unable to remove unknown dispatcher .*MqttDeviceTrigger|dispatcher is logging too frequently"
)
# How busy the machine is says nothing of a node.
_OF_SLOWNESS = re.compile(r"(?:Setup|Update) of .* is taking (?:over|longer)")
# From this version on a port in YAML is only tried for five minutes; the stored one stays.
_PORT_IS_STORED = (2026, 11)


class Process(Child):
    """One Home Assistant.

    Args:
        installation: which.
        folder: becomes its configuration.
    """

    _seconds_to_end = 120.0  # it saves its state, and takes leave of thousands of entities

    def __init__(self, installation: Installation, folder: Path) -> None:
        super().__init__(folder.with_suffix(".log"))
        self.version = installation.version
        self.folder = folder
        self._program = installation.program
        self._port = free_port()
        self.base = f"http://127.0.0.1:{self._port}"
        self._configure()

    def start(self) -> None:
        """Start, and wait until it answers and all its integrations are set up."""
        self._run(self._program, self.folder)
        wait_for(self._answers, f"Home Assistant answers; its log: {self._log}", _START)

    def recorded(self, query: str) -> list[str]:
        """Return the texts that a query of one column finds in what the recorder has written so far."""
        file = self.folder / "home-assistant_v2.db"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            return [text for (text,) in database.execute(query)]

    def complaints(self) -> list[str]:
        """Return its log records at WARNING or above that may be about a node."""
        return [
            found[0]
            for found in _RECORD.finditer(self.log)
            if found[1] not in _OF_OTHER_THINGS
            and _OF_DELETION not in found[0]
            and not _OF_REMOVED_TRIGGERS.search(found[0])
            and not _OF_SLOWNESS.search(found[0])
        ]

    def _answers(self) -> bool:
        self._assert_runs()
        try:
            return httpx.get(f"{self.base}/manifest.json", timeout=1).is_success
        except httpx.TransportError:
            return False

    def _configure(self) -> None:
        storage = self.folder / ".storage"
        storage.mkdir(parents=True)
        # The questions to a new owner count as answered, except for who the owner is.
        done = ["core_config", "analytics", "integration"]
        _store(storage / "onboarding", 4, {"done": done})
        stored = tuple(map(int, self.version.split(".")[:2])) >= _PORT_IS_STORED
        if stored:
            port = {"stable": _http(self._port), "pending": None, "yaml_migration_done": True}
            _store(storage / "http", 3, port)
        text = _CONFIGURATION if stored else f"{_CONFIGURATION}{_HTTP.format(port=self._port)}"
        (self.folder / "configuration.yaml").write_text(text)
        (self.folder / "automations.yaml").write_text("[]\n")
        for folder in ("blueprints", "dashboards"):
            shutil.copytree(_FOR_USERS / folder, self.folder / folder)


def _store(file: Path, version: int, data: object) -> None:
    document = {"version": version, "minor_version": 1, "key": file.name, "data": data}
    file.write_text(json.dumps(document))


def _http(port: int) -> dict[str, object]:
    return {
        "server_port": port,
        "server_host": ["127.0.0.1"],
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": False,
        "ssl_profile": "intermediate_v6",
        "use_x_frame_options": True,
        "created_at": "2026-01-01T00:00:00+00:00",
        "error": None,
        "error_message": None,
    }


_CONFIGURATION = dedent("""\
    homeassistant:
      name: Home
      latitude: 52.0
      longitude: 5.0
      elevation: 10
      unit_system: metric
      time_zone: UTC
      country: NL
      currency: EUR

    api:
    config:
    frontend:
    history:
    logbook:
    mobile_app:
    my:
    recorder:
      commit_interval: 1
      exclude:
        entity_globs:
          - event.*_seen

    logger:
      default: warning

    lovelace:
      dashboards:
        facet-board:
          mode: yaml
          title: Facet
          icon: mdi:face-recognition
          filename: dashboards/facet.yaml

    automation: !include automations.yaml
    """)
_HTTP = dedent("""\

    http:
      server_host: 127.0.0.1
      server_port: {port}
    """)
