"""What people read where automations read a state, in English; the other languages are in languages/.

Home Assistant shows the state of an MQTT entity as it is. A dashboard can show the attribute with the words instead.
"""

from __future__ import annotations

from collections.abc import Mapping

from device.entities.outcome import EventType
from device.errors import CameraTrouble
from device.observation import LeftOut, Reason

NO_TROUBLE = "none"
"""The state of a camera with which nothing is wrong."""

LAST_RESULT: Mapping[str, str] = {
    EventType.FACE: "Face seen",
    Reason.NO_FACE: "No face",
    Reason.TOO_SMALL: "Face too small",
    Reason.TOO_BLURRED: "Face too blurred",
    Reason.TOO_DARK: "Face too dark",
    Reason.CAMERA_UNAVAILABLE: "Camera unavailable",
    Reason.PRIVACY: "Privacy is on",
    Reason.FAILED: "Failed because of an error",
}

LEFT_OUT: Mapping[LeftOut, str] = {
    LeftOut.TOO_SMALL: "too small",
    LeftOut.TOO_BLURRED: "too blurred",
    LeftOut.TOO_DARK: "too dark",
    LeftOut.TOO_MANY: "too many",
}
"""Why a face is not judged, after the number of such faces or beside one."""

CAMERA_FAULT: Mapping[str, str] = {
    NO_TROUBLE: "No fault",
    CameraTrouble.NOT_FOUND: "Camera not found",
    CameraTrouble.NO_PERMISSION: "No permission to use the camera",
    CameraTrouble.MISCONFIGURED: "Camera set up incorrectly",
    CameraTrouble.DOES_NOT_OPEN: "Camera does not open",
    CameraTrouble.NO_CONNECTION: "No connection to the camera",
    CameraTrouble.NO_PICTURE: "Camera gives no picture",
    CameraTrouble.UNREADABLE: "Picture cannot be read",
    CameraTrouble.FROZEN: "Picture is frozen",
    CameraTrouble.BLACK: "Picture is black",
    CameraTrouble.FAILED: "Camera failed",
    CameraTrouble.SAFE_MODE: "Camera off in safe mode",
}

# Of the networks that ship; another network's values are shown as they are.
HAIR_COLOR: Mapping[str, str] = {
    "black": "Black",
    "blond": "Blond",
    "brown": "Brown",
    "gray": "Gray",
    "bald": "Bald",
}

FACIAL_HAIR: Mapping[str, str] = {
    "none": "None",
    "stubble": "Stubble",
    "mustache": "Mustache",
    "goatee": "Goatee",
    "beard": "Beard",
}

FACIAL_HAIR_LENGTH: Mapping[str, str] = {
    "none": "None",
    "stubble": "Stubble",
    "short": "Short",
    "medium": "Medium",
    "long": "Long",
}
