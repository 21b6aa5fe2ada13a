"""What a browser may do with an answer."""

from __future__ import annotations

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'self'; frame-ancestors {ancestors}"
)


def security_headers(*, is_framed: bool, is_encrypted: bool) -> list[tuple[bytes, bytes]]:
    """Return the headers that each answer has.

    Args:
        is_framed: whether Home Assistant shows the page within its own, under the same name.
        is_encrypted: whether the page is served by https.
    """
    headers = {
        "content-security-policy": _POLICY.format(ancestors="'self'" if is_framed else "'none'"),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        # Not less: without it a browser does not say from which page it sends a form.
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "x-frame-options": "SAMEORIGIN" if is_framed else "DENY",
        # Pictures and names stay in no cache of a browser that others use.
        "cache-control": "no-store",
    }
    if is_encrypted:
        headers["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode()) for name, value in headers.items()]
