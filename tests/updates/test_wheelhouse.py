"""A folder of packages for another system than this one: what pip is asked for."""

from __future__ import annotations

import pytest

from device.errors import UpdateError
from device.updates.release.lock import SYSTEMS, System, read_lock
from device.updates.release.wheelhouse import find_system, requirements
from tests.updates.conftest import LOCK


def test_the_systems_of_the_manual_are_found() -> None:
    """A Pi with Trixie, by its Python and its processor."""
    assert find_system("3.13", "aarch64") == System((3, 13), "aarch64")


def test_a_system_that_install_sh_refuses_is_an_error_with_the_ones_that_it_accepts() -> None:
    """32-bit Trixie, for which there is no TFLite."""
    with pytest.raises(UpdateError, match=r"3\.13 on armv7l; .*Python 3\.11 on armv7l"):
        find_system("3.13", "armv7l")


@pytest.mark.parametrize("system", SYSTEMS, ids=str)
def test_pip_gets_what_that_system_needs_and_no_marker(system: System) -> None:
    """Else it would compare the markers with this machine."""
    text = requirements(LOCK.read_text(encoding="utf-8"), system)
    assert ";" not in text
    names = {pin.requirement.name for pin in read_lock(text)}
    assert ("lgpio" in names) == (system.python < (3, 13))
    assert ("tflite-runtime" in names) == (system.machine == "armv7l")
