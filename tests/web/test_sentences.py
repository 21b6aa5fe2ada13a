"""Whatever the node says to a reader of its page is there in each language, also what its code says in English."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from device.config.sections.node import LANGUAGES, Language
from device.entities.controls import CONTROLS
from device.entities.kinds import Category
from device.node.trials import (
    BROKER,
    CAMERA,
    LED,
    MODELS,
    NODE,
    PINS,
    STATE_DIRECTORY,
    UPDATES,
)
from device.observation import LeftOut, Source
from device.people.identity import Recognition
from device.perception.analysers.attributes import AttributeAnalyser
from device.perception.analysers.facial_hair import FacialHairAnalyser
from device.perception.analysers.recognition import RecognitionAnalyser
from device.web.words import sentences, words
from tests.web.node import PageNode
from tests.web.sentences import sentences as sentences_of_the_code

if TYPE_CHECKING:
    from tests.web.browser import Visit

Begin = Callable[..., "Visit"]

OTHERS: list[Language] = [language for language in LANGUAGES if language != "en"]

ANALYSERS = (AttributeAnalyser.name, FacialHairAnalyser.name, RecognitionAnalyser.name)

_EACH_BY_ITSELF = """async () => {
  const { translate } = await import("./code/node.js");
  const { sentences } = await (await fetch("words")).json();
  const fill = (text) => text.replace(/\\{(\\d+)\\}/g, "<$1>");
  return sentences.map(([english, local]) => [fill(english), fill(local), translate(fill(english))])
    .filter(([, wanted, got]) => wanted !== got);
}"""


@pytest.mark.parametrize("language", OTHERS)
def test_each_sentence_of_the_code_is_there_in_each_language(language: Language) -> None:
    """A new one is found by walking the code; one that is gone is found as well."""
    in_code, known = sentences_of_the_code(), dict(sentences(language))
    assert len(in_code) > 200
    missing = {text: place for text, place in in_code.items() if text not in known}
    assert missing == {}
    joints = {text for text in known if text not in in_code}
    assert joints == {
        "the request",
        "{1}, or null",
        "{1}, {2}",
        "{1}: {2}",
        "{1} on pin {2}",
        "button",
        "Visitor {1}",
        "motion",
        "led",
        "the network {1} {2}",
        "the picture",
        "picture",
        "visit",
        "user {1}",
        "no user name",
    }


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_that_varies_is_lost_or_made_up(language: Language) -> None:
    """Names, numbers and places are in each of them; in another order, where a language wants that."""
    for english, local in sentences(language):
        assert local.strip()
        given, said = (set(re.findall(r"{\d+}", text)) for text in (english, local))
        # A plural's ending is one of English.
        assert said <= given, english
        assert given == said or english.endswith(" reference{4}"), english


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_can_be_seen_or_be_wrong_has_a_word(language: Language) -> None:
    """Each trigger, part, stage and hint, also where the page puts its key together."""
    parts = (BROKER, CAMERA, PINS, LED, MODELS, STATE_DIRECTORY, UPDATES, NODE)
    stages = ("capture", "detect", "align", "decide", "total", *ANALYSERS)
    keys = {
        *(f"trigger_{source}" for source in Source),
        *(f"part_{part.replace(' ', '_')}" for part in parts),
        *(f"stage_{stage}" for stage in stages),
        *(f"hint_{reason}" for reason in LeftOut),
        *(f"hint_{result}" for result in Recognition if result is not Recognition.KNOWN),
        *(f"meaning_{row.key}" for row in CONTROLS if row.category is Category.CONFIG),
    }
    assert keys <= words(language).keys()


@pytest.mark.web
@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_taken_for_another_one(
    node: PageNode, visit: Begin, language: Language
) -> None:
    """Each, with whatever varies in it, is said by its own translation."""
    assert node.password
    tab = visit(locale=language).open("/login")
    tab.get_by_role("textbox").fill(node.password)
    tab.keyboard.press("Enter")
    tab.get_by_role("navigation").wait_for()
    assert tab.evaluate(_EACH_BY_ITSELF) == []


@pytest.mark.web
def test_what_came_of_something_is_said_in_the_reader_s_language(
    node: PageNode, visit: Begin
) -> None:
    """Faults of the parts, refusals and outcomes, also those that come by themselves."""
    tab = visit(locale="de-DE").open("/login")
    tab.get_by_label("Passwort").fill(node.password)
    tab.keyboard.press("Enter")
    tab.get_by_role("navigation").wait_for()
    tab.goto(f"{node.url}/#health")
    tab.get_by_text("bei 127.0.0.1:1 lauscht nichts").wait_for()
    tab.get_by_text("Taster an Pin 17").wait_for()
    node.command("privacy", "ON")
    tab.get_by_text("freigegeben, weil die Privatsphäre an ist").wait_for()
