"""Report what a picture shows: classify_picture.py PICTURE."""

import sys
from pathlib import Path

from device.camera import read_picture
from device.entities.attributes import attribute_name
from device.entities.table import offered
from device.observation import Frame
from device.perception import open_perception

perception = open_perception()
shown = offered(perception.card.names, perception.card.unreliable)
seen = perception.perceive([Frame(read_picture(Path(sys.argv[1])))])
print(seen.face_count, "faces,", len(seen.faces), "judged", seen.reason or "")
for face in seen.faces:
    found = {name for name, answer in face.attributes.items() if answer.present}
    print(
        f"hair {face.hair_color}, facial hair {face.facial_hair}:",
        *(attribute_name(n) for n in shown if n in found),
    )
