"""The typed objects that flow through the node, from a trigger to the observation."""

from device.observation.face import Face, FaceJson
from device.observation.facts import (
    Attribute,
    AttributeJson,
    FaceAttributes,
    FaceAttributesJson,
    FacialHair,
    FacialHairDetailsJson,
    FacialHairJson,
    Fact,
    FactT,
    Told,
    ToldJson,
)
from device.observation.observation import (
    LeftOut,
    Observation,
    ObservationJson,
    Reason,
    UnjudgedFace,
)
from device.observation.picture import Box, Detection, Frame, Image, Keypoints
from device.observation.trigger import MotionLevel, Source, Trigger
from device.observation.values import Count, Keywords, Share, Time, iso_time, utc_now

__all__ = [
    "Attribute",
    "AttributeJson",
    "Box",
    "Count",
    "Detection",
    "Face",
    "FaceAttributes",
    "FaceAttributesJson",
    "FaceJson",
    "FacialHair",
    "FacialHairDetailsJson",
    "FacialHairJson",
    "Fact",
    "FactT",
    "Frame",
    "Image",
    "Keypoints",
    "Keywords",
    "LeftOut",
    "MotionLevel",
    "Observation",
    "ObservationJson",
    "Reason",
    "Share",
    "Source",
    "Time",
    "Told",
    "ToldJson",
    "Trigger",
    "UnjudgedFace",
    "iso_time",
    "utc_now",
]
