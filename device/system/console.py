"""The one kind of console that commands print tables on: text is shown as it is, whoever wrote it."""

from __future__ import annotations

from rich.console import Console


def open_console(*, stderr: bool = False) -> Console:
    """Return a console that takes no text for markup: the name of a file may be `[bold]x[/].jpg` or `:cat:.png`.

    What should be bold or have a color is a `rich.text.Text` with a style.

    Args:
        stderr: print on standard error, instead of standard output.
    """
    return Console(stderr=stderr, markup=False, emoji=False)
