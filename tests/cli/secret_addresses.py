"""Addresses with a secret in them, in every way in which they may be written.

A secret is made of marks, with what means something in a URL between and around them, so that no part of it is shown
without a mark.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from hypothesis import strategies as st

MARK = "Sn0w"
HOST = "127.0.0.1:1"
"""Nothing listens there."""

WHOLE = (
    f"{{scheme}}://me:{{q}}@{HOST}/live",
    f"{{scheme}}://me:{{s}}@{HOST}/live",
    f"{{scheme}}://{{q}}@{HOST}/live",
    "{scheme}://me:{s}@[::1]:1/live",
    f"{{scheme}}://{HOST}/snap.cgi?user=me&pwd={{q}}",
    f"{{scheme}}://{HOST}/snap.cgi?user=me&pwd={{s}}",
    f"{{scheme}}://{HOST}/snap.cgi?user=me@home&pwd={{s}}",
    f"{{scheme}}://{HOST}/snap.cgi?{{s}}",
    f"{{scheme}}://{HOST}/{{q}}/index.json",
    f"{{scheme}}://{HOST}/live/{{s}}",
    f"{{scheme}}://{HOST}/user=me_password={{q}}_channel=1.sdp?real",
    f"{{scheme}}://{HOST}/#token={{s}}",
    f"{{scheme}}://me:{{q}}@{HOST}/{{q}}?token={{q}}#{{q}}",
)
"""Forms of addresses: {s} is the secret as it is, {q} percent-encoded."""
BROKEN = (
    f"{{scheme}}:/me:{{s}}@{HOST}/live",
    f"{{scheme}}:me:{{s}}@{HOST}/live",
    f"{{scheme}}:\\\\me:{{s}}@{HOST}\\live",
    f"{{scheme}}:///me:{{s}}@{HOST}/live",
    "{scheme}://me:{q}",
    "{scheme}://me:{q}@",
    "{scheme}://me:{q}%40nowhere/live",
    "{scheme}%3A%2F%2Fme%3A{q}%40nowhere%2Flive",
    f' "{{scheme}}://me:{{s}}@{HOST}/live"',
    f"source:{{scheme}}://me:{{s}}@{HOST}/live",
    f"//me:{{s}}@{HOST}/live",
    f"me:{{s}}@{HOST}/live",
    f"me:{{s}}@{HOST}/snap.jpg",
    f"me:{{s}}@{HOST}",
    f"{HOST}/snap.cgi?pwd={{s}}",
    f"{HOST}/{{q}}/live",
)
"""As people mistype them."""
_SCHEMES = ("rtsp", "http", "https", "HTTPS", "Rtsps", "ftp", "gopher", "mqtt", "file")
_BETWEEN = st.text(
    st.sampled_from("aZ09 @:/?#&=%+~!$*'\"()[]{}<>|\\;,._-é☃\u3000")
    | st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]),
    max_size=4,
)
_INNER = st.lists(_BETWEEN, min_size=2, max_size=4).map(MARK.join)
SECRETS = _INNER | _INNER.map(lambda inner: f"{MARK}{inner}{MARK}")


def written(form: str, scheme: str, secret: str) -> str:
    """Return an address in one of the forms."""
    return form.format(scheme=scheme, s=secret, q=quote(secret, safe=""))


ADDRESSES = st.builds(written, st.sampled_from(WHOLE + BROKEN), st.sampled_from(_SCHEMES), SECRETS)


def require_no_mark(*texts: str) -> None:
    """Fail if a part of a secret is in one of the texts."""
    for text in texts:
        # Tables and tracebacks break lines.
        assert MARK.lower() not in text.replace("\n", "").lower(), text


@contextmanager
def logged() -> Iterator[list[str]]:
    """Give what is logged at the most verbose level, without the net of the log's formatter."""
    lines: list[str] = []
    root = logging.getLogger()
    level = root.level
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(handler.format(record))  # type: ignore[method-assign]
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def is_local(url: str) -> bool:
    """Whether nothing else is asked than this machine: a password with an @ and a / may leave another host."""
    authority = url.partition("://")[2].replace("?", "/").replace("#", "/").split("/")[0]
    return authority.rpartition("@")[2] in {HOST, "[::1]:1", ""}
