"""A node with its page, and browsers that visit it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.web.bench import PageBench
from tests.web.node import PageNode, running_page

if TYPE_CHECKING:
    from tests.web.browser import Visit


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[PageBench]:
    """A page without a node behind it."""
    with PageBench(tmp_path) as made:
        yield made


@pytest.fixture
def node(tmp_path: Path) -> Iterator[PageNode]:
    """A node that lets crops of its pictures leave it."""
    with running_page(tmp_path, privacy={"picture": "crop"}) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One browser for all tests of a worker."""
    from tests.web.browser import chromium

    with chromium() as started:
        yield started


@pytest.fixture
def visit(node: PageNode, browser: Any) -> Iterator[Callable[..., Visit]]:  # noqa: ANN401
    """Return a visitor with cookies of their own; nothing may be complained about, and no other host be asked.

    Whatever Playwright knows of a context, such as its viewport, may be given.
    """
    from tests.web.browser import Visit

    visits: list[Visit] = []

    def begin(**options: Any) -> Visit:  # noqa: ANN401 - Playwright's
        visits.append(Visit(node, browser.new_context(**{"locale": "en-GB", **options})))
        return visits[-1]

    yield begin
    complaints = [text for each in visits for text in each.complaints]
    foreign = [url for each in visits for url in each.foreign]
    for each in visits:
        each.context.close()
    assert complaints == []
    assert foreign == []
