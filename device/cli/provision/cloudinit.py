"""The files that cloud-init reads on the boot partition: user-data, network-config and meta-data.

None has a password in plain text. Raspberry Pi OS reads them since Trixie; Bookworm does not.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from device.cli.provision.card import Card
from device.cli.provision.emit import Lines, emit

UNIT = Path("/etc/systemd/system/facet-first-boot.service")

# The groups that Raspberry Pi Imager assigns to a card's user; cloud-init creates those that are missing.
_GROUPS = "users,adm,dialout,audio,netdev,video,plugdev,cdrom,games,input,gpio,spi,i2c,render,sudo"
_HEADER = "# Made by `facet provision`; read once, when the card is started for the first time.\n"


def user_data(card: Card, unit: str, ssh_keys: list[str]) -> str:
    """Return user-data, which describes the first boot: host name, user, and the service that installs Facet.

    Args:
        card: the node.
        unit: facet-first-boot.service.
        ssh_keys: public keys that may log in; without one no user is created.
    """
    data: dict[str, object] = {"hostname": card.effective_hostname, "manage_etc_hosts": True}
    commands = [
        ["systemctl", "enable", UNIT.name],
        # Without waiting for it: cloud-init would be unfinished until then.
        ["systemctl", "start", "--no-block", UNIT.name],
    ]
    if ssh_keys:
        user = {
            "name": card.user,
            "groups": _GROUPS,
            "shell": "/bin/bash",
            "lock_passwd": True,
            "sudo": "ALL=(ALL) NOPASSWD:ALL",
            "ssh_authorized_keys": ssh_keys,
        }
        data |= {"users": [user], "ssh_pwauth": False}
        commands[:0] = [["ssh-keygen", "-A"], ["systemctl", "enable", "--now", "ssh"]]
    data["write_files"] = [{"path": str(UNIT), "permissions": "0644", "content": Lines(unit)}]
    data["runcmd"] = commands
    # cloud-init recognises the file by its first line.
    return "#cloud-config\n" + _HEADER + emit(data)


def network_config(card: Card, wifi_key: str | None) -> str:
    """Return network-config, in netplan's format: the cable, if there is one, and the Wi-Fi.

    Args:
        card: the node.
        wifi_key: the network's key as 64 hexadecimal digits; None without Wi-Fi.
    """
    network: dict[str, object] = {
        "version": 2,
        "ethernets": {"eth0": {"dhcp4": True, "dhcp6": True, "optional": True}},
    }
    if card.wifi is not None:
        network["wifis"] = {
            "wlan0": {
                "dhcp4": True,
                "dhcp6": True,
                "optional": True,
                "regulatory-domain": card.wifi_country,
                "access-points": {card.wifi: {"password": wifi_key}},
            }
        }
    return _HEADER + emit({"network": network})


def meta_data(card: Card) -> str:
    """Return meta-data with a new identity for each card, because cloud-init acts only once for each identity."""
    instance = f"facet-{card.node}-{secrets.token_hex(4)}"
    return _HEADER + emit({"instance-id": instance, "dsmode": "local"})
