"""What Home Assistant's page of the device shows of the node and of what it runs on."""

from __future__ import annotations

from device.discovery.payload import discovery_payload
from device.mqtt.topics import Topics
from device.system.machine import Machine
from tests.discovery.payloads import configured, payload


def test_the_device_is_identified_and_the_origin_named() -> None:
    """Without either Home Assistant rejects the payload."""
    made = payload(configured(id="hall", name="Hall camera", suggested_area="Hall"))
    assert made["device"]["identifiers"] == ["facet_hall"]
    assert made["device"]["name"] == "Hall camera"
    assert made["device"]["suggested_area"] == "Hall"
    assert made["device"]["model"] == "Raspberry Pi 4 Model B Rev 1.5"
    assert made["device"]["serial_number"] == "10000000abcdef01"
    assert made["device"]["model_id"] == "raspberrypi,4-model-b"
    assert made["device"]["hw_version"] == "c03115"
    assert "configuration_url" not in made["device"], "Home Assistant does not accept null as a URL"
    assert made["origin"]["name"] == "facet"
    assert None not in made["origin"].values()


def test_nodes_of_one_machine_stay_separate_devices_unless_their_owner_says_otherwise() -> None:
    """Home Assistant makes one device of all that have an address in common."""
    assert payload(configured(id="hall"))["device"]["connections"] == []
    made = payload(configured(id="hall", publish_mac_address=True))
    assert made["device"]["connections"] == [["mac", "dc:a6:32:01:02:03"]]


def test_a_machine_of_which_nothing_is_known_says_nothing_of_itself() -> None:
    """A computer without a device tree, or with an address that identifies nothing."""
    config = configured(id="hall", publish_mac_address=True)
    made = discovery_payload(config.node, Topics.of(config), (), Machine())
    assert made["device"]["connections"] == []
    assert not {"model_id", "hw_version", "serial_number"} & set(made["device"])
