"""A failure shows what the programs of its test wrote last."""

from __future__ import annotations

from pathlib import Path

from tests.logs import ends_of_logs


def test_the_end_of_each_log_is_shown_and_nothing_else(tmp_path: Path) -> None:
    """Also of programs with a folder of their own, such as the broker."""
    (tmp_path / "facet.log").write_text("first\n" * 10_000 + "last\n")
    (tmp_path / "facet.yaml").write_text("mqtt:\n")
    (tmp_path / "broker").mkdir()
    (tmp_path / "broker" / "log").write_text("mosquitto runs\n")
    shown = dict(ends_of_logs(tmp_path))
    assert sorted(shown) == ["the end of broker/log", "the end of facet.log"]
    assert shown["the end of broker/log"] == "mosquitto runs\n"
    assert shown["the end of facet.log"].endswith("first\nlast\n")
    assert len(shown["the end of facet.log"]) < 10_000
