"""What all tests share."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.logs import ends_of_logs
from tests.summary import WorkerNode, hand_over, show, take_over

# How long an example takes says more of the machine's other work than of the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# scripts/test --hypothesis-profile full: each property is tried as often as docs/reliability.md states.
settings.register_profile("full", settings.get_profile("patient"), max_examples=10_000)
settings.load_profile("patient")

_SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def photos() -> Path:
    """Ordinary photographs with labels.csv and images/; $FACET_PHOTOS, or beside the checkout.

    They may not be redistributed. Where they are missing the test that asks for them is not selected: see
    pytest_collection_modifyitems.
    """
    return _pictures("photos")


@pytest.fixture(scope="session")
def real_celeba() -> Path:
    """CelebA, or a part of it, in its official layout; $FACET_CELEBA, or beside the checkout; as photos."""
    return _pictures("celeba")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs photographs on machines that do not have them; CI has them and always asks."""
    if os.environ.get("CI") == "true":
        return
    missing = [name for name in ("photos", "celeba") if not _folder(name).is_dir()]
    absent = [item for item in items if any(map(item.get_closest_marker, missing))]
    config.hook.pytest_deselected(items=absent)
    items[:] = [item for item in items if item not in absent]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show beside each failure what the programs in the test's folder wrote last: the folder itself soon goes."""
    report = yield
    folder = item.funcargs.get("tmp_path") if isinstance(item, pytest.Function) else None
    if report.failed and isinstance(folder, Path):
        report.sections += ends_of_logs(folder)
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a worker of pytest-xdist hand over what its tests have to say."""
    hand_over(session.config)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: WorkerNode) -> None:
    """Take over what the tests of a worker had to say."""
    take_over(node)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Let the slower tiers say what they ran with, and what they measured."""
    show(terminalreporter, config)


def _pictures(name: str) -> Path:
    folder = _folder(name)
    assert folder.is_dir(), (
        f"{folder} is not there; set FACET_{name.upper()} to the pictures' folder"
    )
    return folder


def _folder(name: str) -> Path:
    return Path(os.environ.get(f"FACET_{name.upper()}", _SHARED / name))
