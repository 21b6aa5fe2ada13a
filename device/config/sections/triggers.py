"""The section `triggers`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from device.config.sections.fields import Pin, bcm_number
from device.config.sections.section import Section, conflict

Pull = Literal["up", "down", "none"]
ButtonKind = Literal["doorbell", "button"]


class ButtonSettings(Section):
    """A push button between a GPIO pin and ground (pull up) or 3.3 V (pull down)."""

    pin: Pin = Field(title="Pin", description="The GPIO pin: its BCM number, or its name.")
    kind: ButtonKind = Field(
        "doorbell",
        title="Kind",
        description="What Home Assistant shows: a doorbell, which rings, or any other button, which is pressed.",
    )
    pull: Pull = Field(
        "up",
        title="Pull",
        description="The resistor inside the Pi; none if there is an external one.",
    )
    active_state: Literal["auto", "low", "high"] = Field(
        "auto",
        title="Active state",
        description="The pin's level while the button is pressed; auto is low with pull up and high with pull down.",
    )
    debounce: float = Field(
        0.05,
        title="Debounce",
        description="Seconds for which the level must be steady before it counts.",
        ge=0,
        le=1,
    )
    hold: float = Field(
        0,
        title="Hold",
        description="Seconds for which the button must be held down; 0 triggers at once.",
        ge=0,
        le=10,
    )

    @property
    def is_active_low(self) -> bool:
        """Whether the pin's level is low while the button is pressed."""
        return self.active_state == "low" or (self.active_state == "auto" and self.pull == "up")

    @model_validator(mode="after")
    def _level_is_known(self) -> ButtonSettings:
        if self.pull == "none" and self.active_state == "auto":
            message = "must be low or high where pull is none: nothing else determines the level"
            raise conflict(message, key="active_state")
        return self


class MotionSettings(Section):
    """A PIR sensor on a GPIO pin: high while something moves, or low with pull up (open collector)."""

    pin: Pin = Field(title="Pin", description="The GPIO pin: its BCM number, or its name.")
    pull: Pull = Field(
        "down",
        title="Pull",
        description="The resistor inside the Pi; with up, motion is a low level.",
    )
    cool_down: float = Field(
        30,
        title="Cool-down",
        description="Seconds after motion in which more motion is ignored. Home Assistant can change it later.",
        ge=0,
        le=3600,
    )
    armed: bool = Field(
        True,
        title="Armed",
        description="Whether motion triggers when the node starts. Home Assistant can change it later.",
    )

    @property
    def is_active_low(self) -> bool:
        """Whether the pin's level is low while something moves."""
        return self.pull == "up"


class TriggerSettings(Section):
    """What triggers an observation. A command from Home Assistant always does."""

    burst: int = Field(
        5,
        title="Burst",
        description="Frames that are captured and combined into one observation.",
        ge=1,
        le=30,
    )
    button: ButtonSettings | None = Field(
        None, title="Button", description="A push button between a GPIO pin and ground or 3.3 V."
    )
    motion: MotionSettings | None = Field(
        None, title="Motion", description="A PIR sensor on a GPIO pin."
    )

    @model_validator(mode="after")
    def _pins_differ(self) -> TriggerSettings:
        if (
            self.button
            and self.motion
            and bcm_number(self.button.pin) == bcm_number(self.motion.pin)
        ):
            message = "is the pin of triggers.button too; give each a different one"
            raise conflict(message, key="motion.pin")
        return self
