"""What is wrong with one of many files is a line on standard error, and does not end the work on the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2

from device.errors import FacetError, OutputError
from device.system.program import print_error


class Failures:
    """What went wrong while the files of a command were worked on.

    Attributes:
        any: whether anything did.
    """

    def __init__(self) -> None:
        self.any = False

    @contextmanager
    def printed(self, path: Path) -> Iterator[None]:
        """End the body, not the command, when something is wrong with a picture.

        Args:
            path: of the picture or the folder; errors that do not name theirs are printed with it.

        Raises:
            OutputError: it concerns all files.
        """
        try:
            yield
        except OutputError:
            raise
        except FacetError as error:
            self._print(error)
        except (MemoryError, cv2.error) as error:
            reason = " ".join(str(error).split()) or "there is not enough memory"
            self._print(f"{path} cannot be judged: {reason}. Make it smaller, or save it again.")

    def _print(self, error: object) -> None:
        self.any = True
        print_error(error)
