"""`facet entities` on a terminal of 80 columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.cli.entities import print_entities
from device.discovery.reference import shipped_catalogue


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def _printed(capsys: pytest.CaptureFixture[str], config: Path | None, *, everything: bool) -> str:
    print_entities(config, everything=everything)
    return capsys.readouterr().out


def test_the_table_is_short_and_says_how_to_see_more(capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each entity, and one for all attributes."""
    printed = _printed(capsys, None, everything=False)
    lines = printed.splitlines()
    assert len(lines) < 70
    assert all(len(line) <= 80 for line in lines)
    assert "…" not in printed
    assert lines[-1].startswith("--all shows")
    (attributes,) = (line for line in lines if " 40 attributes" in line)
    assert " of 40 " in attributes


def test_everything_is_each_row_with_its_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    """Wrapped, and never cut off."""
    printed = _printed(capsys, None, everything=True)
    assert all(len(line) <= 80 for line in printed.splitlines())
    assert "…" not in printed
    # A wrapped cell goes on in the next line.
    cells = " ".join(line[42:].strip() for line in printed.splitlines())
    for row in shipped_catalogue():
        assert f"  {row.key} " in printed
        assert f"{row.name}: {row.meaning}" in cells


def test_a_long_id_does_not_hide_anything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It stands once above the entities that begin with it."""
    config = tmp_path / "facet.yaml"
    config.write_text(f"node: {{id: {'n' * 32}}}\nmqtt: {{host: b}}\n", encoding="utf-8")
    printed = _printed(capsys, config, everything=False)
    assert "…" not in printed
    assert f"binary_sensor.{'n' * 32}_*" in "".join(printed.split())
    assert all(len(line) <= 80 for line in printed.splitlines())
