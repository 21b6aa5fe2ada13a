"""Find out something else about each face, here its contrast: second_analyser.py PICTURE."""

import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from device.camera import read_picture
from device.observation import Frame
from device.perception import Judgement, open_perception
from device.perception.aligned_face import AlignedFace, View
from device.perception.analysers.analyser import Weighted


class Contrast(float):
    def to_json(self) -> dict[str, float]:
        return {"contrast": round(self, 1)}


class ContrastAnalyser:
    name = "contrast"

    def measure(self, face: AlignedFace) -> float:
        return float(face.crop(View(side=64)).std())

    def decide(
        self, evidence: Sequence[Weighted[float]], before: Contrast | None, judgement: Judgement
    ) -> Contrast:
        return Contrast(fmean((e.evidence for e in evidence), (e.weight for e in evidence)))


perception = open_perception(analysers=[ContrastAnalyser()])
for face in perception.perceive([Frame(read_picture(Path(sys.argv[1])))]).faces:
    print(face.to_json())
