"""Print what the integrations of Home Assistant that the tests use need from PyPI.

Home Assistant would install it while it runs, which costs minutes in every test. Run with the Python of the Home
Assistant in question: `python requirements.py mqtt history`; its default integrations come in any case.
"""

import json
import sys
from pathlib import Path

import homeassistant
from homeassistant import bootstrap

_COMPONENTS = Path(homeassistant.__file__).parent / "components"


def requirements(integrations: set[str]) -> set[str]:
    """Return the requirements of some integrations and of all that they depend on."""
    found: set[str] = set()
    seen: set[str] = set()
    while integrations := integrations - seen:
        seen |= integrations
        manifests = [
            json.loads((_COMPONENTS / name / "manifest.json").read_text(encoding="utf-8"))
            for name in integrations
        ]
        found.update(*(manifest.get("requirements", ()) for manifest in manifests))
        integrations = {name for manifest in manifests for name in manifest.get("dependencies", ())}
    return found


if __name__ == "__main__":
    _DEFAULT = (
        bootstrap.DEFAULT_INTEGRATIONS
        | bootstrap.CORE_INTEGRATIONS
        | bootstrap.LOGGING_AND_HTTP_DEPS_INTEGRATIONS
        | bootstrap.FRONTEND_INTEGRATIONS
    ) - {"sentry"}
    print("\n".join(sorted(requirements({*_DEFAULT, *sys.argv[1:]}))))
