"""GPIO pins through gpiozero, which is imported only when a pin is configured."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import tempfile
from collections.abc import Callable
from types import ModuleType
from typing import Any, Literal

from device.errors import PinError

_log = logging.getLogger(__name__)

# gpiozero has no types; these stand for its Factory, DigitalInputDevice and LED.
Factory = Any
Device = Any

_PULL_UP = {"up": True, "down": False, "none": None}


class InputPin:
    """One pin whose changes are reported."""

    def __init__(
        self,
        name: str,
        pin: int | str,
        *,
        pull: Literal["up", "down", "none"],
        active_low: bool,
        factory: Factory,
        changed: Callable[[bool], None],
    ) -> None:
        """Claim the pin.

        Args:
            name: the setting, for errors: "triggers.button".
            pin: a BCM number, or a name such as "GPIO17" or "BOARD11".
            pull: the resistor inside the Pi.
            active_low: whether the level is low while the button is pressed or something moves.
            factory: gpiozero's, which makes the pin.
            changed: called with whether the pin is active, on a thread of gpiozero's.

        Raises:
            PinError: when the pin cannot be had.
        """
        import gpiozero

        pull_up = _PULL_UP[pull]
        # gpiozero derives the active level from the pull; a contact that opens when it is pressed
        # is the opposite.
        self._inverted = pull_up is not None and pull_up is not active_low
        try:
            self._device: Device = gpiozero.DigitalInputDevice(
                pin,
                pull_up=pull_up,
                active_state=not active_low if pull_up is None else None,
                pin_factory=factory,
            )
        except Exception as error:  # lgpio's own error is a plain Exception
            raise _unusable(name, pin, error) from error
        self._device.when_activated = _guarded(name, lambda: changed(not self._inverted))
        self._device.when_deactivated = _guarded(name, lambda: changed(self._inverted))

    @property
    def active(self) -> bool:
        """Whether the button is pressed, or something moves, at this moment."""
        return bool(self._device.is_active) is not self._inverted

    def close(self) -> None:
        """Give the pin back."""
        self._device.close()


class OutputPin:
    """One pin that lights an LED."""

    def __init__(self, name: str, pin: int | str, *, active_high: bool, factory: Factory) -> None:
        """Claim the pin, dark.

        Args:
            name: the setting, for errors: "led".
            pin: a BCM number, or a name such as "GPIO23" or "BOARD16".
            active_high: whether a high level lights the LED.
            factory: gpiozero's, which makes the pin.

        Raises:
            PinError: when the pin cannot be had.
        """
        import gpiozero

        try:
            self._device: Device = gpiozero.LED(pin, active_high=active_high, pin_factory=factory)
        except Exception as error:  # lgpio's own error is a plain Exception
            raise _unusable(name, pin, error) from error

    def light(self, *, lit: bool) -> None:
        """Switch the LED on or off."""
        self._device.value = lit

    def close(self) -> None:
        """Switch the LED off, and give the pin back: newer kernels leave it at its last level."""
        self._device.off()
        self._device.close()


def _unusable(name: str, pin: int | str, error: Exception) -> PinError:
    return PinError(
        f"{name}: pin {pin} cannot be used: {error}. Check that no other program uses it, "
        f"and that the user that runs Facet is in the group gpio."
    )


def _guarded(name: str, report: Callable[[], None]) -> Callable[[], None]:
    def callback() -> None:
        try:
            report()
        except Exception:  # noqa: BLE001 - see below
            # Were it to leave here, lgpio's only thread would end, and every pin with it.
            _log.exception("%s: a change of the pin was lost", name)

    return callback


def default_factory() -> Factory:
    """Return gpiozero's pin factory: lgpio, unless $GPIOZERO_PIN_FACTORY names another.

    Raises:
        PinError: when a library is missing, or this machine has no GPIO pins.
    """
    # Without a name gpiozero falls silently from one factory to the next.
    chosen = os.environ.setdefault("GPIOZERO_PIN_FACTORY", "lgpio")
    try:
        if chosen == "lgpio":
            refuse_stub(_import_lgpio())
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


def refuse_stub(module: ModuleType) -> None:
    """Tell the real lgpio from PyPI's package of that name for Python 3.13, which is empty.

    Raises:
        PinError: when it is the empty one.
    """
    if not hasattr(module, "gpiochip_open"):
        message = (
            f"GPIO: the installed lgpio is an empty stub. Replace it: pip uninstall lgpio, "
            f"{_FROM_APT}."
        )
        raise PinError(message)


def _import_lgpio() -> ModuleType:
    # While it is imported lgpio makes a pipe in the working directory and opens it by that name, or
    # changes to $LG_WD for good. The pipe works on when its name is gone.
    with tempfile.TemporaryDirectory(prefix="facet-") as folder, contextlib.chdir(folder):
        return importlib.import_module("lgpio")
