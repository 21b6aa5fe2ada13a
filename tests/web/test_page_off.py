"""A node without its page has nothing of it: no thread, no import, no link."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

from device.cli.pages import OnDemand
from device.config import Config
from device.discovery.page_link import linked
from device.node.page import no_page
from tests.node.whole_node import running

_LOADS_A_NODE = """
import json, sys
from device.cli.run import run_until_signal
from device.cli.pages import OnDemand
from device.config import Config
from device.node import wiring
OnDemand().opener(Config.model_validate({"mqtt": {"host": "broker"}}))
stack = {"starlette", "uvicorn", "h11", "anyio", "asyncio"}
print(json.dumps(sorted(stack & set(sys.modules))))
"""


def _config(**sections: object) -> Config:
    return Config.model_validate({"mqtt": {"host": "broker"}, **sections})


def test_a_node_without_its_page_imports_nothing_of_the_web_stack() -> None:
    """Its memory is for the networks."""
    said = subprocess.check_output([sys.executable, "-c", _LOADS_A_NODE], text=True)
    assert json.loads(said) == []


def test_a_node_without_its_page_has_no_thread_for_it(tmp_path: Path) -> None:
    """Nobody listens, and nobody waits."""
    with running(tmp_path):
        assert "facet-web" not in {thread.name for thread in threading.enumerate()}


def test_only_a_page_that_is_on_is_opened() -> None:
    """Everybody else gets the page that shows nothing."""
    assert OnDemand().opener(_config()) is no_page
    assert OnDemand().opener(_config(page={"enabled": True})) is not no_page


def test_home_assistant_links_to_the_page_that_is_on() -> None:
    """By the name that mDNS announces, unless the owner has set another link."""
    on = {"enabled": True, "port": 8000}
    assert linked(_config(), "hall").configuration_url is None
    assert linked(_config(page=on), "hall").configuration_url == "http://hall.local:8000/"
    encrypted = {**on, "certificate_file": "a.crt", "key_file": "a.key"}
    assert linked(_config(page=encrypted), "hall").configuration_url == "https://hall.local:8000/"
    own = {"configuration_url": "http://wiki/hall"}
    assert linked(_config(page=on, node=own), "hall").configuration_url == "http://wiki/hall"
