"""The rows that show the condition of the node."""

from __future__ import annotations

from typing_extensions import TypedDict

from device import __version__
from device.entities.condition import Condition, short
from device.entities.documents import DIAGNOSTICS
from device.entities.kinds import BinarySensor, Category, Row, Sensor
from device.entities.requests import Install
from device.entities.requirements import NETWORK_UPDATES, UPDATE_INDEX
from device.entities.update import BY_HAND, Update
from device.entities.words import CAMERA_FAULT, NO_TROUBLE
from device.errors import CameraTrouble
from device.updates.artifact import Kind

# Home Assistant shows them as Markdown; where install.sh is, docs/install.md says as well.
_SOFTWARE_BY_HAND = (
    "To install it by hand, run `sudo /opt/facet/current/share/facet/provisioning/install.sh --version {version}` "
    "on the node."
)
_NETWORK_BY_HAND = (
    "To install it from here, set `updates.allow_install` and `updates.public_key` in `/etc/facet/facet.yaml`, and "
    "restart the node."
)


class _ReasonJson(TypedDict, total=False):
    reason: str | None


def _camera_fault(node: Condition) -> _ReasonJson:
    return {"reason": short(node.camera_fault)} if node.camera_fault else {}


def _failed_at(node: Condition) -> str | None:
    return node.last_failure.at.isoformat(timespec="seconds") if node.last_failure else None


def _started_at(node: Condition) -> str | None:
    return node.started_at.isoformat(timespec="seconds") if node.started_at else None


def _last_failure(node: Condition) -> _ReasonJson:
    return {"reason": short(node.last_failure.cause)} if node.last_failure else {}


CONDITION: tuple[Row, ...] = (
    BinarySensor(
        document=DIAGNOSTICS,
        key="camera_problem",
        name="Camera",
        meaning="Problem while the camera gives no pictures, repeats the same one, or gives black ones.",
        category=Category.DIAGNOSTIC,
        device_class="problem",
        read=lambda node: node.camera_fault is not None,
    ),
    Sensor(
        document=DIAGNOSTICS,
        key="camera_fault",
        name="Camera fault",
        meaning=(
            "What is wrong with the camera; its attribute `text` says it in words, and `reason` in a sentence, with "
            "what to do."
        ),
        icon="mdi:camera-off-outline",
        category=Category.DIAGNOSTIC,
        device_class="enum",
        options=(NO_TROUBLE, *CameraTrouble),
        read=lambda node: node.camera_trouble or NO_TROUBLE,
        explain=_camera_fault,
        words=CAMERA_FAULT,
    ),
    BinarySensor(
        document=DIAGNOSTICS,
        key="node_problem",
        name="Node",
        meaning="Problem while settings cannot be kept, or faces cannot be judged.",
        category=Category.DIAGNOSTIC,
        device_class="problem",
        is_essential=True,
        read=lambda node: node.node_fault is not None,
    ),
    Sensor(
        document=DIAGNOSTICS,
        key="node_fault",
        name="Node fault",
        meaning="What is wrong with the node itself, and what to do; unknown while nothing is.",
        icon="mdi:alert-outline",
        category=Category.DIAGNOSTIC,
        read=lambda node: short(node.node_fault),
    ),
    BinarySensor(
        document=DIAGNOSTICS,
        key="safe_mode",
        name="Safe mode",
        meaning="Problem while the node does not use camera and networks, because its last starts failed.",
        category=Category.DIAGNOSTIC,
        device_class="problem",
        read=lambda node: node.is_safe_mode,
    ),
    Sensor(
        document=DIAGNOSTICS,
        key="last_failure",
        name="Last failure",
        meaning="When the node last ended by itself, with the attribute `reason`; unknown once it is healthy again.",
        icon="mdi:alert-circle-outline",
        category=Category.DIAGNOSTIC,
        device_class="timestamp",
        read=_failed_at,
        explain=_last_failure,
    ),
    Sensor(
        document=DIAGNOSTICS,
        key="cpu_temperature",
        name="CPU temperature",
        meaning="Temperature of the processor, read every five minutes; a change of less than two degrees is ignored.",
        category=Category.DIAGNOSTIC,
        device_class="temperature",
        unit="°C",
        state_class="measurement",
        precision=0,
        read=lambda node: node.vitals.cpu_temperature,
    ),
    Sensor(
        document=DIAGNOSTICS,
        key="model",
        name="Model",
        meaning="Name and version of the attribute network.",
        icon="mdi:brain",
        category=Category.DIAGNOSTIC,
        is_enabled_by_default=False,
        read=lambda node: node.model,
    ),
    Sensor(
        document=DIAGNOSTICS,
        key="version",
        name="Version",
        meaning="The version of Facet; *Software* and the device's page show it as well.",
        icon="mdi:tag-outline",
        category=Category.DIAGNOSTIC,
        is_enabled_by_default=False,
        read=lambda _node: __version__,
    ),
    Update(
        document=DIAGNOSTICS,
        key="software",
        name="Software",
        meaning="The installed version, and the newest one in the index or on the broker, with how to install it.",
        category=Category.DIAGNOSTIC,
        device_class="firmware",
        is_essential=True,
        read=lambda node: node.updates.software(node.newest_version),
        words={BY_HAND: _SOFTWARE_BY_HAND},
        title="Facet",
        install=Install(Kind.SOFTWARE),
    ),
    Update(
        document=DIAGNOSTICS,
        key="attribute_network",
        name="Attribute network",
        meaning="The network's installed version, and the newest one in the index.",
        icon="mdi:brain",
        category=Category.DIAGNOSTIC,
        requires=NETWORK_UPDATES,
        read=lambda node: node.updates.network(),
        words={BY_HAND: _NETWORK_BY_HAND},
        install=Install(Kind.MODEL),
    ),
    Sensor(
        document=DIAGNOSTICS,
        key="last_update",
        name="Last update",
        meaning="When an update was last installed, and with what result; unknown if none ever was.",
        icon="mdi:package-up",
        category=Category.DIAGNOSTIC,
        requires=UPDATE_INDEX,
        read=lambda node: short(node.updates.last),
    ),
    Sensor(
        document=DIAGNOSTICS,
        key="queue_length",
        name="Queue length",
        meaning="Observations that have waited for the broker for more than five seconds.",
        icon="mdi:tray-full",
        category=Category.DIAGNOSTIC,
        is_count=True,
        read=lambda node: node.queue_length,
    ),
    Sensor(
        document=DIAGNOSTICS,
        key="dropped_events",
        name="Dropped events",
        meaning=(
            "Observations since the start that were dropped: too many waited, they waited for too long, or the disk "
            "has damaged them."
        ),
        icon="mdi:tray-remove",
        category=Category.DIAGNOSTIC,
        is_count=True,
        read=lambda node: node.dropped_events,
    ),
    Sensor(
        document=DIAGNOSTICS,
        key="coalesced_presses",
        name="Coalesced presses",
        meaning="Triggers since the start that came during a burst and were answered by it.",
        icon="mdi:gesture-tap-button",
        category=Category.DIAGNOSTIC,
        is_count=True,
        read=lambda node: node.coalesced_presses,
    ),
    BinarySensor(
        document=DIAGNOSTICS,
        key="under_voltage",
        name="Under-voltage",
        meaning=(
            "Problem while the power supply of a Raspberry Pi gives too little voltage, and for ten minutes after "
            "that; unknown on other machines."
        ),
        category=Category.DIAGNOSTIC,
        device_class="problem",
        is_enabled_by_default=False,
        read=lambda node: node.is_under_voltage,
    ),
    Sensor(
        document=DIAGNOSTICS,
        key="wifi_signal",
        name="Wi-Fi signal",
        meaning="Read every five minutes; a change of less than 6 dB is ignored. Unknown without Wi-Fi.",
        category=Category.DIAGNOSTIC,
        device_class="signal_strength",
        unit="dBm",
        precision=0,
        is_enabled_by_default=False,
        read=lambda node: node.vitals.wifi_signal,
    ),
    Sensor(
        document=DIAGNOSTICS,
        key="disk_free",
        name="Disk free",
        meaning=(
            "How much of the file system with the state directory is free, read every five minutes; a change of less "
            "than two percent is ignored."
        ),
        icon="mdi:harddisk",
        category=Category.DIAGNOSTIC,
        unit="%",
        precision=0,
        is_enabled_by_default=False,
        read=lambda node: node.vitals.disk_free,
    ),
    Sensor(
        document=DIAGNOSTICS,
        key="last_start",
        name="Last start",
        meaning="When the node last started.",
        icon="mdi:clock-start",
        category=Category.DIAGNOSTIC,
        device_class="timestamp",
        is_enabled_by_default=False,
        read=_started_at,
    ),
)
