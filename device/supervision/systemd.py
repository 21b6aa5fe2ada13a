"""Messages to systemd: sd_notify(3), for units of Type=notify with WatchdogSec."""

from __future__ import annotations

import os
import socket


def notify(*lines: str) -> None:
    """Send lines such as READY=1 to systemd; without systemd, or when it does not listen, nothing happens."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]  # in Linux's abstract namespace
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        try:
            sender.sendto("\n".join(lines).encode(), address)
        except OSError:
            return  # a service manager that has gone needs no message
