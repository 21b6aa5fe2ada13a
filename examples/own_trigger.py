"""Run a node that each line of standard input triggers, until its end: own_trigger.py CONFIG."""

import sys
from pathlib import Path
from threading import Thread

from device.config import load
from device.node.inbox import Inbox
from device.node.messages import Stop
from device.node.wiring import run_node
from device.observation import Source, Trigger
from device.system.logs import start_logging

inbox = Inbox()


def read_lines() -> None:
    for _ in sys.stdin:
        inbox.put(Trigger(Source.KEYBOARD))
    inbox.put(Stop())


start_logging("info")
Thread(target=read_lines, name="facet-keyboard", daemon=True).start()
run_node(load(Path(sys.argv[1])), inbox)
