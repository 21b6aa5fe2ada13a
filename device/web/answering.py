"""What a browser sends, read as a typed wish; what is wrong with it is said in words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from device.errors import ConfigError, FacetError
from device.system.validation import dotted
from device.web.endpoint import Handler, refusal

_UNUSABLE = 422


class Wish(BaseModel):
    """The body of a request, in JSON: strict, and never repeated in an error."""

    model_config = ConfigDict(
        defer_build=True, frozen=True, strict=True, extra="forbid", hide_input_in_errors=True
    )


def answering(handler: Callable[[Request], Awaitable[Response]]) -> Handler:
    """Return a handler that refuses, in words for its user, what it raises an error for."""

    @wraps(handler)
    async def explained(request: Request) -> Response:
        try:
            return await handler(request)
        except ValidationError as error:
            place = dotted(error.errors()[0]["loc"]) or "the request"
            message = f"{place} cannot be taken as it is; correct it"
            return refusal(message, _UNUSABLE)
        except ConfigError as error:
            faults = "\n".join(f"{fault.path}: {fault.message}" for fault in error.faults)
            return refusal(faults, _UNUSABLE)
        except FacetError as error:
            return refusal(str(error), _UNUSABLE)

    return explained
