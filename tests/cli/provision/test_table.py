"""`facet provision --csv`: many nodes from one table, or none."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from device.cli.provision.table import cards
from device.config import load
from device.errors import ConfigError
from tests.cli.provision.test_card import provision


def _table(folder: Path, text: str) -> Path:
    path = folder / "nodes.csv"
    path.write_text(text, encoding="utf-8")
    return path


def _faults(folder: Path, text: str, **options: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        cards(_table(folder, text), options)
    return [str(fault).removeprefix(f"{folder}/") for fault in caught.value.faults]


def test_one_line_is_one_card(tmp_path: Path) -> None:
    """Two hundred of them, each with a different password."""
    lines = "".join(f"room-{number},Room {number},{number % 2 or ''}\n" for number in range(200))
    _table(tmp_path, "node,name,language\n" + lines.replace(",1\n", ",de\n"))
    result = provision(tmp_path, "--csv nodes.csv --host broker.lan")
    assert result.code == 0, result.shown
    folders = [path for path in (tmp_path / "cards").iterdir() if path.is_dir()]
    assert len(folders) == 200
    passwords = {
        yaml.safe_load((folder / "facet" / "secrets.yaml").read_text())["mqtt_password"]
        for folder in folders
    }
    assert len(passwords) == 200
    config = load(tmp_path / "cards" / "room-7" / "facet" / "facet.yaml")
    assert (config.node.name, config.node.language) == ("Room 7", "de")
    assert len((tmp_path / "cards" / "passwords.txt").read_text().splitlines()) == 200


def test_options_apply_where_a_line_has_no_value(tmp_path: Path) -> None:
    """An empty cell, or a column that is not there."""
    table = _table(tmp_path, "node,host,button\nhall,,17\ngarage,other.lan,\n")
    hall, garage = cards(table, {"host": "broker.lan", "button": "27"})
    assert (hall.host, hall.button) == ("broker.lan", 17)
    assert (garage.host, garage.button) == ("other.lan", 27)


def test_every_fault_has_its_line_and_column(tmp_path: Path) -> None:
    """All of them at once, and nothing is written."""
    text = "node,host,button,wifi\nhall,b,99,\nx y,b,17,Home\n\ncellar,,4,\n"
    faults = _faults(tmp_path, text)
    assert [fault.split(": ")[:2] for fault in faults] == [
        ["nodes.csv:2", "button"],
        ["nodes.csv:3", "node"],
        ["nodes.csv:5", "host"],
    ]
    assert provision(tmp_path, "--csv nodes.csv").code == 1
    assert not (tmp_path / "cards").exists()


def test_a_node_or_host_name_that_occurs_twice_is_rejected(tmp_path: Path) -> None:
    """Both lines are named."""
    faults = _faults(tmp_path, "node\nhall\ngarage\nhall\nGarage\n", host="b")
    assert [fault.split("; ")[0] for fault in faults] == [
        'nodes.csv:4: node: "hall" is already used in line 2',
        'nodes.csv:5: hostname: "garage" is already used in line 3',
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nodes.csv:1: is empty"),
        ("node,host\n", "no line below its header"),
        ("node,hots\nhall,b\n", "nodes.csv:1: hots: unknown column; did you mean host?"),
        ("node,node\nhall,b\n", "nodes.csv:1: node: is in the header more than once"),
        ("node,host\nhall,b,c\n", "nodes.csv:2: has 3 cells below 2 columns"),
        ('node,host\n"hall,b\n', "is not CSV"),
        ("node,password\nhall,x\n", "passwords do not belong in a table"),
        ("node,wifi-password\nhall,x\n", "wifi-password-file"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_fault(tmp_path: Path, text: str, words: str) -> None:
    """With its line, and the reason."""
    assert words in _faults(tmp_path, text)[0]


def test_spreadsheets_may_separate_by_semicolons(tmp_path: Path) -> None:
    """As they do in many countries, here with a byte order mark as well."""
    [hall] = cards(_table(tmp_path, "\ufeffnode;host;name\nhall;b;Hall, upstairs\n"), {})
    assert hall.name == "Hall, upstairs"


def test_paths_in_a_table_start_at_its_folder(tmp_path: Path) -> None:
    """Wherever the command runs."""
    [hall] = cards(_table(tmp_path, "node,host,password-file\nhall,b,secret/hall\n"), {})
    assert hall.password_file == tmp_path / "secret" / "hall"


def test_a_table_that_is_missing_is_named(tmp_path: Path) -> None:
    """Without a traceback."""
    result = provision(tmp_path, "--csv nowhere.csv --host b")
    assert result.code == 1
    assert "nowhere.csv: cannot be read: No such file" in result.shown
