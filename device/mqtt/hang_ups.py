"""Tells a broker that hangs up once from one that two clients with the same id come to."""

from __future__ import annotations

from device.errors import HungUpError, LinkError

STABLE_SECONDS = 30.0
"""A connection that ends sooner counts as a failure, or two clients with one id push each other out for ever."""
# Connections in a row that ended this soon and without a reason. Once is a broker that was stopped in good order, which
# then cannot be reached; two clients with one id reach it each time.
_SUSPICIOUS = 2


class HangUps:
    """How often in a row the broker has ended a young connection without a reason.

    Args:
        client_id: the node's, which the explanation names.
    """

    def __init__(self, client_id: str) -> None:
        self._client_id = client_id
        self._count = 0

    def explained(self, error: LinkError, lasted: float) -> LinkError:
        """Return the error with what may be behind it.

        Args:
            error: why there is no connection.
            lasted: seconds from the broker's welcome to the end; 0.0 without a welcome.
        """
        if lasted > STABLE_SECONDS or not isinstance(error, HungUpError):
            self._count = 0
            return error
        self._count += 1
        if self._count < _SUSPICIOUS:
            return error
        # So does Mosquitto with a client whose id comes a second time.
        return LinkError(
            f"{error} after {lasted:.0f} s, {self._count} times in a row. Another client may use the id "
            f"{self._client_id}; give each node a different node.id"
        )
