"""How the project that Facet grew out of does it: a Haar cascade, and Keras' `predict` for each face it finds.

Its weights are not to be had, so they are random: what an answer costs is measured, not what it says.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import keras
import numpy as np

from benchmarks.rivals.programs.serving import Picture, Seen, serve

_CASCADE = Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_default.xml"
_SIDE = 224
_HIDDEN, _ATTRIBUTES = 256, 40
# As OpenCV's tutorials have it; a finer scale finds a little more and takes up to three times as long.
_SCALE, _NEIGHBOURS = 1.3, 5


def _network() -> keras.Model:
    """Return MobileNetV2 with two dense layers, 40 probabilities at its end."""
    body = keras.applications.MobileNetV2(
        (_SIDE, _SIDE, 3), include_top=False, weights=None, pooling="avg"
    )
    hidden = keras.layers.Dense(_HIDDEN, activation="relu")(body.output)
    return keras.Model(body.input, keras.layers.Dense(_ATTRIBUTES, activation="sigmoid")(hidden))


def main() -> None:
    """Serve."""
    cascade = cv2.CascadeClassifier(str(_CASCADE))
    network = _network()

    def look(picture: Picture) -> list[Seen]:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        faces = []
        for box in cascade.detectMultiScale(grey, _SCALE, _NEIGHBOURS):
            x, y, width, height = map(int, box)
            face = cv2.resize(picture[y : y + height, x : x + width, ::-1], (_SIDE, _SIDE))
            network.predict(face[None].astype(np.float32) / 255, verbose=0)
            faces.append(Seen((x, y, width, height)))
        return faces

    serve(look, is_bgr=True)


if __name__ == "__main__":
    main()
