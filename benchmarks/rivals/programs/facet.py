"""Facet, as the node and `facet classify` use it; the argument names the attribute network."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from benchmarks.rivals.programs.serving import Seen, serve
from device.config import PerceptionSettings
from device.observation import Attribute, Box, Frame
from device.perception import Perceived, open_perception


def main() -> None:
    """Serve."""
    perception = open_perception(PerceptionSettings(), sys.argv[1])
    serve(lambda picture: seen(perception.perceive([Frame(picture)])), is_bgr=True)


def seen(what: Perceived) -> list[Seen]:
    """Return all faces, also those that are too small or too blurred for a judgement."""
    judged = [Seen(corners(face.box), says(face.attributes)) for face in what.faces]
    return [*judged, *(Seen(corners(face.box)) for face in what.unjudged)]


def corners(box: Box) -> tuple[float, float, float, float]:
    """Return a box as the protocol has it."""
    return box.x, box.y, box.width, box.height


def says(attributes: Mapping[str, Attribute]) -> dict[str, bool]:
    """Return what is present."""
    return {name: attribute.present for name, attribute in attributes.items()}


if __name__ == "__main__":
    main()
