"""Every script in examples/, run as its users run it; test_over_mqtt.py has those that need a broker.

The name of each test begins with that of its script.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.broker.mosquitto import PATIENCE, wait_for
from tests.camera.server import camera_server, url_on
from tests.examples.scripts import ENDING, ROOT, Running, output_of, run, running

SCRIPTS = sorted((ROOT / "examples").glob("*.py"))
MOST_LINES = 15
FEWEST_LINES = 5


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_each_example_is_short_tested_and_listed(script: Path) -> None:
    """5 to 15 lines of code under a docstring with its usage, a test with its name, a line in the table."""
    text = script.read_text()
    docstring, *statements = ast.parse(text).body
    code = [node for node in statements if not isinstance(node, ast.Import | ast.ImportFrom)]
    lines = {
        line
        for node in code
        for line in range(node.lineno - len(getattr(node, "decorator_list", ())), _end(node) + 1)
        if (stripped := text.splitlines()[line - 1].strip()) and not stripped.startswith("#")
    }
    assert FEWEST_LINES <= len(lines) <= MOST_LINES
    usage = text.splitlines()[0]
    assert isinstance(docstring, ast.Expr)
    assert re.search(rf": {script.name} [A-Z_ ]+", usage), usage
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert f"\ndef test_{script.stem}_" in tests
    assert f"| [{script.name}]({script.name}) " in (ROOT / "examples/README.md").read_text()


def _end(node: ast.stmt) -> int:
    assert node.end_lineno is not None
    return node.end_lineno


def test_there_are_ten_examples() -> None:
    """As the documentation says in several places."""
    assert len(SCRIPTS) == 10


def test_the_examples_in_the_documentation_are_true() -> None:
    """Whatever docs/architecture.md shows of an analyser and of a sink is in a script, word for word."""
    document = (ROOT / "docs/architecture.md").read_text()
    shown = [
        block
        for block in re.findall(r"```python\n(.*?)```", document, re.DOTALL)
        if block.startswith("class ")
    ]
    assert len(shown) == 2
    scripts = [script.read_text() for script in SCRIPTS]
    assert [block for block in shown if not any(block in script for script in scripts)] == []


def test_classify_picture_reports_what_the_face_shows(portrait: Path) -> None:
    """The portrait smiles; matters of opinion, as Attractive, are left out."""
    counted, face = output_of("classify_picture", portrait).splitlines()
    assert counted.strip() == "1 faces, 1 judged"
    assert face.startswith("hair brown, facial hair none: ")
    assert "Smiling" in face
    assert "Attractive" not in face


def test_camera_burst_takes_five_frames_from_a_url() -> None:
    """Each line is a frame."""
    with camera_server() as server:
        lines = output_of("camera_burst", url_on(server, "/moving")).splitlines()
    assert len(lines) == 5
    assert all(re.fullmatch(r"\d\d:\d\d:\d\d\.\d{6} 64x48", line) for line in lines), lines
    assert lines == sorted(lines)


def test_camera_burst_takes_a_still_once_from_a_folder(portrait: Path) -> None:
    """A second frame of the same picture would show nothing new."""
    (line,) = output_of("camera_burst", portrait.parent).splitlines()
    assert line.endswith(" 640x480")


def test_camera_burst_ends_with_what_is_wrong_with_the_camera(tmp_path: Path) -> None:
    """The error names the file, and there is no traceback."""
    ended = run("camera_burst", tmp_path / "absent.png")
    assert ended.returncode == 1
    assert "absent.png cannot be read" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_save_faces_writes_one_aligned_crop_per_face(portrait: Path, tmp_path: Path) -> None:
    """128 pixels on each side; it shows the face, not something else of the picture."""
    (line,) = output_of("save_faces", portrait, tmp_path / "faces").splitlines()
    path = tmp_path / "faces" / "portrait-1.png"
    assert re.fullmatch(
        rf"{re.escape(str(path))}: 1[23]\d pixels in the picture, score 0\.9\d", line
    )
    crop = cv2.imread(str(path))
    assert crop is not None
    assert crop.shape == (128, 128, 3)
    # The eyes of the canonical crop are level: skin between them, not the dark background.
    blue, _, red = np.asarray(crop[70:90, 54:74]).mean(axis=(0, 1))
    assert red > blue + 20


def test_second_analyser_adds_its_fact_to_the_shipped_ones(portrait: Path) -> None:
    """In the JSON of the face, beside the attributes."""
    (line,) = output_of("second_analyser", portrait).splitlines()
    face = ast.literal_eval(line)
    assert face["attributes"]["Smiling"]["present"]
    assert 20 < face["contrast"] < 128


def test_check_configuration_lists_the_entities_of_a_node(config: Path) -> None:
    """Entity id and name, one per line."""
    lines = output_of("check_configuration", config).splitlines()
    assert "binary_sensor.hall_eyeglasses\tEyeglasses" in lines
    assert "switch.hall_privacy\tPrivacy" in lines
    assert not any("hall_motion" in line for line in lines)


def test_check_configuration_lists_every_fault(config: Path) -> None:
    """With its line; the exit status is 1."""
    config.write_text("mqtt: {host: broker, prot: 1}\ncamera:\n  width: wide\n")
    ended = run("check_configuration", config)
    assert ended.returncode == 1
    first, second = ended.stdout.splitlines()
    assert first.startswith("line 1: mqtt.prot ")
    assert second.startswith("line 3: camera.width ")


def test_own_trigger_answers_each_line_until_the_input_ends(config: Path, tmp_path: Path) -> None:
    """The log has one answer per line; the broker that is missing does not matter."""
    with running(tmp_path, "own_trigger", config) as script:
        assert script.process.stdin is not None
        for count in (1, 2):
            script.process.stdin.write(b"\n")
            script.process.stdin.flush()
            wait_for(lambda: _answers(script) == count, "an answer", ENDING)  # noqa: B023 - called at once
        script.process.stdin.close()
        assert script.process.wait(PATIENCE) == 0


def _answers(script: Running) -> int:
    return sum("keyboard: 1 of 1 faces judged" in line for line in script.lines)


def test_without_home_assistant_prints_its_one_answer(portrait: Path, tmp_path: Path) -> None:
    """The sink has it at once, and on the disk it waits for the broker that is missing."""
    ended = run("without_home_assistant", portrait, tmp_path / "state")
    assert ended.returncode == 0, ended.stderr
    observation = json.loads(ended.stdout)
    assert observation["trigger"] == "keyboard"
    assert observation["faces"][0]["attributes"]["Smiling"]["present"]
    assert "settings: " in ended.stderr
    outbox = (tmp_path / "state" / "outbox.sqlite").read_bytes()
    assert observation["event_id"].encode() in outbox
