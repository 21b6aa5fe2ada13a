"""The AsyncAPI document is what the code says, and complete."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from inspect import getmembers, isfunction, signature
from typing import Any

import pytest
from jsonschema import Draft7Validator

from device.discovery.asyncapi.channels import TOPICS
from device.discovery.asyncapi.document import rendered
from device.discovery.retained import retained_topics
from device.entities.commands import takes_commands
from device.entities.documents import EVENT, EVENTS, RETAINED, happened
from device.entities.table import CELEBA, entities
from device.mqtt.topics import BIRTH_TOPIC, Topics
from device.observation import Observation, Reason, Source
from device.system.compact_json import compact
from tests.boards import RASPBERRY_PI
from tests.discovery.asyncapi.contract import DELIVERY, DOCUMENT, Contract
from tests.discovery.payloads import configured, payload

HALL = Topics("facet", "hall")
NOW = datetime(2026, 11, 24, 18, 2, tzinfo=UTC)
NOBODY = Observation("hall", Source.BUTTON, NOW, NOW, Reason.NO_FACE, (), 0, {"total": 26.0})


@pytest.fixture(scope="module")
def contract() -> Contract:
    """The document."""
    return Contract()


def test_the_document_is_current() -> None:
    """docs/asyncapi.yaml is what the table and the types say now."""
    found = DOCUMENT.read_text(encoding="utf-8")
    assert found == rendered(), "stale: run python -m device.discovery.asyncapi docs/asyncapi.yaml"


def test_every_reference_leads_somewhere_and_every_definition_is_used(contract: Contract) -> None:
    """Within the document; nothing is fetched from elsewhere."""
    references = set(_references(contract.document))
    for reference in references:
        found: Any = contract.document
        for key in reference.removeprefix("#/").split("/"):
            found = found[key]
    for kind in ("parameters", "messages", "schemas"):
        names = contract.document["components"][kind]
        assert {f"#/components/{kind}/{name}" for name in names} <= references


def test_every_payload_is_a_schema_of_draft_7(contract: Contract) -> None:
    """AsyncAPI 3 understands no later draft without further ado."""
    components = contract.document["components"]
    schemas = [message["payload"] for message in components["messages"].values()]
    for schema in (*schemas, *components["schemas"].values()):
        Draft7Validator.check_schema(schema)


def test_every_topic_that_the_code_can_name_is_a_channel(contract: Contract) -> None:
    """Each member of Topics that returns one, each document, each event, and Home Assistant's own."""
    addresses = {channel["address"] for channel in contract.channels.values()}
    assert {BIRTH_TOPIC, *map(TOPICS.document, (*RETAINED, *EVENTS))} <= addresses
    properties = {name for name, _ in getmembers(Topics, lambda each: isinstance(each, property))}
    assert {getattr(TOPICS, name) for name in properties} <= addresses
    of_people = [
        method
        for name, method in getmembers(Topics, isfunction)
        if not name.startswith("_") and list(signature(method).parameters) == ["self", "person"]
    ]
    assert len(of_people) == 4
    assert {method(TOPICS, "{person}") for method in of_people} <= addresses


def test_what_a_node_retains_is_what_the_document_says_the_broker_keeps(contract: Contract) -> None:
    """And, in addition, what is kept of people."""
    kept = {contract.channel(topic) for topic in retained_topics(HALL)}
    of_people = {"person", "person_forgotten", "person_sealed", "person_discovery"}
    assert contract.retained == kept | of_people


def test_every_command_of_a_node_is_a_channel_that_the_node_receives(contract: Contract) -> None:
    """With its limits: what the node rejects, the schema rejects."""
    for row in entities(configured(), CELEBA):
        if takes_commands(row):
            assert contract.channel(HALL.command(row.key)) == f"set_{row.key}"
            assert f"receive_set_{row.key}" in contract.document["operations"]
    assert not contract.faults(HALL.command("threshold_offset"), b"-0.4")
    assert contract.faults(HALL.command("threshold_offset"), b"0.41")
    assert contract.faults(HALL.command("privacy"), b"on")
    assert contract.faults(HALL.command("capture"), b"")


def test_discovery_validates_and_an_unknown_key_at_its_root_does_not(contract: Contract) -> None:
    """Home Assistant 2024.11 rejects the whole message for such a key."""
    made = payload(configured(name="Hall camera", suggested_area="Hall"))
    assert made["device"]["model"] == RASPBERRY_PI.model
    assert not contract.faults(HALL.discovery, compact(made).encode())
    for part in (made, made["device"], made["origin"]):
        part["news"] = 1
        assert contract.faults(HALL.discovery, compact(made).encode())
        del part["news"]


def test_a_picture_may_be_empty_and_an_event_may_not(contract: Contract) -> None:
    """Only what can be taken back has an empty message."""
    assert not contract.faults(HALL.picture, b"")
    assert contract.faults(HALL.document("event"), b"")


def test_a_topic_that_the_document_lacks_is_noticed(contract: Contract) -> None:
    """The judge of the real traffic does not accept everything."""
    assert contract.faults("facet/hall/news", b"{}") == ["facet/hall/news: no such channel"]
    assert contract.faults(HALL.status, b"Online")
    assert contract.faults(HALL.document("motion"), json.dumps({"motion": True}).encode())


def _references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "$ref":
                yield value
            else:
                yield from _references(value)
    elif isinstance(part, list):
        for each in part:
            yield from _references(each)


def test_the_example_in_the_documentation_takes_an_event_and_refuses_another_key() -> None:
    """docs/mqtt.md shows how to check messages."""
    page = DOCUMENT.with_name("mqtt.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (said,) = happened(EVENT, entities(configured(), CELEBA), NOBODY)
    for event, outcome in ((said | DELIVERY, 0), (said | DELIVERY | {"news": 1}, 1)):
        checked = subprocess.run(
            [sys.executable, "-c", script],
            input=compact(event) + "\n",
            cwd=DOCUMENT.parents[1],
            capture_output=True,
            text=True,
            check=False,
        )
        assert checked.returncode == outcome, checked.stderr
