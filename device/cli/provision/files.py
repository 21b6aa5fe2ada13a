"""The files that are copied onto a card: certificates, public keys, wheels, and the installer."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from pathlib import Path

from device.cli.provision.card import Card
from device.cli.provision.settings import CA_FILE, CERTIFICATE_FILE, KEY_FILE
from device.config import TlsSettings
from device.errors import ProvisionError
from device.mqtt.tls import tls_context

_PUBLIC_KEY = ("ssh-", "ecdsa-", "sk-")


def provisioning_folder() -> Path:
    """Return provisioning/: beside this code in a checkout, else where the package installed it.

    Raises:
        ProvisionError: neither is there.
    """
    homes = (
        Path(__file__).parents[3] / "provisioning",
        Path(sysconfig.get_path("data"), "share", "facet", "provisioning"),
    )
    for home in homes:
        if (home / "first-boot").is_dir():
            return home
    message = f"there is no first-boot in {' or in '.join(map(str, homes))}; install Facet again"
    raise ProvisionError(message)


def installer() -> Iterator[tuple[str, Path]]:
    """Return the scripts that go onto every card, each with its place there.

    Raises:
        ProvisionError: they are missing.
    """
    home = provisioning_folder()
    yield "first-boot", home / "first-boot" / "first-boot"
    yield "install.sh", home / "install.sh"
    for script in sorted((home / "install").glob("*.sh")):
        yield f"install/{script.name}", script


def ssh_keys(card: Card) -> list[str]:
    """Return the public keys in the card's file, or none without a file.

    Raises:
        ProvisionError: it cannot be read, or has other content.
    """
    if card.ssh_key is None:
        return []
    try:
        lines = card.ssh_key.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        message = f"the SSH key {card.ssh_key} cannot be read: {reason}"
        raise ProvisionError(message) from None
    keys = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if not keys or not all(key.startswith(_PUBLIC_KEY) for key in keys):
        message = f"the SSH key {card.ssh_key} is not a public key; give the file that ends in .pub"
        raise ProvisionError(message)
    return keys


def tls_files(card: Card) -> Iterator[tuple[str, Path]]:
    """Return the certificates and the key, each with its name on the card, after they have been loaded once.

    Raises:
        TlsFileError: one cannot be read, or they do not belong together.
    """
    files = {
        CA_FILE: card.ca_file,
        CERTIFICATE_FILE: card.certificate_file,
        KEY_FILE: card.key_file,
    }
    settings = TlsSettings(
        enabled=True,
        ca_file=card.ca_file,
        certificate_file=card.certificate_file,
        key_file=card.key_file,
    )
    tls_context(settings)
    return ((name, path) for name, path in files.items() if path is not None)


def wheels(wheel: Path | None, wheelhouse: Path | None) -> Iterator[tuple[str, Path]]:
    """Return the Python packages that go onto every card, each with its place there.

    Raises:
        ProvisionError: they are not what they should be.
    """
    if wheel is not None:
        if not wheel.is_file() or not wheel.match("facet_node-*.whl"):
            message = f"--wheel {wheel} is not a file facet_node-VERSION-py3-none-any.whl"
            raise ProvisionError(message)
        yield wheel.name, wheel
    if wheelhouse is not None:
        found = sorted(wheelhouse.glob("*.whl"))
        if not any(file.match("facet_node-*.whl") for file in found) and wheel is None:
            message = (
                f"--wheelhouse {wheelhouse} has no facet_node-*.whl among its {len(found)} wheels"
            )
            raise ProvisionError(message)
        yield from ((f"wheelhouse/{file.name}", file) for file in found)
