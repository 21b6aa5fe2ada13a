"""face_recognition, which is dlib: its faces and their embeddings; it has no word for what a face shows."""

from __future__ import annotations

import face_recognition

from benchmarks.rivals.programs.serving import Picture, Seen, serve


def _look(picture: Picture) -> list[Seen]:
    places = face_recognition.face_locations(picture)
    face_recognition.face_encodings(picture, places)
    return [Seen((left, top, right - left, bottom - top)) for top, right, bottom, left in places]


if __name__ == "__main__":
    serve(_look, is_bgr=False)
