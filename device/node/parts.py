"""How each part of a node that runs is: the table of `facet check`, without opening anything a second time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from device.camera.status import CameraStatus
from device.config import Config
from device.node.trials import (
    BROKER,
    CAMERA,
    LED,
    MODELS,
    NODE,
    PINS,
    STATE_DIRECTORY,
    UPDATES,
    Trial,
)
from device.updates.node.status import UpdateStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSources:
    """Where to read; none of them waits.

    Attributes:
        is_connected: whether the broker can be reached.
        link_fault: why not; None while that is not known.
        camera: how the camera is.
        is_private: whether privacy is on.
        pin_faults: what is wrong with the pins.
        node_faults: what is wrong with the node itself.
        updates: what is known of newer versions.
    """

    is_connected: Callable[[], bool]
    link_fault: Callable[[], str | None]
    camera: Callable[[], CameraStatus]
    is_private: Callable[[], bool]
    pin_faults: Callable[[], Iterable[str]]
    node_faults: Callable[[], Iterable[str]]
    updates: Callable[[], UpdateStatus]


class Parts:
    """Reports how the parts are whenever that has changed. The loop's thread uses it.

    Args:
        config: the node's.
        model: name and version of its attribute network.
        sources: where to read.
        take: receives all parts.
    """

    def __init__(
        self,
        config: Config,
        model: str,
        sources: PartSources,
        take: Callable[[Sequence[Trial]], object],
    ) -> None:
        self._config = config
        self._model = model
        self._sources = sources
        self._take = take
        self._reported: Sequence[Trial] = ()

    def report(self) -> None:
        """Report the parts if they have changed; to be called when nothing waits."""
        parts = (
            self._broker(),
            self._camera(),
            self._pins(),
            self._led(),
            Trial(MODELS, works=True, detail=self._model),
            Trial(
                STATE_DIRECTORY,
                works=True,
                detail=str(self._config.node.effective_state_directory),
            ),
            self._updates(),
            self._node(),
        )
        if parts != self._reported:
            self._reported = parts
            self._take(parts)

    def _broker(self) -> Trial:
        settings = self._config.mqtt
        hosts = " or ".join(member.host for member in settings.members())
        place = f"{hosts}:{settings.effective_port}"
        if self._sources.is_connected():
            return Trial(BROKER, works=True, detail=f"connected with {place}")
        fault = self._sources.link_fault() or f"connecting with {place}"
        return Trial(BROKER, works=False, detail=fault)

    def _camera(self) -> Trial:
        if self._sources.is_private():
            return Trial(CAMERA, works=True, detail="released, because privacy is on")
        status = self._sources.camera()
        source = str(self._config.camera.source)
        if status.fault is not None:
            return Trial(CAMERA, works=False, detail=status.fault)
        return Trial(CAMERA, works=status.is_available, detail=source)

    def _pins(self) -> Trial:
        faults = tuple(self._sources.pin_faults())
        if faults:
            return Trial(PINS, works=False, detail="\n".join(faults))
        pins = self._config.triggers
        named = {"button": pins.button, "motion": pins.motion}
        used = [f"{name} on pin {each.pin}" for name, each in named.items() if each is not None]
        return Trial(PINS, works=True, detail=", ".join(used) or "none configured")

    def _led(self) -> Trial:
        led = self._config.led
        return Trial(
            LED, works=True, detail="none configured" if led is None else f"led on pin {led.pin}"
        )

    def _updates(self) -> Trial:
        if self._config.updates.index is None:
            return Trial(UPDATES, works=True, detail="no index configured")
        status = self._sources.updates()
        found = [f"Facet {status.release.version}"] if status.release else []
        found += [f"the network {status.model.name} {status.model.version}"] if status.model else []
        detail = f"the index offers {', '.join(found)}" if found else "the index is not read yet"
        return Trial(UPDATES, works=True, detail=detail)

    def _node(self) -> Trial:
        faults = tuple(self._sources.node_faults())
        return Trial(NODE, works=not faults, detail="\n".join(faults) or "nothing is wrong")
