"""A board that a node may run on."""

from __future__ import annotations

from device.system.machine import Machine

RASPBERRY_PI = Machine(
    model="Raspberry Pi 4 Model B Rev 1.5",
    serial_number="10000000abcdef01",
    model_id="raspberrypi,4-model-b",
    revision="c03115",
    mac_address="dc:a6:32:01:02:03",
)
