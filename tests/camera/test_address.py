"""What camera.source may be, and what of it may be logged."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from device.camera import open_camera
from device.camera.address import Kind, doubt, parse
from device.config import CameraSettings
from device.errors import CameraError
from device.system.secret_address import SecretAddress


@pytest.mark.parametrize(
    ("source", "kind", "target"),
    [
        ("0", Kind.DEVICE, "/dev/video0"),  # an index
        ("12", Kind.DEVICE, "/dev/video12"),
        ("/dev/video2", Kind.DEVICE, "/dev/video2"),
        ("/dev/v4l/by-id/usb-Cam-index0", Kind.DEVICE, "/dev/v4l/by-id/usb-Cam-index0"),
        ("rtsp://cam/1", Kind.STREAM, "rtsp://cam/1"),
        ("HTTP://cam/snap.jpg", Kind.STREAM, "HTTP://cam/snap.jpg"),  # case does not matter
        ("door.JPG", Kind.PICTURE, "door.JPG"),  # nor does it in extensions
        ("door.webp", Kind.PICTURE, "door.webp"),
        ("door.mp4", Kind.VIDEO, "door.mp4"),
    ],
)
def test_the_form_of_a_source_decides_its_kind(source: str, kind: Kind, target: str) -> None:
    """Numbers and /dev are devices, URLs are streams, and extensions distinguish pictures from videos."""
    address = parse(SecretAddress(source))
    assert (address.kind, address.target) == (kind, target)


def test_an_existing_folder_is_a_folder_of_pictures(tmp_path: Path) -> None:
    """Even when its name looks like that of a picture."""
    folder = tmp_path / "album.jpg"
    folder.mkdir()
    assert parse(SecretAddress(str(folder))).kind is Kind.FOLDER


def test_an_unknown_extension_is_rejected_with_the_known_ones(tmp_path: Path) -> None:
    """The error names the file, what it has, and what is allowed."""
    path = tmp_path / "door.pdf"
    path.touch()
    with pytest.raises(CameraError, match=r'door\.pdf has "\.pdf".*\.jpg.*\.mp4'):
        parse(SecretAddress(str(path)))


def test_a_missing_file_is_distinguished_from_an_unknown_kind(tmp_path: Path) -> None:
    """Where there is nothing, the error says so, and what could be given."""
    with pytest.raises(CameraError, match=r"there is no file or folder .*nothing"):
        parse(SecretAddress(str(tmp_path / "nothing")))


def test_an_unknown_scheme_is_rejected_without_its_password() -> None:
    """The error lists the schemes, and does not show the password."""
    with pytest.raises(CameraError, match=r"ftp://cam/\*\*\* .*rtsp://") as caught:
        parse(SecretAddress("ftp://me:secret@cam/x"))
    assert "secret" not in str(caught.value)


def test_an_address_has_a_label_without_its_password() -> None:
    """The label is for logs and errors, the target for OpenCV."""
    address = parse(SecretAddress("http://me:hush@cam/snapshot.cgi?user=me&pwd=hush"))
    assert address.label == "http://cam/***"
    assert "hush" not in repr(address)
    assert address.target == "http://me:hush@cam/snapshot.cgi?user=me&pwd=hush"


@pytest.mark.parametrize(
    "source",
    [
        "rtsp://me:hu/sh@cam/1",  # the host would be me, its port hu
        "rtsp://me:hu?sh@cam/1",
        "http://me:hu#sh@cam/1",
        "http://me:hu:12/sh@cam/1",
        "http://me:hu@sh:sh@:/1",
        "http://cam:80a/1",
        "http:///1",
        "http://me:hush@/1",
        "http://a b/1",
    ],
)
def test_a_url_whose_host_cannot_be_read_says_how_to_encode_the_password(source: str) -> None:
    """The usual cause is a character of the password, of which nothing is shown."""
    with (
        open_camera(CameraSettings(source=SecretAddress(source))) as camera,
        pytest.raises(
            CameraError, match=r"camera\.source: the host of .* cannot be read"
        ) as raised,
    ):
        camera.burst(1, 0.0)
    message = str(raised.value)
    assert "USER:PASSWORD@HOST:PORT/PATH" in message
    assert "write @ # / : ? % as %40 %23 %2F %3A %3F %25" in message
    assert not re.search(r"\bhu|sh@", message)


@pytest.mark.parametrize(
    "source",
    [
        "rtsp://me:hu@sh@cam:554/1",  # the last @ ends the password
        "rtsp://me:hu:sh@cam/1",
        "rtsp://me:hu%2Fsh@cam/1",
        "http://[fe80::1%25eth0]:80/1",
        "http://cam_1.local:8080/1?mail=a@b.c",
        "http://cam",
        "http://münchen/1",
    ],
)
def test_a_url_that_always_worked_still_does(source: str) -> None:
    """An @ or : in the password needs no encoding, and a path may hold an @."""
    assert parse(SecretAddress(source)).kind is Kind.STREAM


def test_a_url_that_may_have_lost_its_password_is_doubted_only_then() -> None:
    """`12` might be a port, and `34@cam/1` a path."""
    assert "%2F" in doubt("http://me:12/34@cam/1")
    assert "34" not in doubt("http://me:12/34@cam/1")
    assert doubt("http://me:12@cam/1") == ""
