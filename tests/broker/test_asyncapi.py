"""What a real node says in its whole life is what docs/asyncapi.yaml says that it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.broker.life import Life
from tests.broker.mosquitto import Mosquitto
from tests.broker.observer import END, observe
from tests.discovery.asyncapi.contract import Contract

pytestmark = pytest.mark.broker


def test_a_node_s_life_is_as_the_document_describes_it(broker: Mosquitto, tmp_path: Path) -> None:
    """Each topic is a channel, each payload as its schema says; all channels are used; the broker keeps what it should.

    No channel is left out: the life has everything that a node can do.
    """
    contract = Contract()
    with observe(broker.port) as home:
        life = Life(tmp_path, broker.port, home)
        life.lead()
    messages = [message for message in home.messages if message.topic != END]
    faults = [fault for each in messages for fault in contract.faults(each.topic, each.payload)]
    assert not faults, "\n".join(dict.fromkeys(faults))
    assert {contract.channel(message.topic) for message in messages} == contract.channels.keys()
    assert {contract.channel(topic) for topic in life.kept} == contract.retained
