"""Anybody who may write to the broker fills the topics of people who are shared: it does no harm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from time import monotonic

import pytest

from device.config import MqttSettings
from device.entities.documents import PRESSED
from device.mqtt.listener import Listener
from device.mqtt.topics import ONLINE
from device.networks.recognition_card import read_recognition_card
from device.people.gallery_file import GalleryFile
from device.people.reader import PEOPLE
from device.people.sealing import SealingKey
from device.system.share_key import new_share_key
from tests.broker.mosquitto import PATIENCE, Mosquitto, wait_for
from tests.faults.process import TOPICS, Node
from tests.faults.scale import RECOVERY
from tests.people.references import new_references

pytestmark = [pytest.mark.hostile, pytest.mark.timeout(180)]

_SHARE_KEY = new_share_key()
_PEOPLE = 300
_MEGABYTE = 1_000_000
_PRESSED = TOPICS.document(PRESSED)


def garbage() -> Iterator[tuple[str, bytes]]:
    """What is published, and where: of any length, and as like a sealed message as one without the key can make it."""
    random = Random(2026)  # noqa: S311 - a test that fails should fail again
    for number in range(_PEOPLE):
        topic = TOPICS.sealed(f"{number:012x}")
        yield topic, random.randbytes(random.randrange(80_000))
        yield topic, b"fctp\1" + random.randbytes(random.randrange(59_000))
    for person in ("nobody", "x" * 5000, "0" * 13, "a/b", "\u00e4"):
        yield TOPICS.sealed(person), b"fctp\1" + bytes(100)
    yield TOPICS.sealed("f" * 12), b"fctp\2" + bytes(100)


def test_garbage_where_people_are_shared_does_no_harm(
    mosquitto: Mosquitto, tmp_path: Path, portrait: Path
) -> None:
    """Neither as it comes nor at the next start, when the broker still keeps it: who is known stays so and is shared.

    A press is answered meanwhile, and neither the memory nor the log fills.
    """
    state = tmp_path / "state"
    state.mkdir()
    with GalleryFile.open(state / PEOPLE, read_recognition_card().sha256) as gallery:
        anna = gallery.enrol("Anna", new_references(5))
        before = gallery.export_people().people
    key = SealingKey.derive(_SHARE_KEY, TOPICS.base)
    people = {"enabled": True, "share_key": _SHARE_KEY}
    node = Node(tmp_path, portrait, {"port": mosquitto.port}, state=state, people=people)
    settings = MqttSettings(host="127.0.0.1", port=mosquitto.port)
    topic = TOPICS.sealed(anna.id)

    def is_shared(listener: Listener) -> bool:
        """Whether Anna is what comes next on her topic, and can be opened."""
        message = listener.wait_for(
            lambda m: m.topic == topic and m.payload.startswith(b"fctp\1") and len(m.payload) > 200,
            RECOVERY,
        )
        return message is not None and key.unseal(message.payload, anna.id).people == before

    with Listener(settings, _PRESSED, TOPICS.status, topic) as listener:
        with node:
            node.wait_until_pressable()
            assert listener.wait_for(lambda seen: seen.payload == ONLINE.encode(), RECOVERY)
            assert is_shared(listener)
            anonymous, began = node.anonymous_bytes, monotonic()
            for at, payload in garbage():
                listener.publish(at, payload, retain=True, timeout=PATIENCE)
            node.press()
            assert listener.wait_for(lambda seen: seen.topic == _PRESSED, RECOVERY)
            wait_for(lambda: node.log.answers >= 1, "the press is answered", RECOVERY)
            print(f"{monotonic() - began:.1f} s, {(node.anonymous_bytes - anonymous) / 1e6:.1f} MB")
            assert node.anonymous_bytes - anonymous < 40 * _MEGABYTE
            listener.publish(topic, b"garbage", retain=True, timeout=PATIENCE)
            assert node.stop() == 0
        with node:
            node.wait_until_pressable()
            assert is_shared(listener)
            node.press()
            wait_for(lambda: node.log.answers >= 2, "the press is answered", RECOVERY)
            assert node.stop() == 0
    assert "Traceback" not in node.log.text
    assert "Anna" not in node.log.text
    assert _SHARE_KEY not in node.log.text
    assert node.log.text.count("not known here as elsewhere") <= 40
    with GalleryFile.open(state / PEOPLE) as gallery:
        assert gallery.export_people().people == before
