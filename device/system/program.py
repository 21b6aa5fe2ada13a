"""How a program of the command line begins and ends: what its user can mend is a line, never a traceback."""

from __future__ import annotations

import codecs
import io
import os
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn

from device.errors import FacetError, OutputClosedError, OutputError
from device.system.redaction import redact_urls

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# A shell reports this for a program that SIGPIPE has ended; here the signal stays ignored, for the sake of sockets.
_READER_LEFT = 128 + 13
_INTERRUPTED = 130
# Of a program that was started without a standard output: writing fails as it would for any other program.
_NO_DESCRIPTOR = -1
_UNPRINTABLE = "facet.unprintable"


def run_program(command: Callable[[], object]) -> NoReturn:
    """Run a command to its end, and end the process.

    A FacetError is one line on standard error, and exit code 1. So is standard output that cannot be written; a reader
    that left, as `head` does, is no error worth a line.

    Args:
        command: prints with sys.stdout; may end with SystemExit.

    Raises:
        SystemExit: always; or what the command raises that is not a FacetError.
    """
    _take_standard_output()
    sys.excepthook = _print_redacted
    of_threads, threading.excepthook = threading.excepthook, _print_redacted_of_thread
    try:
        try:
            command()
        finally:
            threading.excepthook = of_threads
            # What is still in the buffer fails here, and not when the interpreter ends.
            sys.stdout.flush()
    except OutputClosedError:
        sys.exit(_READER_LEFT)
    except FacetError as error:
        print_error(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    sys.exit(0)


def print_error(error: object) -> None:
    """Print a line on standard error; if that cannot be written either, there is nobody to tell."""
    if sys.stderr is not None:
        with suppress(OSError):
            sys.stderr.write(f"error: {error}\n")


def _print_redacted(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print the traceback of what nobody expected: a library's error may repeat the address that it was given."""
    if sys.stderr is not None:
        with suppress(OSError):
            sys.stderr.write(redact_urls("".join(traceback.format_exception(kind, error, trace))))


def _print_redacted_of_thread(event: threading.ExceptHookArgs) -> None:
    if event.exc_value is not None and not isinstance(event.exc_value, SystemExit):
        _print_redacted(event.exc_type, event.exc_value, event.exc_traceback)


class _StandardOutput(io.RawIOBase):
    """A file descriptor whose failure is an error of Facet's, once: what is written after that is dropped.

    Args:
        descriptor: of the file.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._has_failed = False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def write(self, data: ReadableBuffer, /) -> int:
        if self._has_failed:
            return memoryview(data).nbytes
        try:
            return os.write(self._descriptor, data)
        except BrokenPipeError as error:
            self._has_failed = True
            message = "nobody reads standard output any more"
            raise OutputClosedError(message) from error
        except OSError as error:
            self._has_failed = True
            message = (
                f"standard output cannot be written: {error.strerror}; redirect it to another place"
            )
            raise OutputError(message) from error


def _take_standard_output() -> None:
    """Make sys.stdout raise errors of Facet's, and print every text, also a file name that is not UTF-8."""
    before = sys.stdout
    try:
        descriptor = _NO_DESCRIPTOR if before is None else before.fileno()
    except io.UnsupportedOperation:  # whoever calls this reads what is printed
        return
    is_flushed = isinstance(before, io.TextIOWrapper) and (
        before.line_buffering or before.write_through
    )
    codecs.register_error(_UNPRINTABLE, _print_unprintable)
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(_StandardOutput(descriptor)),
        "utf-8" if before is None else before.encoding,
        _UNPRINTABLE,
        line_buffering=is_flushed,
    )


def _print_unprintable(error: UnicodeError) -> tuple[str | bytes, int]:
    """Give the bytes of a file name back as they are, and escape what the encoding does not have."""
    for handler in ("surrogateescape", "backslashreplace"):
        with suppress(UnicodeError):
            return codecs.lookup_error(handler)(error)
    raise error
