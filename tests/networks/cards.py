"""A small card, for tests of what is decided with one."""

from __future__ import annotations

from device.networks.card import ModelCard
from device.networks.facial_hair import FacialHairMeaning

NAMES = [
    "Eyeglasses",
    "Black_Hair",
    "Brown_Hair",
    "Gray_Hair",
    "Bald",
    "No_Beard",
    "Stubble",
    "Goatee",
    "Mustache",
    "Sideburns",
]


def make_card(threshold: float = 0.5) -> ModelCard:
    """Return a small card whose labels all have one threshold."""
    balanced = {"value": threshold, "precision": 0.8, "recall": 0.8}
    precise = {"value": 0.9, "precision": 0.96, "recall": 0.4}
    labels = [
        {"name": n, "scales": [1], "bias": 0, "balanced": balanced, "precise": precise}
        for n in NAMES
    ]
    return ModelCard.model_validate(
        {
            "format": 2,
            "name": "small",
            "version": "1",
            "sha256": "0" * 64,
            "input": {"side": 128, "mean": 127.5, "scale": 127.5, "margin": 1.0},
            "flip_average": False,
            "promised_precision": 0.95,
            "labels": labels,
            "groups": {
                "hair_color": {
                    "Black_Hair": "black",
                    "Brown_Hair": "brown",
                    "Gray_Hair": "gray",
                    "Bald": "bald",
                },
                "no_facial_hair": "No_Beard",
                "facial_hair": {"Stubble": "stubble", "Goatee": "goatee", "Mustache": "mustache"},
                "other_facial_hair": ["Sideburns"],
                "compatible": [["Bald", "Gray_Hair"], ["Stubble", "No_Beard"]],
            },
            "provenance": {},
        }
    )


def make_facial_hair(threshold: float = 0.5, precise: float | None = 0.9) -> FacialHairMeaning:
    """Return the meaning of a second output, whose answers all have the same thresholds."""

    def kept(value: float | None) -> dict[str, float] | None:
        return None if value is None else {"value": value, "precision": 0.8, "recall": 0.8}

    def question(*answers: str) -> dict[str, object]:
        both = {"bias": 0, "balanced": kept(threshold), "precise": kept(precise)}
        return {"scale": 1, "answers": [{"name": name, **both} for name in answers]}

    grown = {"length": ["short", "medium", "long"], "mustache": ["none", "present"]}
    return FacialHairMeaning.model_validate(
        {
            "promised_precision": {"balanced": 0.8, "precise": 0.95},
            "style": question("none", "stubble", "mustache", "goatee", "beard"),
            "length": question("none", "stubble", "short", "medium", "long"),
            "mustache": question("none", "present"),
            "sideburns": question("none", "present"),
            "implied": {
                "none": {"length": ["none"], "mustache": ["none"]},
                "stubble": {"length": ["stubble"], "mustache": ["none", "present"]},
                "mustache": {"length": ["none"], "mustache": ["present"]},
                "goatee": grown,
                "beard": grown,
            },
            "provenance": {},
        }
    )
