"""The sections of the configuration file: strict models, in which every field carries its own documentation."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from platformdirs import user_state_path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from device.configuration.fields import (
    AttributeName,
    CameraSource,
    File,
    Host,
    ModelName,
    Pin,
    Slug,
    Topic,
    bcm_number,
)

MQTT_PORT = 1883
MQTT_TLS_PORT = 8883

Pull = Literal["up", "down", "none"]


class Section(BaseModel):
    """What all sections share: nothing is converted, guessed or changed later."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


def conflict(key: str, message: str, **found: Any) -> PydanticCustomError:
    """Return the error of a setting that does not go with another one of its section.

    Args:
        key: the setting to blame, with dots where it lies deeper.
        message: what is wrong and what to do; may name the values of found in braces.
        found: the values that message names.
    """
    return PydanticCustomError("conflict", message, {**found, "key": key})  # type: ignore[arg-type]


class NodeSettings(Section):
    """The node itself, as Home Assistant's device page shows it."""

    id: Slug = Field(
        "facet",
        title="Id",
        description="Names the node in MQTT topics and entity ids; unique on the broker. Letters, digits, _ and -.",
    )
    name: str = Field(
        "Facet",
        title="Name",
        description="The device's name in Home Assistant.",
        min_length=1,
        max_length=64,
    )
    suggested_area: str | None = Field(
        None,
        title="Suggested area",
        description="The area that Home Assistant proposes for the device.",
        min_length=1,
        max_length=64,
    )
    state_directory: File | None = Field(
        None,
        title="State directory",
        description="Where undelivered events are kept; without it systemd's StateDirectory, or the user's own.",
    )

    @property
    def effective_state_directory(self) -> Path:
        """The configured folder, systemd's, or the user's: in this order."""
        if self.state_directory is not None:
            return self.state_directory
        # systemd separates several folders by colons; the unit has one.
        given = os.environ.get("STATE_DIRECTORY", "").split(":")[0]
        return Path(given) if given else user_state_path("facet")


class TlsSettings(Section):
    """Encryption of the connection to the broker."""

    enabled: bool = Field(
        False, title="Enabled", description="Whether to speak TLS with the broker."
    )
    ca_file: File | None = Field(
        None,
        title="CA file",
        description="PEM file of the authority that signed the broker's certificate; without it the system's.",
    )
    certificate_file: File | None = Field(
        None,
        title="Certificate file",
        description="PEM file of the node's own certificate; needs key_file.",
    )
    key_file: File | None = Field(
        None,
        title="Key file",
        description="PEM file of the key to certificate_file, without a pass phrase.",
    )
    insecure_skip_verify: bool = Field(
        False,
        title="Skip verification",
        description="Accept any certificate. Only for experiments: anybody can then pretend to be the broker.",
    )

    @model_validator(mode="after")
    def _belong_together(self) -> TlsSettings:
        files = ("ca_file", "certificate_file", "key_file")
        if not self.enabled:
            for key in (*files, "insecure_skip_verify"):
                if getattr(self, key):
                    raise conflict(
                        key, "is set, but TLS is off; set mqtt.tls.enabled: true, or remove it"
                    )
        if (self.certificate_file is None) != (self.key_file is None):
            given, other = files[1:] if self.certificate_file else files[:0:-1]
            raise conflict(given, "is set without {other}; give both, or neither", other=other)
        return self


def _protocol(value: object) -> object:
    """Let YAML's bare 5 pass for the version it means."""
    return "5" if value == 5 and not isinstance(value, bool | float) else value  # noqa: PLR2004


class MqttSettings(Section):
    """The broker that Home Assistant is connected to."""

    host: Host = Field(
        title="Host",
        description="The broker's name or address. The only setting without a default.",
    )
    port: int | None = Field(
        None,
        title="Port",
        description="TCP port; without it 1883, or 8883 with TLS.",
        ge=1,
        le=65535,
    )
    protocol: Annotated[
        Literal["auto", "5", "3.1.1"],
        BeforeValidator(_protocol, json_schema_input_type=Literal["auto", "5", "3.1.1", 5]),
    ] = Field(
        "auto",
        title="Protocol",
        description="MQTT version; auto speaks 5, and 3.1.1 when the broker answers that it does not know 5.",
    )
    username: str | None = Field(
        None, title="User name", description="As the broker knows the node.", min_length=1
    )
    password: SecretStr | None = Field(
        None,
        title="Password",
        description="Best kept out of this file: !secret NAME, or !env NAME.",
    )
    client_id: str | None = Field(
        None,
        title="Client id",
        description="Unique on the broker; without it facet- and the node's id.",
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
    )
    keep_alive: int = Field(
        30,
        title="Keep alive",
        description="Seconds. A node that vanishes is shown as unavailable after one and a half times as long.",
        ge=5,
        le=3600,
    )
    discovery_prefix: Topic = Field(
        "homeassistant",
        title="Discovery prefix",
        description="As in Home Assistant's MQTT integration, where it is seldom changed.",
    )
    base_topic: Topic = Field(
        "facet",
        title="Base topic",
        description="All of the node's topics start with it and the node's id.",
    )
    tls: TlsSettings = Field(
        default_factory=TlsSettings, title="TLS", description="Encryption of the connection."
    )

    @property
    def effective_port(self) -> int:
        """The configured port, or the usual one with or without TLS."""
        return self.port or (MQTT_TLS_PORT if self.tls.enabled else MQTT_PORT)

    @model_validator(mode="after")
    def _name_before_password(self) -> MqttSettings:
        if self.password is not None and self.username is None:
            # MQTT 3.1.1, section 3.1.2.9: without a user name there must be no password.
            raise conflict("password", "is set without mqtt.username; set both, or neither")
        return self


class CameraSettings(Section):
    """Where pictures come from."""

    source: CameraSource = Field(
        "0",
        title="Source",
        description=(
            "A camera's number or device (/dev/v4l/by-id/... survives reordering), a picture, a folder of pictures, a "
            "video file, or an RTSP or HTTP URL."
        ),
        repr=False,
    )
    width: int = Field(
        640, title="Width", description="Pixels asked of the camera.", ge=160, le=7680
    )
    height: int = Field(
        480, title="Height", description="Pixels asked of the camera.", ge=120, le=4320
    )
    fps: int = Field(
        30, title="Frame rate", description="Frames a second asked of the camera.", ge=1, le=240
    )
    fourcc: str | None = Field(
        "MJPG",
        title="Pixel format",
        description="Four-character code asked of the camera; MJPG saves USB bandwidth. null takes the camera's own.",
        pattern=r"^[A-Za-z0-9 ]{4}$",
    )
    warm_up_frames: int = Field(
        5,
        title="Warm-up frames",
        description="Frames thrown away after the camera was opened, until its exposure has settled.",
        ge=0,
        le=120,
    )
    rotation: Literal[0, 90, 180, 270] = Field(
        0, title="Rotation", description="Degrees clockwise by which pictures are turned."
    )
    mirror: bool = Field(
        False, title="Mirror", description="Swap left and right, after the rotation."
    )

    @property
    def shown_source(self) -> str:
        """The source for logs and screens: a URL without its user and password."""
        if "://" not in self.source:
            return self.source
        parts = urlsplit(self.source)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


class ButtonSettings(Section):
    """A push button between a GPIO pin and ground (pull up) or 3.3 V (pull down)."""

    pin: Pin = Field(
        title="Pin", description='BCM number (17), or "GPIO17", or "BOARD11" by position.'
    )
    pull: Pull = Field(
        "up",
        title="Pull",
        description="The resistor inside the Pi; none when there is one outside.",
    )
    active_state: Literal["auto", "low", "high"] = Field(
        "auto",
        title="Active state",
        description="Level of the pin while pressed; auto is low with pull up and high with pull down.",
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
        description="Seconds for which the button must be held down; 0 acts at once.",
        ge=0,
        le=10,
    )

    @property
    def active_low(self) -> bool:
        """Whether the pin's level is low while the button is pressed."""
        return self.active_state == "low" or (self.active_state == "auto" and self.pull == "up")

    @model_validator(mode="after")
    def _level_is_known(self) -> ButtonSettings:
        if self.pull == "none" and self.active_state == "auto":
            raise conflict(
                "active_state",
                "must be low or high when pull is none: nothing else tells the level",
            )
        return self


class MotionSettings(Section):
    """A PIR sensor on a GPIO pin: high while something moves, or low with pull up (open collector)."""

    pin: Pin = Field(
        title="Pin", description='BCM number (4), or "GPIO4", or "BOARD7" by position.'
    )
    pull: Pull = Field(
        "down",
        title="Pull",
        description="The resistor inside the Pi; most sensors drive the pin alone.",
    )
    cool_down: float = Field(
        30,
        title="Cool-down",
        description="Seconds after an observation by motion in which further motion is ignored. Also a number in Home Assistant.",
        ge=0,
        le=3600,
    )
    armed: bool = Field(
        True,
        title="Armed",
        description="Whether motion triggers when the node starts. Also a switch in Home Assistant.",
    )

    @property
    def active_low(self) -> bool:
        """Whether the pin's level is low while something moves."""
        return self.pull == "up"


class TriggerSettings(Section):
    """What makes the node look. A command from Home Assistant always does."""

    burst: int = Field(
        5,
        title="Burst",
        description="Frames that are taken and voted over for one observation.",
        ge=1,
        le=30,
    )
    button: ButtonSettings | None = Field(
        None, title="Button", description="A push button on a GPIO pin."
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
            raise conflict("motion.pin", "is the pin of triggers.button; give each its own")
        return self


class PerceptionSettings(Section):
    """Which faces are judged."""

    detector_score: float = Field(
        0.5, title="Detector score", description="The least score of a face, 0..1.", ge=0.1, le=0.95
    )
    min_face_size: int = Field(
        48,
        title="Smallest face",
        description="Pixels, shorter side of the face's box; below it the answer is too_small.",
        ge=16,
        le=2000,
    )
    min_sharpness: float = Field(
        0.2,
        title="Least sharpness",
        description="0..1; below it the answer is too_blurred.",
        ge=0,
        le=1,
    )
    min_brightness: float = Field(
        0.1,
        title="Least brightness",
        description="0..1; below it the answer is too_dark.",
        ge=0,
        le=1,
    )
    max_faces: int = Field(
        10,
        title="Most faces",
        description="Faces judged in a frame, the largest first.",
        ge=1,
        le=50,
    )
    threads: int = Field(
        2, title="Threads", description="CPU threads of the neural networks.", ge=1, le=4
    )


class AttributeSettings(Section):
    """What is said of a face."""

    model: ModelName = Field(
        "attributes",
        title="Model",
        description="The name of a shipped model, or the path of a .tflite file with its JSON beside it.",
    )
    threshold_offset: float = Field(
        0.0,
        title="Threshold offset",
        description=(
            "Added to every attribute's threshold; above zero the node says less and errs less. Also a number in "
            "Home Assistant."
        ),
        ge=-0.4,
        le=0.4,
    )
    hysteresis: float = Field(
        0.05,
        title="Hysteresis",
        description="How far below its threshold the probability of an attribute must fall to end it; stops flapping.",
        ge=0,
        le=0.3,
    )
    enabled: tuple[AttributeName, ...] = Field(
        (),
        title="Enabled",
        description="Attributes whose entities are enabled in Home Assistant on top of the usual ones, such as Male.",
        strict=False,
    )
    disabled: tuple[AttributeName, ...] = Field(
        (),
        title="Disabled",
        description="Attributes whose entities start disabled in Home Assistant.",
        strict=False,
    )

    @model_validator(mode="after")
    def _not_both(self) -> AttributeSettings:
        both = sorted({*self.enabled} & {*self.disabled})
        if both:
            raise conflict(
                "disabled",
                "names {names}, which attributes.enabled names too",
                names=", ".join(both),
            )
        return self


class PrivacySettings(Section):
    """When the node does not look at all."""

    enabled: bool = Field(
        False,
        title="Enabled",
        description="Whether the node starts with the camera released. Also a switch in Home Assistant.",
    )
