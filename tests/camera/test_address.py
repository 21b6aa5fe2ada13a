"""What camera.source may be, and what of it may stand in a log."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.camera.address import Kind, parse, redact
from device.errors import CameraError


@pytest.mark.parametrize(
    ("source", "kind", "target"),
    [
        ("0", Kind.DEVICE, "/dev/video0"),  # an index
        ("12", Kind.DEVICE, "/dev/video12"),
        ("/dev/video2", Kind.DEVICE, "/dev/video2"),
        ("/dev/v4l/by-id/usb-Cam-index0", Kind.DEVICE, "/dev/v4l/by-id/usb-Cam-index0"),
        ("rtsp://cam/1", Kind.STREAM, "rtsp://cam/1"),
        ("HTTP://cam/snap.jpg", Kind.STREAM, "HTTP://cam/snap.jpg"),  # schemes know no case
        ("door.JPG", Kind.PICTURE, "door.JPG"),  # nor do extensions
        ("door.webp", Kind.PICTURE, "door.webp"),
        ("door.mp4", Kind.VIDEO, "door.mp4"),
    ],
)
def test_the_form_of_a_source_tells_its_kind(source: str, kind: Kind, target: str) -> None:
    """Numbers and /dev are devices, URLs streams, and extensions tell pictures from videos."""
    address = parse(source)
    assert (address.kind, address.target) == (kind, target)


def test_an_existing_folder_is_a_folder_of_pictures(tmp_path: Path) -> None:
    """A folder is one whatever its name looks like."""
    folder = tmp_path / "album.jpg"
    folder.mkdir()
    assert parse(str(folder)).kind is Kind.FOLDER


def test_an_unknown_extension_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    """The error names the file, what it has, and what is allowed."""
    path = tmp_path / "door.pdf"
    path.touch()
    with pytest.raises(CameraError, match=r'door\.pdf has "\.pdf".*\.jpg.*\.mp4'):
        parse(str(path))


def test_a_missing_file_is_told_from_an_unknown_kind(tmp_path: Path) -> None:
    """Where there is nothing the error says that, and what could be given."""
    with pytest.raises(CameraError, match=r"there is no file or folder .*nothing"):
        parse(str(tmp_path / "nothing"))


def test_an_unknown_scheme_is_refused_without_its_password() -> None:
    """The error lists the schemes, and keeps the secret."""
    with pytest.raises(CameraError, match=r"ftp://cam/x .*rtsp://") as caught:
        parse("ftp://me:secret@cam/x")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("rtsp://me:pass@cam:554/live", "rtsp://cam:554/live"),
        ("rtsp://me@cam/live", "rtsp://cam/live"),
        ("http://cam/snap?user=me&pwd=pass", "http://cam/snap"),  # many cameras want it so
        ("rtsp://me:pa/ss@cam/live", "rtsp://cam/live"),  # a slash that was not escaped
        ("rtsp://me:pa?ss@cam/live", "rtsp://cam/live"),
        ("rtsp://me:p@ss@cam/live", "rtsp://cam/live"),
        ("rtsp://cam/live", "rtsp://cam/live"),
        ("0", "0"),
        ("/home/pi/me@home.jpg", "/home/pi/me@home.jpg"),  # a path has no password
    ],
)
def test_what_is_logged_has_no_password(source: str, shown: str) -> None:
    """Host, port and path stay; user, password and query go."""
    assert redact(source) == shown


@given(
    user=st.from_regex(r"[a-z]{1,8}", fullmatch=True),
    password=st.text(st.characters(codec="utf-8"), min_size=1).map(lambda text: f"\u2603{text}"),
)
def test_no_password_survives_whatever_it_is_made_of(user: str, password: str) -> None:
    """A snowman at the start of the password never reaches the log."""
    assert "\u2603" not in redact(f"rtsp://{user}:{password}@camera/live")
