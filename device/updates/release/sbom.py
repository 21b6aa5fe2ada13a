"""The list of a release's components, as CycloneDX: every package of its lock file, and every network that it ships.

All of it is read from the wheel, and nothing from machine or clock: whoever has the wheel can make the same list.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from uuid import NAMESPACE_OID, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType, Pedigree
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.utils import parse_wheel_filename

from device.errors import UpdateError
from device.system.atomic_write import atomic_write
from device.updates.artifact import SOFTWARE
from device.updates.release.lock import Pin, read_lock

_LOCK = "/share/facet/provisioning/requirements.lock"
_TABLE = "model/zoo/README.md"
# A row of the table: files, what it is, origin, licence.
_ROW = re.compile(r"^\| `([^`|]+\.tflite)`[^|]*\|([^|]*)\|([^|]*)\|([^|]*)\|$", re.MULTILINE)
_LINKED_TEXT = re.compile(r", \[text\]\([^)]*\)")
_LINK = re.compile(r"\[([^]]*)\]\([^)]*\)")
_LICENCE = "Apache-2.0"
_LICENCES = LicenseFactory()


def write_sbom(wheel: Path, folder: Path) -> Path:
    """Write a release's list of components into a folder, and return its path.

    Raises:
        UpdateError: the file is no wheel of Facet, has no lock file, or has a network whose origin is not written down.
    """
    text = make_sbom(wheel)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{'-'.join(wheel.name.split('-')[:2])}.cdx.json"
    atomic_write(path, text, mode=0o644)
    return path


def make_sbom(wheel: Path) -> str:
    """Return a release's list of components as JSON that is valid by CycloneDX's own schema.

    Raises:
        UpdateError: as write_sbom().
    """
    try:
        data = wheel.read_bytes()
        version = str(parse_wheel_filename(wheel.name)[1])
        with zipfile.ZipFile(wheel) as packed:
            parts = [*_packages(packed), *_networks(packed)]
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        message = f"{wheel} is not a wheel of Facet: {error}"
        raise UpdateError(message) from error
    digest = hashlib.sha256(data).hexdigest()
    release = Component(
        type=ComponentType.APPLICATION,
        name=SOFTWARE,
        version=version,
        bom_ref=SOFTWARE,
        hashes=[_sha256(digest)],
        licenses=[_LICENCES.make_from_string(_LICENCE)],
        purl=PackageURL("pypi", None, SOFTWARE, version),
    )
    bom = Bom(components=parts, serial_number=uuid5(NAMESPACE_OID, digest))
    bom.metadata.component = release
    bom.metadata.timestamp = None  # type: ignore[assignment]  # the same wheel has the same list
    bom.register_dependency(release, parts)
    text = JsonV1Dot6(bom).output_as_string(indent=1) + "\n"
    if invalid := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        message = f"the list of components of {wheel.name} is not valid: {invalid}"
        raise UpdateError(message)
    return text


def _packages(packed: zipfile.ZipFile) -> Iterator[Component]:
    yield from map(_package, read_lock(_text(packed, _LOCK)))


def _text(packed: zipfile.ZipFile, end: str) -> str:
    """Return the file whose name has this end."""
    for name in packed.namelist():
        if name.endswith(end):
            return packed.read(name).decode("utf-8")
    message = (
        f"{packed.filename} has no {end}; build the wheel from a checkout, as docs/updates.md says"
    )
    raise UpdateError(message)


def _package(pin: Pin) -> Component:
    wanted = pin.requirement
    purl = PackageURL("pypi", None, wanted.name, pin.version)
    needed = [Property(name="facet:marker", value=str(wanted.marker))] if wanted.marker else []
    return Component(
        type=ComponentType.LIBRARY,
        name=wanted.name,
        version=pin.version,
        bom_ref=str(purl),
        hashes=map(_sha256, pin.sha256),
        purl=purl,
        properties=needed,
    )


def _networks(packed: zipfile.ZipFile) -> Iterator[Component]:
    rows = {file: map(str.strip, cells) for file, *cells in _ROW.findall(_text(packed, _TABLE))}
    for file in sorted(name for name in packed.namelist() if name.endswith(".tflite")):
        path = PurePosixPath(file)
        if path.name not in rows:
            message = f"{_TABLE} does not say where {path.name} comes from; add a row"
            raise UpdateError(message)
        what, origin, licence = rows[path.name]
        card = str(path.with_suffix(".json"))
        has_card = card in packed.namelist()
        yield Component(
            type=ComponentType.MACHINE_LEARNING_MODEL,
            name=path.stem,
            version=json.loads(packed.read(card))["version"] if has_card else None,
            description=what,
            bom_ref=file,
            hashes=[_sha256(hashlib.sha256(packed.read(file)).hexdigest())],
            licenses=[_LICENCES.make_from_string(_plain(licence))],
            pedigree=Pedigree(notes=_plain(origin)),
        )


def _plain(cell: str) -> str:
    """Return a cell of the table without its links, which lead to files beside it."""
    return _LINK.sub(r"\1", _LINKED_TEXT.sub("", cell)).replace("`", "")


def _sha256(digest: str) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=digest)
