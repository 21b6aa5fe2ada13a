"""Words to systemd: sd_notify(3), for units of Type=notify with WatchdogSec."""

from __future__ import annotations

import os
import socket


def notify(*lines: str) -> None:
    """Tell systemd something, such as READY=1; without systemd, or when it does not listen, nothing happens."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]  # in Linux's abstract namespace
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as messenger:
        try:
            messenger.sendto("\n".join(lines).encode(), address)
        except OSError:
            return  # a supervisor that has gone cannot be told so
