"""The index: which versions there are, and where. It is not trusted: each file has a signature."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, TypeVar
from urllib.parse import urljoin, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from device.errors import UpdateError
from device.system.secret_address import SecretAddress
from device.system.validation import describe
from device.updates.artifact import SOFTWARE, Artifact, Kind, Name, Sha256, Signature, VersionText
from device.updates.node.fetch import read_url

MAXIMUM_BYTES = 64 * 1024
"""Of the document."""

# For the document, on a slow line.
_READING_SECONDS = 60.0

_Address: TypeAlias = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^\S+$")]


class _Listed(BaseModel):
    """A file in the index. Unknown keys are for nodes newer than this one, which must still find its update."""

    model_config = ConfigDict(defer_build=True, frozen=True, strict=True, extra="ignore")

    version: VersionText
    # Relative to the index, it may have the user, the password and the path of the index.
    url: _Address = Field(repr=False)
    sha256: Sha256
    signature: Signature
    summary: str | None = Field(None, max_length=255)
    release_url: str | None = Field(
        None, max_length=500, pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]+)?(/\S*)?$"
    )

    @property
    def address(self) -> SecretAddress:
        """Where the file is."""
        return SecretAddress(self.url)


_AnyListed = TypeVar("_AnyListed", bound=_Listed)


class Release(_Listed):
    """A wheel of Facet."""

    @property
    def artifact(self) -> Artifact:
        """What would be installed."""
        return _artifact(self, Kind.SOFTWARE, SOFTWARE)


class Archive(BaseModel):
    """Another file of the same version, with its own signature."""

    model_config = ConfigDict(defer_build=True, frozen=True, strict=True, extra="ignore")

    url: _Address = Field(repr=False)
    sha256: Sha256
    signature: Signature


class ModelRelease(_Listed):
    """An attribute network.

    Attributes:
        with_eight_bits: the archive that also has the file for eight-bit arithmetic; the other one is for older nodes,
            which take no archive of more than two files.
    """

    name: Name
    with_eight_bits: Archive | None = None

    @property
    def whole(self) -> ModelRelease:
        """The same with the archive that this node takes."""
        archive = self.with_eight_bits
        return self if archive is None else self.model_copy(update=dict(archive))

    @property
    def artifact(self) -> Artifact:
        """What would be installed."""
        return _artifact(self, Kind.MODEL, self.name)


class Index(BaseModel):
    """All of it."""

    model_config = ConfigDict(defer_build=True, frozen=True, strict=True, extra="ignore")

    format: Literal[1]
    release: Release | None = None
    models: list[ModelRelease] = Field(default_factory=list, max_length=50)

    def model(self, name: str) -> ModelRelease | None:
        """Return the network of that name."""
        return next((model for model in self.models if model.name == name), None)


def read_index(address: SecretAddress) -> Index:
    """Fetch the index, with absolute addresses.

    Args:
        address: https: or file:.

    Raises:
        UpdateError: it cannot be read, or is not an index.
    """
    data = read_url(address, MAXIMUM_BYTES, _READING_SECONDS)
    try:
        index = Index.model_validate_json(data)
    except ValidationError as error:
        message = (
            f"updates.index {address} is not an index: {describe(error)}; "
            "`python -m device.updates.sign index` writes one"
        )
        raise UpdateError(message) from error
    release = index.release and _located(index.release, address)
    models = [_located(model.whole, address) for model in index.models]
    return Index(format=1, release=release, models=models)


def _located(listed: _AnyListed, index: SecretAddress) -> _AnyListed:
    base = index.reveal()
    try:
        url = urljoin(base, listed.url)
        is_file = urlsplit(url).scheme == "file"
    except ValueError as error:
        message = f"updates.index {index} names {str(listed.address)!r}, which is not an address"
        raise UpdateError(message) from error
    if is_file and urlsplit(base).scheme != "file":
        message = f"updates.index {index} names the file {SecretAddress(url)}; from the network only https: is followed"
        raise UpdateError(message)
    return listed.model_copy(update={"url": url})


def _artifact(listed: _Listed, kind: Kind, name: str) -> Artifact:
    return Artifact(
        kind=kind,
        name=name,
        version=listed.version,
        sha256=listed.sha256,
        signature=listed.signature,
    )
