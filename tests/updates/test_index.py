"""The index: bounded, strict about what it says, and fetched over TLS or from a file."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.errors import UpdateError
from device.system.secret_address import SecretAddress
from device.updates.node.fetch import read_url
from device.updates.node.index import MAXIMUM_BYTES, read_index
from device.updates.release.sign import write_index
from tests.updates.conftest import Maintainer, Site

_KEYS = st.sampled_from(["format", "release", "models", "name", "version", "url", "sha256"])
_LEAVES: st.SearchStrategy[object] = (
    st.none() | st.integers() | st.text(max_size=10) | st.sampled_from([1, "1.0", "a", "0" * 64])
)


def _nested(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=6)


def _encoded(document: object) -> bytes:
    return json.dumps(document).encode()


@pytest.fixture
def published(site: Site, maintainer: Maintainer, wheel: Path) -> Site:
    """A site with a release."""
    write_index(
        site.folder, maintainer.key, wheel, [], summary="Finds more", release_url="https://x.org/a"
    )
    return site


def test_a_release_is_found_with_its_absolute_address(published: Site) -> None:
    """The index may be moved together with its files: it names them relatively."""
    release = read_index(SecretAddress(published.index)).release
    assert release is not None
    assert release.version == "9.9.0"
    assert release.url == f"{published.url}/facet_node-9.9.0-py3-none-any.whl"
    assert (release.summary, release.release_url) == ("Finds more", "https://x.org/a")


def test_an_index_may_be_a_file(published: Site) -> None:
    """A folder that all nodes see, or a USB stick."""
    path = published.folder / "index.json"
    release = read_index(SecretAddress(path.as_uri())).release
    assert release is not None
    assert release.url == (published.folder / "facet_node-9.9.0-py3-none-any.whl").as_uri()


def test_a_server_whose_authority_nobody_knows_is_not_believed(
    published: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS is verified, and nothing switches that off."""
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(UpdateError, match="certificate verify failed"):
        read_index(SecretAddress(published.index))


def test_an_index_from_the_network_names_no_file_of_the_node(published: Site) -> None:
    """Its server could have any of them read."""
    published.rewrite(url="file:///etc/facet/secrets.yaml")
    with pytest.raises(UpdateError, match="only https: is followed"):
        read_index(SecretAddress(published.index))


def test_nothing_is_fetched_in_plain_text(published: Site) -> None:
    """Neither directly nor by a redirection."""
    with pytest.raises(UpdateError, match="unknown url type: http"):
        read_url(SecretAddress("http://localhost/index.json"), 100, 5)
    with pytest.raises(UpdateError, match="unknown url type: http"):
        read_url(SecretAddress(f"{published.url}/away"), 100, 5)


def test_user_and_password_of_the_address_are_for_its_server_alone(published: Site) -> None:
    """They log in there, also for the file that the index names; a redirection takes them nowhere."""
    index = published.index.replace("://", "://me:not%40signed@")
    release = read_index(SecretAddress(index)).release
    assert release is not None
    read_url(release.address, 1_000_000, 5)
    read_url(SecretAddress(index.replace("index.json", "moved")), MAXIMUM_BYTES, 5)
    login = f"Basic {b64encode(b'me:not@signed').decode()}"
    assert published.logins == [login, login, login, None]
    shown = repr(release)
    assert "signed" not in shown
    assert login not in shown


@pytest.mark.parametrize(
    "address",
    [
        "https://me:hush@",
        "https://me:hush@[hush]/",
        "https://me:hush@localhost:hush/",
        "https://localhost/hush hush",
        "https://me:hush@localhost/\N{SNOWMAN}hush",
        "https://me:hush@lo\N{FULLWIDTH SOLIDUS}calhost/hush",
        "https://me:hush@/hush?token=hush#hush",
    ],
)
def test_what_urllib_says_of_an_address_is_not_repeated(address: str) -> None:
    """It quotes the part that it cannot read, which may be the password."""
    with pytest.raises(UpdateError, match=r"cannot be read") as caught:
        read_url(SecretAddress(address), 100, 5)
    assert "hush" not in str(caught.value)


def test_a_document_without_end_is_given_up(published: Site) -> None:
    """No server fills the node's memory."""
    (published.folder / "index.json").write_bytes(b" " * (MAXIMUM_BYTES + 1))
    with pytest.raises(UpdateError, match=f"longer than the {MAXIMUM_BYTES} bytes"):
        read_index(SecretAddress(published.index))


def test_what_takes_too_long_is_given_up(published: Site) -> None:
    """A server that drips bytes keeps nobody."""
    with pytest.raises(UpdateError, match="took longer than"):
        read_url(SecretAddress(published.index), MAXIMUM_BYTES, -1)


def test_an_index_that_is_not_there_is_named(published: Site) -> None:
    """With what to check; and its connection is closed, for this may go on for weeks."""
    with pytest.raises(
        UpdateError, match=r"/\*\*\* cannot be read \(HTTP 404 Not Found\); check updates\.index"
    ) as caught:
        read_index(SecretAddress(f"{published.url}/no.json"))
    cause = caught.value.__cause__
    assert isinstance(cause, HTTPError)
    assert cause.fp.closed


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (lambda _: "", "Invalid JSON"),
        (lambda _: [], "Input should be an object"),
        (lambda d: d | {"format": 2}, "format: "),
        (lambda d: d | {"release": d["release"] | {"version": "newest"}}, "release.version: "),
        (
            lambda d: d | {"release": d["release"] | {"version": "\N{ARABIC-INDIC DIGIT ONE}.0"}},
            "release.version: ",
        ),
        (lambda d: d | {"release": d["release"] | {"sha256": 5}}, "release.sha256: "),
        (lambda d: d | {"release": d["release"] | {"url": ""}}, "release.url: "),
        (lambda d: d | {"release": d["release"] | {"release_url": "javascript:x"}}, "release_url"),
        (
            lambda d: d | {"release": d["release"] | {"release_url": f"https://x/{'y' * 500}"}},
            "release_url",
        ),
        (lambda d: d | {"release": d["release"] | {"release_url": "http://x.org/"}}, "release_url"),
        (lambda d: d | {"release": d["release"] | {"summary": "x" * 256}}, "release.summary: "),
        (lambda d: d | {"models": [d["release"] | {"name": "../../etc"}]}, "models.0.name: "),
    ],
)
def test_what_is_no_index_is_rejected_with_the_place(
    published: Site, damage: Callable[[Any], object], found: str
) -> None:
    """Whoever writes the index by hand learns where it is wrong."""
    path = published.folder / "index.json"
    changed = damage(json.loads(path.read_text()))
    path.write_text(changed if isinstance(changed, str) else json.dumps(changed))
    with pytest.raises(UpdateError) as caught:
        read_index(SecretAddress(published.index))
    assert found in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://[", "https://[::1", "//[x]/", "https://x:99999/", "https://localhost:x/", "https:", "?", "mailto:a@b",
        "https://\N{SNOWMAN}.invalid/", "https://" + "a" * 300 + "/", "data:,x", "file:///%00", "https://localhost/\x7f",
    ],
)  # fmt: skip
def test_no_address_in_an_index_does_more_than_fail(published: Site, url: str) -> None:
    """Whoever controls the index ends no node with it."""
    published.rewrite(url=url)
    path = published.folder / "index.json"
    with pytest.raises(UpdateError):  # noqa: PT012 - which of the two is the same to the node
        release = read_index(SecretAddress(path.as_uri())).release
        assert release is not None
        read_url(release.address, 10, 5)


@given(st.binary(max_size=300) | st.recursive(_LEAVES, _nested, max_leaves=20).map(_encoded))
def test_any_document_is_an_index_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """Nothing else comes out of it."""
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_bytes(content)
    try:
        index = read_index(SecretAddress(path.as_uri()))
    except UpdateError as error:
        assert len(str(error)) < 3000  # noqa: PT017 - or there is none
    else:
        assert len(index.models) <= 50


def test_a_later_index_may_say_more(published: Site) -> None:
    """Old nodes, which know nothing of it, must still find their update."""
    published.rewrite(minimum_memory=512)
    assert read_index(SecretAddress(published.index)).release
