"""`facet people enrol`, `test` and `calibrate`, with real pictures and networks."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import pytest
import skimage.data
import yaml
from typer.testing import CliRunner, Result

from device.cli.app import app
from device.cli.people.enrol import enrol_pictures
from device.errors import ConfigError, EnrolmentError, PersonNameError, UnsafeScoreError


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """A node's file; its camera is a picture that is not there."""
    path = tmp_path / "facet.yaml"
    document = {
        "mqtt": {"host": "127.0.0.1"},
        "node": {"state_directory": str(tmp_path / "state")},
        "camera": {"source": str(tmp_path / "camera.png")},
    }
    path.write_text(yaml.safe_dump(document))
    return path


@pytest.fixture
def portrait(tmp_path: Path) -> Path:
    """A NASA portrait in the public domain."""
    path = tmp_path / "portrait.png"
    cv2.imwrite(str(path), skimage.data.astronaut()[..., ::-1])
    return path


@pytest.fixture
def cup(tmp_path: Path) -> Path:
    """A picture without a face."""
    path = tmp_path / "cup.png"
    cv2.imwrite(str(path), skimage.data.coffee()[..., ::-1])
    return path


def people(configuration: Path, *arguments: object) -> Result:
    """Run `facet people`."""
    return CliRunner().invoke(app, ["people", *map(str, arguments), "-c", str(configuration)])


def test_a_portrait_enrols_a_person_who_is_then_recognised(
    configuration: Path, portrait: Path
) -> None:
    """From no gallery at all to a name."""
    enrolled = people(configuration, "enrol", "Ada", portrait)
    assert enrolled.exit_code == 0, enrolled.output
    assert "Ada is enrolled with 1 reference" in enrolled.output
    tested = people(configuration, "test", portrait, "--json")
    (found,) = json.loads(tested.stdout)["people"]
    assert (found["result"], found["name"]) == ("known", "Ada")


def test_a_gallery_has_its_owners_mode(configuration: Path, portrait: Path) -> None:
    """Nobody else on the machine reads it."""
    people(configuration, "enrol", "Ada", portrait)
    state = configuration.parent / "state"
    assert state.stat().st_mode & 0o777 == 0o700
    assert (state / "people.db").stat().st_mode & 0o777 == 0o600


def test_each_picture_that_is_not_taken_says_why(
    configuration: Path, portrait: Path, cup: Path
) -> None:
    """The others are taken all the same."""
    enrolled = people(configuration, "enrol", "Ada", portrait, cup, portrait, "--json")
    document = json.loads(enrolled.stdout)
    assert enrolled.exit_code == 0
    assert document["references"] == 1
    assert [each["reason"] for each in document["pictures"]] == [None, "no_face", "duplicate"]


def test_nobody_is_enrolled_without_a_usable_picture(configuration: Path, cup: Path) -> None:
    """The exit code says it, and the gallery is as it was."""
    failed = people(configuration, "enrol", "Ada", cup)
    assert failed.exit_code == 1
    assert "Ada is not enrolled" in failed.output
    assert json.loads(people(configuration, "list", "--json").stdout)["people"] == []


def test_one_face_does_not_get_two_names(configuration: Path, portrait: Path) -> None:
    """Whoever it belongs to is named."""
    people(configuration, "enrol", "Ada", portrait)
    refused = people(configuration, "enrol", "Ben", portrait, "--json")
    assert refused.exit_code == 1
    (picture,) = json.loads(refused.stdout)["pictures"]
    assert picture["reason"] == "somebody_else"
    assert "Ada" in picture["explanation"]


@pytest.mark.parametrize("name", ["", " ", "x" * 41, "Ada\x07"])
def test_a_name_that_nobody_can_have_is_refused(
    configuration: Path, portrait: Path, name: str
) -> None:
    """Before any picture is looked at."""
    assert isinstance(people(configuration, "enrol", name, portrait).exception, PersonNameError)


def test_a_camera_without_a_picture_says_what_to_do(configuration: Path) -> None:
    """While the node runs it has the camera."""
    failed = people(configuration, "enrol", "Ada", "--camera")
    assert isinstance(failed.exception, EnrolmentError)
    assert "enrol from pictures" in str(failed.exception)


def test_a_person_is_enrolled_with_the_nodes_camera(configuration: Path, portrait: Path) -> None:
    """Of eight pictures that are all the same, one is taken."""
    portrait.rename(configuration.parent / "camera.png")
    enrolled = enrol_pictures(configuration, "Ada", [], is_from_camera=True, sleep=lambda _: None)
    assert len(enrolled.sources) == 8
    assert len(enrolled.enrolment.references) == 1


def test_something_to_enrol_from_is_needed(configuration: Path) -> None:
    """A usage error."""
    assert people(configuration, "enrol", "Ada").exit_code == 2


def test_calibrate_recommends_and_refuses(configuration: Path, portrait: Path) -> None:
    """What belongs to the network is safe for one person; a low score is not."""
    people(configuration, "enrol", "Ada", portrait)
    shown = people(configuration, "calibrate")
    assert "recommended: 0.62" in shown.output
    refused = people(configuration, "calibrate", "--score", "0.3")
    assert isinstance(refused.exception, UnsafeScoreError)


def test_a_configuration_with_an_unsafe_score_is_refused(configuration: Path) -> None:
    """With what is allowed."""
    with configuration.open("a") as file:
        file.write("people: {enabled: true, min_score: 0.2}\n")
    failed = people(configuration, "list")
    assert isinstance(failed.exception, ConfigError)
    assert "0.4 to 0.9" in str(failed.exception)
