"""How each part of the node is, with the next step for each fault; and all that a bug report needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from device.config import Config
from device.node.diagnostics import about_the_log, about_the_machine, about_the_node, packed
from device.node.trials import Trial
from device.system.known_secrets import KnownSecrets
from device.web.endpoint import Endpoint


def parts_json(parts: Sequence[Trial]) -> list[dict[str, Any]]:
    """Return the parts as the page shows them."""
    return [asdict(part) for part in parts]


class Health:
    """Shows the newest table; changes come as events.

    Args:
        config: the node's.
        newest: returns the parts as they are now, without a secret.
    """

    def __init__(self, config: Config, newest: Callable[[], list[dict[str, Any]]]) -> None:
        self._config = config
        self._newest = newest

    def endpoints(self) -> Iterator[Endpoint]:
        """Yield what can be asked."""
        yield Endpoint("/health", self.show)
        yield Endpoint("/diagnostics", self.diagnostics)

    async def show(self, _request: Request) -> Response:
        """Return all parts."""
        return JSONResponse(self._newest())

    async def diagnostics(self, _request: Request) -> Response:
        """Return the archive of `facet diagnostics`."""
        return Response(
            await run_in_threadpool(self._archive),
            media_type="application/zip",
            headers={"content-disposition": 'attachment; filename="facet-diagnostics.zip"'},
        )

    def _archive(self) -> bytes:
        secrets = KnownSecrets(self._config.secrets())
        return packed(
            dict(
                [
                    about_the_machine(),
                    *about_the_node(self._config, secrets, self._newest()),
                    *about_the_log(secrets),
                ]
            )
        )
