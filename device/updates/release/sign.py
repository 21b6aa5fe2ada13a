"""For whoever makes releases: makes the key, signs wheels and networks, and writes the index. See docs/updates.md.

`python -m device.updates.sign key facet-release.pem`
`python -m device.updates.sign index FOLDER --key facet-release.pem --wheel facet_node-0.2.0-py3-none-any.whl`
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from pydantic import ValidationError

from device.errors import UpdateError
from device.networks.card import read_card
from device.networks.files import eight_bit_file
from device.perception.analysers.attributes import AttributeClassifier
from device.system.atomic_write import atomic_write
from device.system.program import run_program
from device.system.validation import describe
from device.updates.artifact import MAXIMUM_BYTES, SOFTWARE, Artifact, Kind
from device.updates.node.index import Index
from device.updates.self_test import check_network

app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)

# In the place of a signature until there is one, and as long.
_UNSIGNED = "A" * 88


def make_key(path: Path) -> str:
    """Write a new private key, for its owner alone, and return the public one in base64.

    Raises:
        UpdateError: the file is there already, or cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        message = f"{path} cannot be made ({error.strerror}); a key is never overwritten"
        raise UpdateError(message) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(public).decode("ascii")


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """Return the private key in a file.

    Raises:
        UpdateError: there is none.
    """
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        message = f"--key {path} is not a private key: {error}"
        raise UpdateError(message) from error
    if not isinstance(key, Ed25519PrivateKey):
        message = f"--key {path} is not an Ed25519 key"
        raise UpdateError(message)
    return key


def signed(kind: Kind, name: str, version: str, file: Path, key: Ed25519PrivateKey) -> Artifact:
    """Return the signed statement on a file.

    Raises:
        UpdateError: nodes do not understand the version, or the file is too large for them.
    """
    data = file.read_bytes()
    if len(data) > MAXIMUM_BYTES:
        message = f"{file} has {len(data)} bytes; nodes take {MAXIMUM_BYTES}"
        raise UpdateError(message)
    try:
        unsigned = Artifact(
            kind=kind,
            name=name,
            version=version,
            sha256=hashlib.sha256(data).hexdigest(),
            signature=_UNSIGNED,
        )
    except ValidationError as error:
        message = f"{file}: {name} {version} is not a version such as 0.2.0 or 0.2.0rc1"
        raise UpdateError(message) from error
    signature = base64.b64encode(key.sign(unsigned.statement)).decode("ascii")
    return unsigned.model_copy(update={"signature": signature})


def pack(network: Path, folder: Path) -> tuple[Path, str, str]:
    """Put a network that passes the self-test and its JSON into one archive; return it with name and version.

    Raises:
        ModelError: it does not load.
        UpdateError: it fails the self-test.
    """
    card = read_card(network)
    check_network(network)
    archive = folder / f"{card.name}-{card.version}.zip"
    _pack(archive, {network: Path(f"{card.name}.tflite")})
    return archive, card.name, card.version


def pack_both(network: Path, folder: Path) -> Path | None:
    """Put a network, the same for eight-bit arithmetic and both JSONs into one archive; None if it has no such file.

    Raises:
        ModelError: the file for eight-bit arithmetic does not load, or belongs to another network.
        WrongAnswersError: this machine computes it wrongly, and so cannot tell whether it is right.
    """
    quick = eight_bit_file(network)
    if not quick.is_file():
        return None
    card = AttributeClassifier.load(quick).card
    archive = folder / f"{card.name}-{card.version}-with-eight-bits.zip"
    named = Path(f"{card.name}.tflite")
    _pack(archive, {network: named, quick: eight_bit_file(named)})
    return archive


def _pack(archive: Path, names: Mapping[Path, Path]) -> None:
    """Write networks and the JSONs beside them into an archive, under other names."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for network, name in names.items():
            for suffix in (".tflite", ".json"):
                packed.write(network.with_suffix(suffix), name.with_suffix(suffix))


def write_index(
    folder: Path,
    key: Ed25519PrivateKey,
    wheel: Path | None,
    networks: list[Path],
    *,
    summary: str | None = None,
    release_url: str | None = None,
    model_summary: str | None = None,
    model_url: str | None = None,
) -> Path:
    """Put everything that nodes need into a folder, and return the index in it.

    Args:
        folder: of the web server; made if it is missing.
        key: the private one.
        wheel: a release of Facet.
        networks: each with its JSON beside it.
        summary: what is new in the release, at most 255 characters.
        release_url: a page that says more of it; https only.
        model_summary: what is new in the networks.
        model_url: a page that says more of them.

    Raises:
        ModelError: a network does not load.
        UpdateError: something cannot be signed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    document: dict[str, Any] = {"format": 1, "models": []}
    if wheel is not None:
        version = _wheel_version(wheel)
        artifact = signed(Kind.SOFTWARE, SOFTWARE, version, wheel, key)
        if wheel.parent.resolve() != folder.resolve():
            shutil.copy(wheel, folder)
        document["release"] = _listed(artifact, wheel.name)
        document["release"] |= {"summary": summary, "release_url": release_url}
    for network in networks:
        archive, name, version = pack(network, folder)
        artifact = signed(Kind.MODEL, name, version, archive, key)
        notes = {"summary": model_summary, "release_url": model_url}
        listed = {"name": name, **_listed(artifact, archive.name), **notes}
        if both := pack_both(network, folder):
            signed_both = signed(Kind.MODEL, name, version, both, key)
            listed["with_eight_bits"] = _listed(signed_both, both.name)
        document["models"].append(listed)
    try:
        index = Index.model_validate_json(json.dumps(document))
    except ValidationError as error:
        message = f"nodes would reject the index: {describe(error)}"
        raise UpdateError(message) from error
    path = folder / "index.json"
    # A server may offer the folder while it is written.
    atomic_write(path, index.model_dump_json(indent=1, exclude_none=True) + "\n", mode=0o644)
    return path


def _listed(artifact: Artifact, url: str) -> dict[str, Any]:
    return {
        "version": artifact.version,
        "url": url,
        "sha256": artifact.sha256,
        "signature": artifact.signature,
    }


def _wheel_version(wheel: Path) -> str:
    try:
        name, version, _build, _tags = parse_wheel_filename(wheel.name)
    except InvalidWheelFilename as error:
        message = f"--wheel {wheel} is not a wheel of Facet: {error}"
        raise UpdateError(message) from error
    if name != SOFTWARE or wheel.name != f"facet_node-{version}-py3-none-any.whl":
        message = f"--wheel {wheel} is not a wheel of Facet; it is called facet_node-VERSION-py3-none-any.whl"
        raise UpdateError(message)
    return str(version)


@app.command()
def key(
    path: Annotated[
        Path, typer.Argument(help="The file to write. Keep it where no server can read it.")
    ],
) -> None:
    """Make a private key, and print the public one, which nodes need as updates.public_key."""
    typer.echo(make_key(path))


@app.command()
def index(
    folder: Annotated[Path, typer.Argument(help="The folder for the web server.")],
    private_key: Annotated[Path, typer.Option("--key", help="The file with the private key.")],
    wheel: Annotated[Path | None, typer.Option(help="The wheel of a release of Facet.")] = None,
    model: Annotated[
        list[Path] | None, typer.Option(help="A network, with its JSON beside it; repeatable.")
    ] = None,
    summary: Annotated[str | None, typer.Option(help="What is new, in 255 characters.")] = None,
    release_url: Annotated[str | None, typer.Option(help="A page that says more.")] = None,
    model_summary: Annotated[
        str | None, typer.Option(help="What is new in the networks, in 255 characters.")
    ] = None,
    model_url: Annotated[str | None, typer.Option(help="A page that says more of them.")] = None,
) -> None:
    """Sign files, and write them with their index into a folder for a web server."""
    if wheel is not None:
        _wheel_version(wheel)
        try:
            typer.echo(f"{_write_sbom(wheel, folder)} is written")
        except ModuleNotFoundError as error:
            typer.echo(f"no list of components is written: {_needs(error)}", err=True)
    path = write_index(
        folder,
        read_private_key(private_key),
        wheel,
        model or [],
        summary=summary,
        release_url=release_url,
        model_summary=model_summary,
        model_url=model_url,
    )
    typer.echo(f"{path} is written; nodes need its address as updates.index")


@app.command()
def sbom(
    wheel: Annotated[Path, typer.Argument(help="The wheel of a release of Facet.")],
    folder: Annotated[Path, typer.Option("--out", help="The folder to write to.")] = Path(),
) -> None:
    """Write the list of components of a wheel (CycloneDX); the same wheel always gives the same list."""
    try:
        typer.echo(f"{_write_sbom(wheel, folder)} is written")
    except ModuleNotFoundError as error:
        raise UpdateError(_needs(error)) from error


def _write_sbom(wheel: Path, folder: Path) -> Path:
    from device.updates.release.sbom import write_sbom

    return write_sbom(wheel, folder)


def _needs(error: ModuleNotFoundError) -> str:
    return f"it needs the package {error.name}; run: pip install 'facet-node[release]'"


def main() -> None:
    """Run a command; an error that the maintainer can act on is a line, not a traceback."""
    run_program(app)
