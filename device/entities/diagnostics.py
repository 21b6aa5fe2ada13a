"""The rows of the table of entities that say how the node is; entities.py adds the others."""

from __future__ import annotations

from functools import partial

from device.entities.kinds import Category, Document, Entity, EventType, Platform
from device.observation import Reason

_diagnostic = partial(
    Entity,
    platform=Platform.SENSOR,
    category=Category.DIAGNOSTIC,
    document=Document.DIAGNOSTICS,
)

DIAGNOSTICS = (
    _diagnostic(
        key="last_result",
        name="Last result",
        meaning="What became of the newest trigger: a face, or the reason why there is none.",
        icon="mdi:clipboard-text-outline",
        document=Document.STATE,
        device_class="enum",
        options=(EventType.FACE, *Reason),
    ),
    _diagnostic(
        key="last_capture",
        name="Last capture",
        meaning="When the camera last took a picture for an observation.",
        icon="mdi:camera-timer",
        document=Document.STATE,
        device_class="timestamp",
    ),
    _diagnostic(
        key="latency",
        name="Latency",
        meaning="From the newest trigger to its observation, ready to be published.",
        icon="mdi:timer-outline",
        document=Document.STATE,
        device_class="duration",
        unit="ms",
        state_class="measurement",
        precision=0,
    ),
    _diagnostic(
        key="camera_problem",
        platform=Platform.BINARY_SENSOR,
        name="Camera",
        meaning="Problem while the camera gives no pictures, the same one again and again, or black ones.",
        device_class="problem",
    ),
    _diagnostic(
        key="camera_fault",
        name="Camera fault",
        meaning="What is wrong with the camera, and what to do; unknown while nothing is.",
        icon="mdi:camera-off-outline",
    ),
    _diagnostic(
        key="safe_mode",
        platform=Platform.BINARY_SENSOR,
        name="Safe mode",
        meaning="Problem while the node leaves camera and networks alone, because its last starts failed.",
        device_class="problem",
    ),
    _diagnostic(
        key="last_failure",
        name="Last failure",
        meaning="When and why the node last ended by itself; unknown if it never did.",
        icon="mdi:alert-circle-outline",
    ),
    _diagnostic(
        key="cpu_temperature",
        name="CPU temperature",
        meaning="The processor's.",
        device_class="temperature",
        unit="°C",
        state_class="measurement",
        precision=1,
    ),
    _diagnostic(
        key="model",
        name="Model",
        meaning="Name and version of the attribute network.",
        icon="mdi:brain",
    ),
    _diagnostic(key="version", name="Version", meaning="Facet's.", icon="mdi:tag-outline"),
    _diagnostic(
        key="software",
        platform=Platform.UPDATE,
        name="Software",
        meaning="The installed version, and the newest one that the index or the broker tells of.",
        device_class="firmware",
    ),
    _diagnostic(
        key="attribute_network",
        platform=Platform.UPDATE,
        name="Attribute network",
        meaning="The network's installed version, and the newest one that the index tells of.",
        icon="mdi:brain",
        needs_index=True,
    ),
    _diagnostic(
        key="last_update",
        name="Last update",
        meaning="When something was last installed, and what became of it; unknown if nothing ever was.",
        icon="mdi:package-up",
        needs_index=True,
    ),
    _diagnostic(
        key="queue_length",
        name="Queue length",
        meaning="Observations that the broker has not confirmed yet.",
        icon="mdi:tray-full",
        state_class="measurement",
    ),
    _diagnostic(
        key="dropped_events",
        name="Dropped events",
        meaning="Observations since the start that were given up, because too many waited or for too long.",
        icon="mdi:tray-remove",
        state_class="total_increasing",
    ),
    _diagnostic(
        key="coalesced_presses",
        name="Coalesced presses",
        meaning="Triggers since the start that came during a burst and were answered by it.",
        icon="mdi:gesture-tap-button",
        state_class="total_increasing",
    ),
)
