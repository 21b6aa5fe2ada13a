"""`facet provision`: from options or a table to folders, and the next steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.table import Table
from rich.text import Text

from device import __version__
from device.cli.provision.card import Card
from device.cli.provision.cloudinit import UNIT, meta_data, network_config, user_data
from device.cli.provision.files import installer, provisioning_folder, ssh_keys, tls_files, wheels
from device.cli.provision.passwords import (
    ask,
    mosquitto_line,
    random_password,
    read_password,
    wifi_key,
)
from device.cli.provision.settings import secrets_yaml, settings_yaml
from device.cli.provision.table import card, cards
from device.cli.provision.writing import PASSWORDS, Contents, check_folder, write_cards
from device.system.console import open_console

_FOLDER = "facet"


@dataclass(frozen=True, slots=True)
class Release:
    """Where the cards' Facet comes from; by default the package index, in the version of this program.

    Attributes:
        wheel: Facet's, copied onto the cards; its dependencies come from the index or the wheelhouse.
        wheelhouse: a folder of all packages, copied onto the cards; then the Pi needs no index.
        version: to take from the index or the wheelhouse.
    """

    wheel: Path | None = None
    wheelhouse: Path | None = None
    version: str | None = None

    def contents(self) -> Contents:
        """Return the files that go onto each card.

        Raises:
            ProvisionError: a file is not what it should be.
        """
        files: dict[str, str | Path] = dict(wheels(self.wheel, self.wheelhouse))
        chosen = self.version or (None if files else __version__)
        return files if chosen is None else {**files, "version": f"{chosen}\n"}


@dataclass(slots=True)
class _Passwords:
    """The passwords so far, so that nobody is asked twice, and the lines for the broker's password file."""

    networks: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)

    def wifi(self, one: Card) -> str | None:
        if one.wifi is None:
            return None
        if one.wifi_password_file is not None:
            return wifi_key(one.wifi, read_password(one.wifi_password_file, f"Wi-Fi {one.wifi}"))
        if one.wifi not in self.networks:
            self.networks[one.wifi] = wifi_key(one.wifi, ask(f"Wi-Fi {one.wifi}"))
        return self.networks[one.wifi]

    def broker(self, one: Card) -> str | None:
        user = one.effective_username
        if user is None:
            return None
        if user not in self.users:
            given = one.password_file
            password = read_password(given, f"user {user}") if given else random_password()
            self.users[user] = password
            self.lines[user] = mosquitto_line(user, password)
        return self.users[user]


def provision(
    options: Mapping[str, str], table: Path | None, release: Release, out: Path, *, force: bool
) -> None:
    """Write the cards, and print what was written and the next steps. If anything is wrong nothing is written.

    Args:
        options: text by the name of the card's field.
        table: CSV for many nodes; then the options apply where a line has no value.
        release: where Facet comes from.
        out: a folder that is new or empty.
        force: replace the cards of these nodes in a folder that is not empty.

    Raises:
        ConfigError: options or lines are wrong; with every fault.
        FacetError: a file or a password is not what it should be, or nothing can be written.
    """
    nodes = [card(options)] if table is None else cards(table, options)
    check_folder(out, force=force)
    shared = {
        **release.contents(),
        **dict(installer()),
    }
    unit = (provisioning_folder() / "first-boot" / UNIT.name).read_text(encoding="utf-8")
    passwords = _Passwords()
    written = {one.node: _contents(one, unit, shared, passwords) for one in nodes}
    write_cards(out, written, passwords.lines)
    _report(nodes, out, passwords)


def _contents(one: Card, unit: str, shared: Contents, passwords: _Passwords) -> Contents:
    facet: dict[str, str | Path] = {
        **shared,
        "facet.yaml": settings_yaml(one),
        **dict(tls_files(one)),
    }
    if (password := passwords.broker(one)) is not None:
        facet["secrets.yaml"] = secrets_yaml(password)
    return {
        "user-data": user_data(one, unit, ssh_keys(one)),
        "network-config": network_config(one, passwords.wifi(one)),
        "meta-data": meta_data(one),
        **{f"{_FOLDER}/{name}": content for name, content in facet.items()},
    }


def _report(nodes: list[Card], out: Path, passwords: _Passwords) -> None:
    console = open_console()
    table = Table("node", "host name", "broker", "user there", "Wi-Fi", "log-in", "folder")
    for one in nodes:
        broker = f"{one.host}, TLS" if one.is_encrypted else f"{one.host}, not encrypted"
        login = f"{one.user}, by key" if one.ssh_key else "none"
        cells = (
            one.node,
            one.effective_hostname,
            broker,
            one.effective_username or "none",
            one.wifi or "cable only",
            login,
            str(out / one.node),
        )
        table.add_row(*(Text(cell, overflow="fold") for cell in cells))
    console.print(table)
    steps = [
        "Write Raspberry Pi OS (Trixie, 64-bit, Lite) onto each card, without the Imager's customisation.",
        f"Copy everything in {out}/NODE onto the card's boot partition (bootfs), replacing what is there.",
    ]
    if passwords.lines:
        steps.append(
            f"Append {out / PASSWORDS} to the broker's password file, and reload it: docs/provisioning.md."
        )
    steps.append("Start the Pi. After a few minutes the device appears in Home Assistant.")
    for number, step in enumerate(steps, 1):
        console.print(Text(f"{number}. {step}"), soft_wrap=True)
    console.print(
        Text(f"{out} contains passwords: remove it when the cards are written."), soft_wrap=True
    )
