"""Each step runs in a fresh process: it returns its memory, and no thread of one library meets a fork of another."""

from __future__ import annotations

import sys
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import ParamSpec

from device.errors import FacetError
from model.errors import PipelineError, packages_of_training
from model.processes import end_with_parent

Parameters = ParamSpec("Parameters")

_INTERRUPTED = 130


def in_own_process(
    function: Callable[Parameters, None], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> None:
    """Call a function in a process that ends with this one, however this one ends.

    Args:
        function: of a module, so that the process can import it.
        args: positional arguments, which are pickled.
        kwargs: by keyword.

    Raises:
        PipelineError: with the text of the FacetError that the function raised, or because the process was killed.
    """
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_call, args=(sender, function, args, kwargs))
    process.start()
    sender.close()
    try:
        process.join()
    finally:
        process.terminate()
        process.join()
    if process.exitcode == 0:
        return
    try:
        message = receiver.recv()
    except EOFError:
        message = (
            f"the process of the step ended with status {process.exitcode}; the lines above may show why, "
            "and -9 means that it was killed, often because memory ran out"
        )
    raise PipelineError(message)


def _call(
    sender: Connection,
    function: Callable[..., None],
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> None:
    end_with_parent()
    try:
        with packages_of_training():
            function(*args, **kwargs)
    except FacetError as error:
        sender.send(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
