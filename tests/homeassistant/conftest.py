"""Two setups with Home Assistant: the newest for everything, the floor version for what it must do as well."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import cv2
import pytest
from skimage.data import astronaut

from tests.broker.certificates import Certificates, make_certificates
from tests.homeassistant.installation import Installation, MirrorError, installation
from tests.homeassistant.setup import Setup, mosquitto_setup
from tests.logs import end_of
from tests.summary import say

collect_ignore = ["in_process"]  # runs in a separate environment: see test_payloads.py

# Seconds. The first test that asks for a Home Assistant may have to build it.
_PATIENCE = 900
_TITLE = "Home Assistant"


@pytest.fixture(scope="session")
def newest(request: pytest.FixtureRequest) -> Installation:
    """The newest Home Assistant; while its mirror fails, the floor version, which the run reports at its end."""
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
def session_newest(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    newest: Installation,
    certificates: Certificates,
) -> Iterator[Setup]:
    """The setup with the newest Home Assistant, for the whole session."""
    say(request.config, _TITLE, f"Home Assistant {newest.version} for everything")
    with mosquitto_setup(tmp_path_factory.mktemp("newest"), newest, certificates) as found:
        yield found


@pytest.fixture(scope="session")
def session_floor(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    floor: Installation,
    certificates: Certificates,
) -> Iterator[Setup]:
    """The setup with the floor version, for the whole session."""
    say(
        request.config, _TITLE, f"Home Assistant {floor.version} for discovery, states and pictures"
    )
    with mosquitto_setup(tmp_path_factory.mktemp("floor"), floor, certificates) as found:
        yield found


@pytest.fixture
def newest_setup(session_newest: Setup) -> Iterator[Setup]:
    """The newest Home Assistant with a broker; it must not warn of anything in the test."""
    with _without_complaints(session_newest):
        yield session_newest


@pytest.fixture
def floor_setup(session_floor: Setup) -> Iterator[Setup]:
    """As newest_setup, with the floor version."""
    with _without_complaints(session_floor):
        yield session_floor


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """A function that adds a line to the end of the run."""
    return partial(say, request.config, _TITLE)


@contextmanager
def _without_complaints(found: Setup) -> Iterator[None]:
    before = len(found.home.complaints())
    yield
    new = found.home.complaints()[before:]
    assert not new, f"Home Assistant {found.home.version} complains:\n" + "\n".join(new)


@pytest.fixture(params=["newest", "floor"])
def any_setup(request: pytest.FixtureRequest) -> Setup:
    """Each of the two setups in turn."""
    found: Setup = request.getfixturevalue(f"{request.param}_setup")
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show beside each failure the end of the log of the Home Assistant that the test ran with."""
    report = yield
    if report.failed and isinstance(item, pytest.Function):
        homes = {
            id(each.home): each.home for each in item.funcargs.values() if isinstance(each, Setup)
        }
        for home in homes.values():
            title = f"Home Assistant {home.version}, the end of its log"
            report.sections.append((title, end_of(home.log)))
    return report
