"""The part of a page that a program writes, between two marks."""

from __future__ import annotations


def renewed(page: str, begin: str, end: str, part: str) -> str:
    """Return the page with the part between its marks replaced.

    Args:
        page: the text.
        begin: the mark before the part.
        end: the mark behind it.
        part: what stands between them from now on, on lines of its own.

    Raises:
        ValueError: the page does not have both marks.
    """
    before, found_begin, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        message = f"the page has no {begin} and {end}, between which the new part goes"
        raise ValueError(message)
    return f"{before}{begin}\n{part}\n{end}{after}"
