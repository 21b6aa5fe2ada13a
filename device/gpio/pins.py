"""GPIO pins through gpiozero, which is imported only when a pin is configured."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import tempfile
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any, Literal

from device.errors import PinError

_LOG = logging.getLogger(__name__)

# gpiozero has no types; these stand for its Factory, DigitalInputDevice and LED.
Factory = Any
Device = Any

# Seconds before each attempt. Of a pin whose changes are reported lgpio closes the file after two milliseconds although
# its own thread may still wait for it; until that thread has its turn, the kernel calls the pin busy (xSetAsFree in
# lgGpio.c, lgPthAlert in lgPthAlerts.c of lg 0.2.2).
_CLOSING_PAUSES = (0.0, 0.01, 0.1, 0.5)

_PULL_UP = {"up": True, "down": False, "none": None}


class InputPin:
    """One claimed pin whose changes are reported.

    Args:
        device: gpiozero's.
        is_inverted: whether gpiozero's active level is the pin's inactive one.
    """

    def __init__(self, device: Device, *, is_inverted: bool) -> None:
        self._device = device
        self._is_inverted = is_inverted

    @property
    def is_active(self) -> bool:
        """Whether the button is pressed, or something moves, at this moment."""
        return bool(self._device.is_active) is not self._is_inverted

    def close(self) -> None:
        """Give the pin back, also where lgpio needs several attempts."""
        failure: Exception | None = None
        for pause in _CLOSING_PAUSES:
            if pause:
                time.sleep(pause)
            try:
                self._device.close()
            except Exception as error:  # noqa: BLE001 - lgpio's own error is a plain Exception
                failure = error
            else:
                return
        _LOG.warning("A pin may stay claimed until the node ends: %s", failure)


class OutputPin:
    """One claimed pin that lights an LED.

    Args:
        device: gpiozero's.
    """

    def __init__(self, device: Device) -> None:
        self._device = device

    def light(self, *, is_lit: bool) -> None:
        """Switch the LED on or off."""
        self._device.value = is_lit

    def close(self) -> None:
        """Switch the LED off, and give the pin back: newer kernels leave it at its last level."""
        self._device.off()
        self._device.close()


def claim_input(
    name: str,
    pin: int | str,
    *,
    pull: Literal["up", "down", "none"],
    is_active_low: bool,
    factory: Factory,
    changed: Callable[[bool], None],
) -> InputPin:
    """Claim a pin and report its changes.

    Args:
        name: the setting, for errors: "triggers.button".
        pin: a BCM number, or a name such as "GPIO17" or "BOARD11".
        pull: the resistor inside the Pi.
        is_active_low: whether the level is low while the button is pressed or something moves.
        factory: gpiozero's, which makes the pin.
        changed: called with whether the pin is active, on one of gpiozero's threads.

    Raises:
        PinError: the pin cannot be claimed.
    """
    import gpiozero

    pull_up = _PULL_UP[pull]
    # gpiozero derives the active level from the pull; a contact that opens when it is pressed
    # is the opposite.
    is_inverted = pull_up is not None and pull_up is not is_active_low
    try:
        device = gpiozero.DigitalInputDevice(
            pin,
            pull_up=pull_up,
            active_state=not is_active_low if pull_up is None else None,
            pin_factory=factory,
        )
    except Exception as error:  # lgpio's own error is a plain Exception
        raise _unusable(name, pin, error) from error
    device.when_activated = _guarded(name, lambda: changed(not is_inverted))
    device.when_deactivated = _guarded(name, lambda: changed(is_inverted))
    return InputPin(device, is_inverted=is_inverted)


def claim_output(name: str, pin: int | str, *, is_active_high: bool, factory: Factory) -> OutputPin:
    """Claim a pin, dark.

    Args:
        name: the setting, for errors: "led".
        pin: a BCM number, or a name such as "GPIO23" or "BOARD16".
        is_active_high: whether a high level lights the LED.
        factory: gpiozero's, which makes the pin.

    Raises:
        PinError: the pin cannot be claimed.
    """
    import gpiozero

    try:
        device = gpiozero.LED(pin, active_high=is_active_high, pin_factory=factory)
    except Exception as error:  # lgpio's own error is a plain Exception
        raise _unusable(name, pin, error) from error
    return OutputPin(device)


def _unusable(name: str, pin: int | str, error: Exception) -> PinError:
    return PinError(
        f"{name}: pin {pin} cannot be used: {error}. Check that no other program uses it, "
        f"and that the user that runs Facet is in the group gpio."
    )


def _guarded(name: str, report: Callable[[], None]) -> Callable[[], None]:
    def callback() -> None:
        try:
            report()
        except Exception:  # noqa: BLE001 - an exception here would end lgpio's only thread, and every pin with it
            _LOG.exception("%s: a change of the pin was lost", name)

    return callback


def default_factory() -> Factory:
    """Return gpiozero's pin factory: lgpio, unless $GPIOZERO_PIN_FACTORY names another.

    Raises:
        PinError: a library is missing, or this machine has no GPIO pins.
    """
    # Without a name gpiozero falls silently from one factory to the next.
    chosen = os.environ.setdefault("GPIOZERO_PIN_FACTORY", "lgpio")
    try:
        if chosen == "lgpio":
            reject_stub(_import_lgpio())
        import gpiozero

        gpiozero.Device.ensure_pin_factory()
    except PinError:
        raise
    except ImportError as error:
        message = (
            f"GPIO: pins need a library that is not installed: {error}. Install it: "
            f"pip install 'facet-node[gpio]'; on Python 3.13 and newer also {_FROM_APT}."
        )
        raise PinError(message) from error
    except Exception as error:  # lgpio's own error is a plain Exception
        message = (
            f"GPIO: the pins of this machine cannot be used: {error}. Pins need a "
            f"Raspberry Pi, and a user in the group gpio. Without pins, remove triggers.button, "
            f"triggers.motion and led: Home Assistant's button works all the same."
        )
        raise PinError(message) from error
    return gpiozero.Device.pin_factory


_FROM_APT = (
    "sudo apt install python3-lgpio, and make the virtual environment with --system-site-packages"
)


def reject_stub(module: ModuleType) -> None:
    """Distinguish the real lgpio from the empty package of that name for Python 3.13 on PyPI.

    Raises:
        PinError: it is the empty one.
    """
    if not hasattr(module, "gpiochip_open"):
        message = (
            f"GPIO: the installed lgpio is an empty stub. Replace it: pip uninstall lgpio, "
            f"{_FROM_APT}."
        )
        raise PinError(message)


def _import_lgpio() -> ModuleType:
    # While it is imported lgpio makes a pipe in the working directory and opens it by that name, or
    # changes to $LG_WD permanently. The pipe keeps working after its name is deleted.
    with tempfile.TemporaryDirectory(prefix="facet-") as folder, contextlib.chdir(folder):
        return importlib.import_module("lgpio")
