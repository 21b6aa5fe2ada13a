"""Save each face of a picture, upright and in one size: save_faces.py PICTURE FOLDER."""

import sys
from pathlib import Path

import cv2

from device.camera import read_picture
from device.perception.alignment import align
from device.perception.detection import FaceDetector

picture, folder = map(Path, sys.argv[1:3])
folder.mkdir(parents=True, exist_ok=True)
image = read_picture(picture)
for number, face in enumerate(FaceDetector.load().detect(image), start=1):
    path = folder / f"{picture.stem}-{number}.png"
    path.write_bytes(cv2.imencode(".png", align(image, face.keypoints, side=128))[1].tobytes())
    print(f"{path}: {face.box.size:.0f} pixels in the picture, score {face.score:.2f}")
