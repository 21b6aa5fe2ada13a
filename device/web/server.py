"""The web server, on a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from typing import TYPE_CHECKING

import uvicorn

from device.config import PageSettings
from device.errors import PageError
from device.web.hub import Hub
from device.web.listening import HurryingLoop, listen
from device.web.protocol import LONGEST_HEADERS_BYTES, BoundedProtocol

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_LOG = logging.getLogger(__name__)

# For requests that are being answered when the node ends.
_GRACE_SECONDS = 2
_END_SECONDS = 5.0


class WebServer:
    """Serves a site from start() to stop().

    Args:
        app: the site.
        settings: where, and whether by https.
        hub: hands events to those who listen.
        protocol: of its connections.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: PageSettings,
        hub: Hub,
        protocol: type[BoundedProtocol] = BoundedProtocol,
    ) -> None:
        self._settings = settings
        self._hub = hub
        self._config = uvicorn.Config(
            app,
            loop="asyncio",
            http=protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            # The guard logs what is worth a line; what strangers send that is no HTTP is not.
            log_level=logging.CRITICAL,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            h11_max_incomplete_event_size=LONGEST_HEADERS_BYTES,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            ssl_certfile=settings.certificate_file,
            ssl_keyfile=settings.key_file,
            ssl_keyfile_password="" if settings.key_file is not None else None,
        )
        self._server = uvicorn.Server(self._config)
        self._socket: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="facet-web", daemon=True)
        self.fault: str | None = None
        """Why nobody is served any more; None while all is well."""

    @property
    def port(self) -> int:
        """The one that is listened to."""
        assert self._socket is not None  # noqa: S101 - only after start()
        return int(self._socket.getsockname()[1])

    def start(self) -> None:
        """Begin to serve.

        Raises:
            PageError: the port cannot be used, or the certificate.
        """
        try:
            self._config.load()
        except OSError as error:
            message = (
                f"page.certificate_file {self._settings.certificate_file} with key_file {self._settings.key_file}: "
                f"{error.strerror or error}; PEM files of a certificate and of its key, without a pass phrase, are "
                "needed"
            )
            raise PageError(message) from error
        try:
            self._socket = listen(self._settings.port)
        except OSError as error:
            message = f"page.port {self._settings.port} cannot be used: {error.strerror or error}; choose another one"
            raise PageError(message) from error
        self._thread.start()

    def stop(self) -> None:
        """Serve nobody any more."""
        self._server.should_exit = True
        self._hub.close()
        self._thread.join(_END_SECONDS)
        if self._thread.is_alive():
            _LOG.error("The page's server has not ended; its thread ends with the process")

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=HurryingLoop) as runner:
                runner.run(self._serve())
        except Exception as error:  # noqa: BLE001 - a node without its page still works
            self.fault = f"the page has ended: {type(error).__name__}: {error}; restart the node"
            _LOG.exception("The page has ended; the node goes on without it")

    async def _serve(self) -> None:
        assert self._socket is not None  # noqa: S101 - made before the thread
        self._hub.attach(asyncio.get_running_loop())
        with self._socket as listening:
            await self._server.serve([listening])
