"""The life of a real node with everything that a node can have, as a client of the broker sees it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from time import sleep
from typing import Any

import cv2
import numpy as np

from device.cli.demo.portrait import write_portrait
from device.cli.retire import retire
from device.config import load
from device.entities.documents import (
    DIAGNOSTICS,
    ENROLMENT,
    EVENT,
    MOTION,
    PRESSED,
    RECOGNISED,
    ROSTER,
    SETTINGS,
)
from device.entities.kinds import OFF, Document
from device.mqtt.topics import BIRTH_TOPIC, OFFLINE, ONLINE, Topics
from device.networks.recognition_card import read_recognition_card
from device.node.state_directory import open_boot_log
from device.people.gallery_file import GalleryFile
from device.people.reader import PEOPLE
from device.supervision.boot_log import MAXIMUM_FAILED_BOOTS
from device.system.share_key import new_share_key
from device.updates.release.sign import make_key, read_private_key, write_index
from tests.broker.observer import Observer, kept
from tests.homeassistant.node import Node
from tests.people.references import new_references

HALL = Topics("facet", "hall")
_BUTTON, _MOTION = 17, 4
# Between two presses of Forget, which would be one otherwise.
_PRESSES_SECONDS = 1.2


class Life:
    """Leads it step by step; each step waits for what comes of it.

    Args:
        folder: for the node and its index of updates.
        port: the broker's.
        home: sees everything.
    """

    def __init__(self, folder: Path, port: int, home: Observer) -> None:
        (folder / "hall").mkdir()
        self._folder = folder
        self._port = port
        self._home = home
        self._portrait = write_portrait(folder)
        self._nobody = folder / "nobody.png"
        cv2.imwrite(str(self._nobody), np.full((480, 640, 3), 127, np.uint8))
        broker = {"host": "127.0.0.1", "port": port}
        self._node = Node(folder / "hall", "hall", broker, has_pins=True)
        self._node.show(self._portrait)
        self.kept: set[str] = set()
        """The topics on which the broker has kept something."""

    def lead(self) -> None:
        """Lead it from the first start until the node is retired."""
        self._configure()
        self._enrol_somebody_else()
        with self._node:
            self._expect_online()
            self._home.publish(BIRTH_TOPIC, ONLINE)
            self._home.expect(HALL.status, ONLINE.encode())
            self._use_the_pins()
            self._look()
            self._set_everything()
            self._know_people()
            self._update()
            self._look_at_what_is_kept()
            self._home.publish(BIRTH_TOPIC, OFFLINE)
            self._node.kill()
            self._home.expect(HALL.status, OFFLINE.encode())
        self._start_in_safe_mode()
        retire(self._node.folder / "facet.yaml")
        self._home.expect(HALL.status, b"")

    def _configure(self) -> None:
        key = make_key(self._folder / "release.pem")
        wheel = self._folder / "facet_node-9.9.0-py3-none-any.whl"
        wheel.write_bytes(b"PK wheel")
        private = read_private_key(self._folder / "release.pem")
        index = write_index(self._folder / "site", private, wheel, [])
        self._node.configure(
            triggers={"button": {"pin": _BUTTON}, "motion": {"pin": _MOTION, "cool_down": 0}},
            privacy={"picture": "full"},
            people={"enabled": True, "visitors_days": 7, "share_key": new_share_key()},
            updates={"index": str(index), "allow_install": True, "public_key": key},
            attributes={"enabled": ["Young"]},
        )

    def _enrol_somebody_else(self) -> None:
        """Enrol one person, so that another one is a stranger."""
        state = self._node.folder / "state"
        state.mkdir()
        with GalleryFile.open(state / PEOPLE, read_recognition_card().sha256) as gallery:
            gallery.enrol("Somebody", new_references(3))

    def _expect_online(self) -> None:
        self._home.expect(HALL.status, ONLINE.encode())
        self._until(ROSTER, lambda people: people["person_name"] == "")

    def _use_the_pins(self) -> None:
        self._node.drive(_BUTTON, "low")
        self._home.expect(HALL.document(PRESSED))
        assert self._happens("face")["faces"][0]["attributes"]
        self._node.drive(_BUTTON, "high")
        self._node.drive(_MOTION, "high")
        self._until(MOTION, lambda motion: motion["motion"] == "ON")
        self._happens("face")
        self._node.drive(_MOTION, "low")

    def _look(self) -> None:
        """See nobody, then nothing at all, and the portrait again."""
        self._node.show(self._nobody)
        self._command("capture", "PRESS")
        self._happens("no_face")
        (self._node.folder / "picture.png").unlink()
        self._command("capture", "PRESS")
        # The node may notice it before it is asked.
        event, status = HALL.document(EVENT), HALL.camera_status
        lost = self._home.expect_all([event, status])
        assert self._json(lost[event].payload)["reason"] == "camera_unavailable"
        assert lost[status].payload == OFFLINE.encode()
        self._node.show(self._portrait)
        self._home.expect(HALL.camera_status, ONLINE.encode())

    def _set_everything(self) -> None:
        for key, payload, value in (
            ("motion_trigger", "OFF", "OFF"),
            ("motion_cool_down", "10", 10.0),
            ("threshold_offset", "-0.05", -0.05),
            ("picture_mode", "crop", "crop"),
            ("privacy", "ON", "ON"),
        ):
            self._command(key, payload)
            while self._until(SETTINGS)[key] != value:
                pass
        self._command("capture", "PRESS")
        assert self._happens("unavailable")["reason"] == "privacy"
        self._command("privacy", OFF)
        self._home.expect(HALL.camera_status, ONLINE.encode())

    def _know_people(self) -> None:
        """Name a stranger, recognise them, give them another name, and forget them."""
        self._enrolment("enrol", "refused")
        self._command("capture", "PRESS")
        self._until(ROSTER, lambda people: people["unknown_visitors"] == 1)
        self._command("selected_visitor", "Visitor 1")
        self._command("person_name", "Eileen")
        self._enrolment("name_visitor", "enrolled")
        self._command("capture", "PRESS")
        recognised = self._json(self._home.expect(HALL.document(RECOGNISED)).payload)
        assert recognised["person"] == "Eileen"
        self._look_at_what_is_kept()
        self._choose("Eileen")
        self._command("person_name", "Collins")
        self._enrolment("rename", "renamed")
        self._choose("Collins")
        self._enrolment("forget", "confirm")
        sleep(_PRESSES_SECONDS)
        self._enrolment("forget", "forgotten")

    def _update(self) -> None:
        self._home.publish(HALL.newest_version, "9.9.1")
        self._command("attribute_network", "INSTALL")
        self._command("software", "INSTALL")
        self._until(DIAGNOSTICS, lambda node: node["software"]["in_progress"] is True)

    def _start_in_safe_mode(self) -> None:
        boots = open_boot_log(load(self._node.folder / "facet.yaml"))
        for _ in range(MAXIMUM_FAILED_BOOTS):
            boots.begin()
        boots.failed("the camera has hung")
        with self._node:
            self._until(DIAGNOSTICS, lambda node: node["safe_mode"] == "ON")
            self._command("restart", "PRESS")
            self._until(DIAGNOSTICS, lambda node: node["safe_mode"] == "OFF")

    def _look_at_what_is_kept(self) -> None:
        self.kept |= kept(self._port)

    def _command(self, key: str, payload: str) -> None:
        self._home.publish(HALL.command(key), payload)

    def _choose(self, name: str) -> None:
        self._command("selected_person", name)
        self._until(ROSTER, lambda people: people["selected_person"] == name)

    def _enrolment(self, key: str, outcome: str) -> None:
        """Press a button for people, and wait for what comes of it."""
        self._command(key, "PRESS")
        self._until(ENROLMENT, lambda event: event["event_type"] == outcome)

    def _happens(self, kind: str) -> Mapping[str, Any]:
        """Wait for an observation."""
        return self._until(EVENT, lambda event: event["event_type"] == kind)

    def _until(
        self,
        document: Document[Any],
        is_wanted: Callable[[Mapping[str, Any]], bool] = lambda _found: True,
    ) -> Mapping[str, Any]:
        """Wait for a document or an event that is wanted, and return it."""
        while True:
            found = self._json(self._home.expect(HALL.document(document)).payload)
            if is_wanted(found):
                return found

    @staticmethod
    def _json(payload: bytes) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(payload)
        return found
