"""JSON as it is sent and stored: on one line, without spaces."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence


def compact(document: Mapping[str, object] | Sequence[Mapping[str, object]]) -> str:
    """Return a document as JSON without spaces.

    Raises:
        ValueError: a number is not finite, which JSON cannot express.
    """
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
