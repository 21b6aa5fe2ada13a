"""A maintainer with a key, a server that offers what was signed, and a node's folders."""

from __future__ import annotations

import json
import shutil
import ssl
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.config.sections.updates import UpdateSettings
from device.errors import UpdateError
from device.networks.files import ZOO, eight_bit_file
from device.supervision.heartbeat import Heartbeat
from device.updates.node.checker import Updates
from device.updates.release.sign import make_key, read_private_key, write_index
from device.updates.root.apply import Places
from tests.clock import Clock

Make = Callable[..., Updates]

LOCK = Path(__file__).parents[2] / "provisioning" / "requirements.lock"
NETWORK = "attributes-lite"
NEWER = "9999.1.1"
"""A version of the network, newer than any that ships."""
CHECK_INTERVAL = 86400
"""Seconds, of the node's side here."""


@dataclass(slots=True)
class Maintainer:
    """Who signs."""

    private_file: Path
    public_key: str

    @property
    def key(self) -> Ed25519PrivateKey:
        """The private key."""
        return read_private_key(self.private_file)


@dataclass(slots=True)
class Site:
    """A folder, and the address under which the world sees it.

    Attributes:
        folder: what it has.
        url: of the folder.
        logins: the header with user and password of each request; None where there was none.
    """

    folder: Path
    url: str
    logins: list[str | None]

    @property
    def index(self) -> str:
        """The index's address."""
        return f"{self.url}/index.json"

    def rewrite(self, **release: object) -> None:
        """Change what the index says of the release, as an attacker on the server would."""
        path = self.folder / "index.json"
        document = json.loads(path.read_text())
        document["release"] |= release
        path.write_text(json.dumps(document))


@dataclass(slots=True)
class Restarts:
    """A node that is restarted, and may not like it."""

    count: int = 0
    fails: bool = False

    def __call__(self) -> None:
        """Restart it."""
        self.count += 1
        if self.fails:
            self.fails = False
            message = "the node does not run with it"
            raise UpdateError(message)


@dataclass(slots=True)
class Pi:
    """A node's folders, with an installer that only takes notes."""

    places: Places
    restarts: Restarts = field(default_factory=Restarts)

    @property
    def folder(self) -> Path:
        """Where the node puts its request."""
        return self.places.state / "update"

    @property
    def installed(self) -> list[str]:
        """What the installer noted, a line a run."""
        notes = self.places.installer.with_name("installed")
        return notes.read_text().splitlines() if notes.exists() else []

    @property
    def result(self) -> dict[str, Any]:
        """What root answered."""
        document: dict[str, Any] = json.loads(self.places.result.read_text())
        return document


@pytest.fixture
def maintainer(tmp_path: Path) -> Maintainer:
    """A maintainer with a fresh key."""
    file = tmp_path / "release.pem"
    return Maintainer(file, make_key(file))


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A file with a wheel's name; what is in it concerns only the installer."""
    folder = tmp_path / "built"
    folder.mkdir()
    file = folder / "facet_node-9.9.0-py3-none-any.whl"
    file.write_bytes(b"PK wheel " * 20_000)
    return file


@pytest.fixture
def release_wheel(tmp_path: Path) -> Path:
    """A wheel with what the list of components is made from; the program is missing."""
    folder = tmp_path / "release"
    folder.mkdir()
    file = folder / "facet_node-9.9.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as packed:
        for path in (ZOO / "README.md", *sorted(ZOO.glob("*.tflite")), *sorted(ZOO.glob("*.json"))):
            packed.write(path, f"model/zoo/{path.name}")
        packed.write(LOCK, f"facet_node-9.9.0.data/data/share/facet/provisioning/{LOCK.name}")
    return file


@pytest.fixture
def trusted_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The TLS of a server at localhost, whose authority the node trusts."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    trusted = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(trusted)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    return context


@pytest.fixture
def site(tmp_path: Path, trusted_tls: ssl.SSLContext) -> Iterator[Site]:
    """A web server with TLS."""
    folder = tmp_path / "site"
    folder.mkdir()
    logins: list[str | None] = []
    handler = partial(_Quiet, logins, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.socket = trusted_tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, name="facet-site")
        thread.start()
        yield Site(folder, f"https://localhost:{server.server_port}", logins)
        server.shutdown()
        thread.join()


@pytest.fixture
def pi(tmp_path: Path, maintainer: Maintainer) -> Pi:
    """A node whose owner allows installation."""
    restarts = Restarts()
    places = Places(
        config=tmp_path / "facet.yaml",
        state=tmp_path / "state",
        result=tmp_path / "result.json",
        models=tmp_path / "models",
        installer=tmp_path / "root" / "install.sh",
        restart=restarts,
    )
    places.state.mkdir()
    places.installer.parent.mkdir()
    shutil.copy(Path(__file__).with_name("installer"), places.installer)
    places.config.write_text(
        "mqtt: {host: broker, password: !secret away}\n"
        "updates: {index: /srv/index.json, allow_install: true, "
        f"public_key: {maintainer.public_key}}}\n"
    )
    return Pi(places, restarts)


def newer_network(folder: Path, **changes: object) -> Path:
    """Copy the small network into a folder as a newer version, and change what its JSON says; return it."""
    folder.mkdir(exist_ok=True)
    network = folder / f"{NETWORK}.tflite"
    network.write_bytes((ZOO / network.name).read_bytes())
    document = json.loads((ZOO / f"{NETWORK}.json").read_bytes())
    network.with_suffix(".json").write_text(json.dumps(document | {"version": NEWER} | changes))
    return network


def with_eight_bits(network: Path) -> Path:
    """Put the shipped file for eight-bit arithmetic beside a copy of the small network, and return the network."""
    for suffix in (".tflite", ".json"):
        shipped = eight_bit_file(ZOO / network.name).with_suffix(suffix)
        shutil.copy(shipped, network.parent)
    return network


class _Quiet(SimpleHTTPRequestHandler):
    def __init__(self, logins: list[str | None], *arguments: Any, directory: str) -> None:  # noqa: ANN401 - its own
        self._logins = logins
        super().__init__(*arguments, directory=directory)

    def do_GET(self) -> None:
        """Send /away to a plain-text server, and /moved to the index; serve all else."""
        self._logins.append(self.headers["Authorization"])
        moved = {"/away": "http://localhost/file?hush", "/moved": "/index.json"}
        if self.path in moved:
            self.send_response(302)
            self.send_header("Location", moved[self.path])
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing: a test that fails shows enough."""


@pytest.fixture
def clock() -> Clock:
    """The clock of every node here."""
    return Clock()


@pytest.fixture
def published(site: Site, maintainer: Maintainer, wheel: Path) -> Site:
    """A site with a release."""
    write_index(site.folder, maintainer.key, wheel, [], summary="Finds more")
    return site


@pytest.fixture
def make(published: Site, maintainer: Maintainer, pi: Pi, clock: Clock) -> Make:
    """A function that makes a node's side, with changed settings; as after a start, it has read the index."""

    def _make(**changes: object) -> Updates:
        settings = UpdateSettings.model_validate(
            {
                "index": published.index,
                "allow_install": True,
                "public_key": maintainer.public_key,
                "check_interval": CHECK_INTERVAL,
            }
            | changes
        )
        updates = Updates(
            settings,
            pi.folder,
            (NETWORK, "1.0"),
            Heartbeat("updates"),
            pi.places.result,
            clock=clock,
            now=clock.now,
        )
        updates.resume()
        updates.turn()
        return updates

    return _make


def requested(pi: Pi) -> bool:
    """Whether root is asked for something."""
    return (pi.folder / "request").exists()
