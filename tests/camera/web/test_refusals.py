"""What a camera on the network may answer instead of a picture, and who gets its password."""

from __future__ import annotations

import re

import pytest

from device.camera import open_camera
from device.config import CameraSettings
from device.errors import CameraError, CameraTrouble
from device.observation import Frame
from device.system.secret_address import SecretAddress
from tests.camera.server import jpeg
from tests.hostile.camera import answering, ok, refusal

WHOLE = jpeg(100)


def burst(url: str) -> list[Frame]:
    """Return a burst of the product's camera on a URL."""
    with open_camera(CameraSettings(source=SecretAddress(url))) as camera:
        return camera.burst(1, 0.0)


_BASIC = 'WWW-Authenticate: Basic realm="camera"\r\n'
_DIGEST = 'WWW-Authenticate: Digest realm="camera", nonce="abc", qop="auth"\r\n'
_PAGE = b"<!DOCTYPE html><html><title>Log in</title></html>"


@pytest.mark.parametrize(
    ("answer", "login", "words"),
    [
        (refusal("401 Unauthorized", _BASIC), "me:hush@", "401: it does not accept the user"),
        (refusal("401 Unauthorized", _DIGEST), "me:hush@", "401: it does not accept the user"),
        (refusal("401 Unauthorized", _BASIC), "", "401: it asks for.*USER:PASSWORD@HOST.*%40"),
        (
            refusal("403 Forbidden"),
            "me:hush@",
            "403: it does not allow this. In the camera's settings",
        ),
        (refusal("404 Not Found"), "me:hush@", "404: it has nothing at this path. Take the path"),
        (refusal("503 Service Unavailable"), "me:hush@", "503: it is busy or still starting"),
        (refusal("500 Internal Server Error"), "me:hush@", "500: that is no picture. Check"),
        (refusal("599 Odd"), "me:hush@", "599: that is no picture"),
        (
            ok(_PAGE, "text/html"),
            "me:hush@",
            "answers, but with no picture: what came is text/html",
        ),
        (ok(_PAGE, "text/plain"), "me:hush@", "answers, but with no picture.* manual"),
        (ok(b'{"a": 1, "b": 2}', "application/json"), "me:hush@", "came is application/json"),
        (ok(b""), "me:hush@", "ends early.*0 bytes came"),
    ],
)
def test_each_way_to_give_no_picture_has_its_sentence(
    answer: bytes, login: str, words: str
) -> None:
    """With the next step, and without the password."""
    with answering(answer) as asked:
        with pytest.raises(CameraError, match=words) as raised:
            burst(asked.url.replace("://", f"://{login}"))
        assert "hush" not in str(raised.value)
        # One without and one with the password: many cameras lock a user after five wrong ones.
        assert len(asked.requests) <= 2


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (ok(_PAGE, "text/html"), CameraTrouble.NO_PICTURE),
        (refusal("403 Forbidden"), CameraTrouble.NO_CONNECTION),
    ],
    ids=["page", "refusal"],
)
def test_a_page_is_no_picture_and_a_refusal_no_connection(
    answer: bytes, trouble: CameraTrouble
) -> None:
    """The words for automations."""
    with (
        answering(answer) as asked,
        open_camera(CameraSettings(source=SecretAddress(asked.url))) as camera,
    ):
        with pytest.raises(CameraError):
            camera.burst(1, 0.0)
        assert camera.status.trouble is trouble


@pytest.mark.parametrize(
    ("login", "sent"),
    [
        ("me:a%40b%3Ac%2Fd", b"bWU6YUBiOmMvZA=="),
        ("me:a@b", b"bWU6YUBi"),  # works without encoding, as it always did
        ("me:a[b", b"bWU6YVti"),
    ],
)
def test_the_password_is_decoded_and_given_when_it_is_asked_for(login: str, sent: bytes) -> None:
    """Basic: the base64 of me:a@b:c/d."""
    with answering(refusal("401 Unauthorized", _BASIC), ok(WHOLE)) as asked:
        assert len(burst(asked.url.replace("://", f"://{login}@"))) == 1
    assert b"Authorization" not in asked.requests[0]
    assert b"Authorization: Basic " + sent in asked.requests[1]


def test_a_digest_is_computed_when_it_is_asked_for() -> None:
    """Most surveillance cameras ask for it; the password itself does not travel."""
    with answering(refusal("401 Unauthorized", _DIGEST), ok(WHOLE)) as asked:
        assert len(burst(asked.url.replace("://", "://me:hush@"))) == 1
    assert re.search(
        rb'Authorization: Digest username="me".*response="[0-9a-f]{32}"', asked.requests[1]
    )
    assert b"hush" not in asked.requests[1]


def test_a_path_may_hold_spaces_and_umlauts_and_its_query_is_kept() -> None:
    """They are encoded; what is encoded already stays as it is."""
    with answering(ok(WHOLE)) as asked:
        burst(f"{asked.url}/Tür 1%20a?user=me&pwd=a%26b#fragment")
    assert asked.requests[0].startswith(
        b"GET /picture/T%C3%BCr%201%20a?user=me&pwd=a%26b HTTP/1.1\r\n"
    )


def test_the_password_goes_with_a_redirection_on_the_same_host() -> None:
    """Some cameras send the snapshot's short path to a long one, and ask there."""
    moved = refusal("302 Found", "Location: /long/path.jpg\r\n")
    with answering(moved, refusal("401 Unauthorized", _BASIC), ok(WHOLE)) as asked:
        assert len(burst(asked.url.replace("://", "://me:hush@"))) == 1
    assert b"Authorization: Basic" in asked.requests[2]


def test_the_password_does_not_go_to_another_host() -> None:
    """A redirection cannot fetch it."""
    with answering(refusal("401 Unauthorized", _BASIC)) as other:
        moved = refusal("302 Found", f"Location: http://localhost:{other.port}/\r\n")
        with answering(moved) as asked, pytest.raises(CameraError, match="answers 401"):
            burst(asked.url.replace("://", "://me:hush@"))
    assert len(other.requests) == 1
    assert b"Authorization" not in other.requests[0]


def test_a_camera_that_is_switched_off_has_a_sentence_too() -> None:
    """What the system says, and what to check."""
    with answering(ok(WHOLE)) as asked:
        pass
    with pytest.raises(
        CameraError, match=r"does not answer: .*refused.* host and port of its URL\.$"
    ):
        burst(asked.url)


def test_an_unreachable_host_may_be_the_beginning_of_a_password() -> None:
    """The URL could mean either; only the owner knows."""
    with answering(ok(WHOLE)) as asked:
        pass
    with pytest.raises(CameraError, match=r"does not answer.*Its @ stands behind.*%2F") as raised:
        burst(f"http://127.0.0.1:{asked.port}/hush@cam/1")
    assert "hush" not in str(raised.value)
