"""What the node has of its machine: camera, networks, pins; in safe mode what takes their place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from device.camera import open_camera
from device.config import CameraSettings, Config, LedSettings, TriggerSettings
from device.entities.settings import Settings
from device.entities.vocabulary import Vocabulary
from device.gpio.led import StatusLed
from device.networks.card import ModelCard
from device.networks.recognition_card import read_recognition_card
from device.node.capture import OwnedCamera
from device.node.gallery_work import Examining, GalleryDone, GalleryWork, PeopleChanged
from device.node.known_people import KnownPeople
from device.node.observer import BurstCamera, Perceive, Reconsider
from device.node.recent_faces import MOST_OBSERVATIONS, RecentFaces
from device.node.recognising import RecognisingPerception
from device.node.safe_mode import (
    known_vocabulary,
    no_camera,
    perceive_nothing,
    reconsider_nothing,
)
from device.node.shared_topic import PersonToShare
from device.node.sharing import PeopleSharing
from device.node.timing import Timing
from device.node.visitor_log import VisitorLog, forget_visitors, open_gallery
from device.observation import Face, Frame
from device.people.reader import PEOPLE
from device.people.sealing import SealingKey
from device.perception import open_perception
from device.perception.analysers.recognition import limits_of
from device.perception.examination import candidates_of, open_examiner
from device.perception.pipeline import Judgement, Perceived
from device.triggers import PinReport, Triggers


class NodeCamera(OwnedCamera, BurstCamera, Protocol):
    """What of the camera the node uses; see camera.Camera."""


class NodePerception(Protocol):
    """What of perception the node uses; see pipeline.Perception."""

    @property
    def card(self) -> ModelCard:
        """What the attribute network's numbers mean."""

    def perceive(
        self,
        frames: Sequence[Frame],
        judgement: Judgement,
        previous: Sequence[Face],
        should_stop: Callable[[], bool],
    ) -> Perceived:
        """Return what a burst shows."""

    def reconsider(self, seen: Perceived, judgement: Judgement) -> Perceived:
        """Return what a burst would have shown with another judgement."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """How to open what the machine has; tests hand in others."""

    camera: Callable[[CameraSettings], NodeCamera] = open_camera
    perception: Callable[..., NodePerception] = open_perception
    examiner: Callable[..., Examining] = open_examiner
    triggers: Callable[[TriggerSettings, Callable[[PinReport], None]], Triggers] = Triggers
    led: Callable[[LedSettings | None], StatusLed] = StatusLed


REAL = Hardware()


@dataclass(frozen=True, slots=True)
class People:
    """What a node has that recognises people.

    Attributes:
        known: who is known.
        examiner: looks at the pictures of whoever is enrolled.
        sharing: with other nodes; None for a node that shares nobody.
        recent: what was measured of whoever came lately.
    """

    known: KnownPeople
    examiner: Examining
    sharing: PeopleSharing | None
    recent: RecentFaces


@dataclass(frozen=True, slots=True)
class Senses:
    """What may fail on a machine, or hang.

    Attributes:
        camera: not open yet.
        perceive: see pipeline.Perception.perceive.
        reconsider: see pipeline.Perception.reconsider.
        triggers: button and motion sensor.
        vocabulary: the words in which the attribute network answers.
        model: its name and version.
        end_visit: drops what perception remembers of people.
        glance: as perceive, and remembers nothing.
        people: None for a node that recognises nobody.
    """

    camera: NodeCamera
    perceive: Perceive
    reconsider: Reconsider
    triggers: Triggers
    vocabulary: Vocabulary
    model: str
    glance: Perceive
    end_visit: Callable[[], None] = lambda: None
    people: People | None = None

    @property
    def fault(self) -> str | None:
        """Why nobody is recognised, or somebody is not shared, for the owner; None when nothing is wrong."""
        if self.people is None:
            return None
        return self.people.known.fault or (self.sharing.fault if self.sharing else None)

    @property
    def sharing(self) -> PeopleSharing | None:
        """What shares people with other nodes; None for a node that shares nobody."""
        return None if self.people is None else self.people.sharing

    def remember(self, event_id: str, seen: Perceived) -> None:
        """Keep for a while what was measured of whoever an observation shows, if people are recognised at all."""
        if self.people is not None and seen.people:
            self.people.recent.add(event_id, candidates_of(seen.people[0]))

    def forget(self) -> None:
        """Drop what is remembered of people, for privacy."""
        self.end_visit()
        if self.people is not None:
            self.people.recent.forget()

    def arm(self, settings: Settings) -> None:
        """Take other settings of the motion sensor."""
        self.triggers.is_motion_armed = settings.motion_trigger
        self.triggers.motion_cool_down = settings.motion_cool_down

    def gallery_work(
        self,
        put: Callable[[PeopleChanged | GalleryDone], None],
        clock: Callable[[], float],
        timing: Timing,
    ) -> GalleryWork | None:
        """Return what enrols, renames and forgets people; None for a node that recognises nobody.

        Args:
            put: takes what has changed; the inbox's.
            clock: monotonic, in seconds.
            timing: how long to wait between two pictures.
        """
        if self.people is None:
            return None
        return GalleryWork(
            self.people.known,
            self.camera,
            self.people.examiner,
            put,
            clock=clock,
            pause=timing.enrolment_pause,
            sharing=self.sharing,
            recent=self.people.recent,
        )


def open_senses(
    config: Config,
    put: Callable[[PinReport | PersonToShare], None],
    stack: ExitStack,
    hardware: Hardware,
    clock: Callable[[], float],
) -> Senses:
    """Load the networks and claim the pins.

    Args:
        config: the node's.
        put: takes what the pins report, and who is shared; the inbox's.
        stack: gives the pins back.
        hardware: opens camera, networks and pins.
        clock: monotonic, in seconds.

    Raises:
        ModelError: a network cannot be loaded.
    """
    people = config.people
    known = _known_people(config) if people.enabled else None
    if known is None:
        forget_visitors(_gallery(config))
    perception = hardware.perception(
        config.perception,
        config.attributes.model,
        facial_hair=config.facial_hair.enabled,
        gallery=None if known is None else lambda: known.gallery,
        min_score=people.min_score,
    )
    card = perception.card
    senses = Senses(
        hardware.camera(config.camera),
        perception.perceive,
        perception.reconsider,
        stack.enter_context(hardware.triggers(config.triggers, put)),
        Vocabulary.of(card),
        f"{card.name} {card.version}",
        perception.perceive,
    )
    if known is None:
        return senses
    recognising = RecognisingPerception(senses.perceive, senses.reconsider, known)
    return replace(
        senses,
        perceive=recognising.perceive,
        glance=recognising.glance,
        reconsider=recognising.reconsider,
        end_visit=recognising.forget,
        people=_people(config, known, hardware.examiner(perception, config.perception), put, clock),
    )


def _people(
    config: Config,
    known: KnownPeople,
    examiner: Examining,
    put: Callable[[PersonToShare], None],
    clock: Callable[[], float],
) -> People:
    recent = RecentFaces(clock, MOST_OBSERVATIONS if config.page.enabled else 0)
    if config.people.share_key is None:
        return People(known, examiner, None, recent)
    key = SealingKey.derive(config.people.share_key.get_secret_value(), config.mqtt.base_topic)
    sharing = PeopleSharing(key, known, lambda: examiner.limits, put, clock)
    return People(known, examiner, sharing, recent)


def _known_people(config: Config) -> KnownPeople:
    path, card = _gallery(config), read_recognition_card()
    limits = limits_of(card, config.people.min_score)
    log = VisitorLog(config.people.visitors_days, limits)
    return KnownPeople(lambda: open_gallery(path, card.sha256), log)


def _gallery(config: Config) -> Path:
    return config.node.effective_state_directory / PEOPLE


def safe_senses(config: Config, put: Callable[[PinReport], None], stack: ExitStack) -> Senses:
    """Return what does nothing: for safe mode, in which any of the real ones may be what ends the node."""
    no_pins = config.triggers.model_copy(update={"button": None, "motion": None})
    return Senses(
        no_camera(config.camera),
        perceive_nothing,
        reconsider_nothing,
        stack.enter_context(Triggers(no_pins, put)),
        known_vocabulary(config.attributes),
        "none, in safe mode",
        perceive_nothing,
    )
