"""Pieces of `facet.yaml` in the pages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from device.config import Config, load
from device.system.share_key import new_share_key
from tests.documentation.pages import PAGES, blocks, name


def _is_piece(text: str) -> bool:
    """Tell a piece of `facet.yaml` from an automation, and from an inventory of Ansible's."""
    keys = re.findall(r"^(\w+):", text, re.MULTILINE)
    return bool(keys) and set(keys) <= set(Config.model_fields)


_PIECES = [
    pytest.param(text, id=f"{name(page)}-{number}")
    for page in PAGES
    for number, text in enumerate(filter(_is_piece, blocks(page, "yaml")))
]


@pytest.mark.parametrize("piece", _PIECES)
def test_the_node_takes_what_a_page_shows(piece: str, tmp_path: Path) -> None:
    """As it stands there, with a broker where it names none."""
    secrets = tmp_path / "secrets.yaml"
    secrets.touch(0o600)
    secrets.write_text(
        yaml.safe_dump({"mqtt_password": "hush", "people_key": new_share_key()}), encoding="utf-8"
    )
    (tmp_path / "facet.yaml").write_text(
        piece if re.search("^mqtt:", piece, re.MULTILINE) else f"{piece}\nmqtt: {{host: broker}}\n",
        encoding="utf-8",
    )
    load(tmp_path / "facet.yaml")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_each_block_of_yaml_and_json_can_be_read(page: Path) -> None:
    """Automations and cards too, which Home Assistant reads."""
    for text in blocks(page, "yaml"):
        yaml.compose(text)
    for text in blocks(page, "json"):
        for line in [text] if "\n{" not in text else text.splitlines():
            json.loads(line)
