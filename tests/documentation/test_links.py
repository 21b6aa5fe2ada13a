"""Links between the pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.documentation.pages import PAGES, ROOT, name, prose

_LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")
_PATH = re.compile(r"`((?:tests|device|model|provisioning|scripts|examples|docs)/[\w./-]*)`")
_HEADING = re.compile(r"^#+ +(.*?)\s*$", re.MULTILINE)


def _anchors(page: Path) -> set[str]:
    """List the anchors that GitHub gives to the headings of a page; no page has one heading twice."""
    headings = [
        re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text) for text in _HEADING.findall(prose(page))
    ]
    anchors = [re.sub(r"[^\w\- ]", "", text).lower().replace(" ", "-") for text in headings]
    assert len(anchors) == len(set(anchors)), name(page)
    return set(anchors)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_each_link_leads_somewhere(page: Path) -> None:
    """To a file or a folder of this repository, and where it names a heading, to that."""
    for link in _LINK.findall(re.sub(r"`[^`]*`", "", prose(page))):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


def test_every_page_of_the_documentation_is_in_the_list_of_the_readme() -> None:
    """Whoever looks for one begins there."""
    listed = set(_LINK.findall(prose(ROOT / "README.md")))
    pages = {name(page) for page in PAGES if page.parent == ROOT / "docs"}
    assert pages <= listed


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_each_file_of_the_repository_that_a_page_names_is_there(page: Path) -> None:
    """Folders and files in code quotes, such as the test that proves a promise."""
    for path in _PATH.findall(page.read_text(encoding="utf-8")):
        assert (ROOT / path).exists(), path
