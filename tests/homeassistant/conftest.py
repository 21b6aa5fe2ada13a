"""One house a Home Assistant: the newest for everything, the floor version for what it must do as well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import cv2
import pytest
from skimage.data import astronaut

from tests.broker.certificates import Certificates, make_certificates
from tests.homeassistant.house import House, house
from tests.homeassistant.installation import Installation, MirrorError, installation
from tests.summary import say

collect_ignore = ["in_process"]  # belongs to an environment of its own: see test_payloads.py

# Seconds. The first test that asks for a Home Assistant may have to build it.
_PATIENCE = 900
_TITLE = "Home Assistant"


@pytest.fixture(scope="session")
def newest(request: pytest.FixtureRequest) -> Installation:
    """The newest Home Assistant; while its mirror fails the floor version stands in, and the end of the run says so."""
    try:
        return installation("newest")
    except MirrorError as error:
        floor = installation("floor")
        say(request.config, _TITLE, f"{error}. ALL tests ran with {floor.version} instead")
        return floor


@pytest.fixture(scope="session")
def floor() -> Installation:
    """The oldest Home Assistant that is promised to work."""
    return installation("floor")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """A private authority, and what it signed."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def newest_home(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    newest: Installation,
    certificates: Certificates,
) -> Iterator[House]:
    """The house of the newest Home Assistant, for as long as there are tests."""
    say(request.config, _TITLE, f"Home Assistant {newest.version} for everything")
    with house(tmp_path_factory.mktemp("newest"), newest, certificates) as found:
        yield found


@pytest.fixture(scope="session")
def floor_home(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    floor: Installation,
    certificates: Certificates,
) -> Iterator[House]:
    """The house of the floor version, for as long as there are tests."""
    say(
        request.config, _TITLE, f"Home Assistant {floor.version} for discovery, states and pictures"
    )
    with house(tmp_path_factory.mktemp("floor"), floor, certificates) as found:
        yield found


@pytest.fixture
def newest_house(newest_home: House) -> Iterator[House]:
    """The newest Home Assistant with a broker; it must not complain of anything in the test."""
    with _without_complaints(newest_home):
        yield newest_home


@pytest.fixture
def floor_house(floor_home: House) -> Iterator[House]:
    """As newest_house, with the floor version."""
    with _without_complaints(floor_home):
        yield floor_home


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """A function that adds a line to the end of the run."""
    return partial(say, request.config, _TITLE)


@contextmanager
def _without_complaints(found: House) -> Iterator[None]:
    before = len(found.home.complaints())
    yield
    new = found.home.complaints()[before:]
    assert not new, f"Home Assistant {found.home.version} complains:\n" + "\n".join(new)


@pytest.fixture(params=["newest", "floor"])
def any_house(request: pytest.FixtureRequest) -> House:
    """Each of the two houses in turn."""
    found: House = request.getfixturevalue(f"{request.param}_house")
    return found


@pytest.fixture(scope="session")
def smiling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portrait in the public domain: one face, which smiles and wears no glasses."""
    file = tmp_path_factory.mktemp("pictures") / "smiling.png"
    cv2.imwrite(str(file), cv2.cvtColor(astronaut(), cv2.COLOR_RGB2BGR))
    return file


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests with a Home Assistant the time to build it."""
    for item in items:
        if item.get_closest_marker("homeassistant"):
            item.add_marker(pytest.mark.timeout(_PATIENCE))
