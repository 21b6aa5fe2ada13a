"""From what uv chose to a lock file: the wheels of the systems that are promised, and nothing else."""

from __future__ import annotations

import tomllib

import pytest

from device.errors import UpdateError
from device.updates.release.lock import System, read_lock
from device.updates.release.make_lock import make_lock, overrides

_PI, _SERVER = System((3, 13), "aarch64"), System((3, 11), "x86_64")
_SERVER_WHEEL = "numpy-2.5.0-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl"
_PYLOCK = """
lock-version = "1.0"
requires-python = ">=3.11"

[[packages]]
name = "numpy"
version = "2.5.0"
marker = "python_full_version >= '3.11' and platform_machine != 'armv7l'"
sdist = {{ url = "https://example.org/numpy-2.5.0.tar.gz", hashes = {{ sha256 = "{sdist}" }} }}
wheels = [
    {{ url = "https://example.org/{server_wheel}", hashes = {{ sha256 = "{server}" }} }},
    {{ url = "https://example.org/numpy-2.5.0-cp311-cp311-win_amd64.whl", hashes = {{ sha256 = "{windows}" }} }},
    {{ url = "https://example.org/numpy-2.5.0-cp313-cp313-{pi_platform}.whl", hashes = {{ sha256 = "{pi}" }} }},
]

[[packages]]
name = "colorama"
version = "0.4.6"
marker = "sys_platform == 'win32'"
wheels = [{{ url = "https://example.org/colorama-0.4.6-py2.py3-none-any.whl", hashes = {{ sha256 = "{windows}" }} }}]
"""
_HASHES = {
    name: character * 64
    for name, character in zip(("sdist", "server", "windows", "pi"), "0abc", strict=True)
}


def _pylock(pi_platform: str = "manylinux_2_28_aarch64") -> str:
    return _PYLOCK.format(server_wheel=_SERVER_WHEEL, pi_platform=pi_platform, **_HASHES)


def test_only_wheels_that_fit_a_promised_system_are_kept() -> None:
    """No source, which the node would have to build, no Windows, and no package that no node needs."""
    [pin] = read_lock(make_lock(_pylock(), "requirements.lock", (_PI, _SERVER)))
    assert str(pin.requirement) == 'numpy==2.5.0; platform_machine != "armv7l"'
    assert pin.sha256 == (_HASHES["server"], _HASHES["pi"])


@pytest.mark.parametrize(
    "platform", ["musllinux_1_2_aarch64", "manylinux_2_39_aarch64", "win_arm64"]
)
def test_a_package_without_a_wheel_for_a_promised_system_is_an_error(platform: str) -> None:
    """Also if its wheel needs a newer C library than Debian 12 has."""
    with pytest.raises(
        UpdateError, match=r"numpy==2\.5\.0 has no wheel for Python 3\.13 on aarch64"
    ):
        make_lock(_pylock(platform), "requirements.lock", (_PI, _SERVER))


def test_where_the_wheels_were_found_is_not_written_down() -> None:
    """That is for pip's own configuration on the node."""
    assert "example.org" not in make_lock(_pylock(), "requirements.lock", (_PI, _SERVER))


def test_what_has_another_version_on_32_bit_is_left_to_debian_there() -> None:
    """Only the other systems' requirement stays; what all systems share needs no override."""
    project = tomllib.loads("""
        [project]
        dependencies = [
          "numpy>=2; platform_machine != 'armv7l'", "numpy<2; platform_machine == 'armv7l'",
          "tflite-runtime>=2.14; platform_machine == 'armv7l'", "rich>=13",
        ]
    """)
    assert overrides(project) == 'numpy>=2; platform_machine != "armv7l"\n'
