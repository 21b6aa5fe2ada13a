"""Prints which file of a network a node uses, and what that and the float network answer to a face, as JSON.

Runs with LiteRT and with tflite-runtime.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np

from device.perception.analysers.attributes import AttributeClassifier
from device.updates.self_test import CROPS


def main() -> None:
    """Print it of the network whose path is the only argument."""
    network = Path(sys.argv[1])
    used, floats = AttributeClassifier.load_quickest(network), AttributeClassifier.load(network)
    keypoints = np.array(json.loads((CROPS / "portrait.json").read_bytes())["keypoints"])
    image = np.asarray(cv2.imread(str(CROPS / "portrait.png")), np.uint8)
    crop = used.crop(image, keypoints.astype(np.float32))
    found = {
        "file": used.network.path.stem,
        "used": np.concatenate([output.ravel() for output in used.outputs(crop)]).tolist(),
        "float": np.concatenate([output.ravel() for output in floats.outputs(crop)]).tolist(),
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
