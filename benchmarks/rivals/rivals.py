"""Who is measured: one row each."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.rivals.environments import Environment, Node, Own, Python

WORDS = ("Male", "Eyeglasses", "Wearing_Hat", "Smiling", "No_Beard")
"""What at least one of them says of a face and somebody has labelled, by CelebA's names."""


@dataclass(frozen=True, slots=True)
class Rival:
    """Something that finds faces.

    Attributes:
        key: names it on the command line and in the JSON.
        title: names it in the tables.
        environment: where it runs.
        program: in benchmarks/rivals/programs, without its ending.
        arguments: of the program.
        words: which of WORDS it has an answer to.
        detector: whose faces it finds; rivals with the same detector have one vote about where faces are.
        gives_attributes: whether it says anything about a face.
        is_facet: whether the others are compared with it.
        is_original: whether it is how the project that Facet grew out of does it.
    """

    key: str
    title: str
    environment: Environment
    program: str
    arguments: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    detector: str = ""
    gives_attributes: bool = True
    is_facet: bool = False
    is_original: bool = False


RIVALS = (
    Rival(
        "attributes",
        "Facet, `attributes`",
        Own(),
        "facet",
        ("attributes",),
        words=WORDS,
        detector="facet",
        is_facet=True,
    ),
    Rival(
        "attributes-lite",
        "Facet, `attributes-lite`",
        Own(),
        "facet",
        ("attributes-lite",),
        words=WORDS,
        detector="facet",
        is_facet=True,
    ),
    Rival(
        "original",
        "Haar cascade + Keras",
        Python("original"),
        "original",
        detector="haar",
        is_original=True,
    ),
    Rival(
        "human",
        "Human on Node",
        Node("human"),
        "human",
        words=("Male", "Smiling"),
        detector="human",
    ),
    Rival(
        "mediapipe",
        "MediaPipe + `attributes`",
        Python("mediapipe"),
        "mediapipe",
        words=WORDS,
        detector="mediapipe",
    ),
    Rival(
        "dlib",
        "face_recognition (dlib)",
        Python("dlib"),
        "dlib",
        detector="dlib",
        gives_attributes=False,
    ),
)
