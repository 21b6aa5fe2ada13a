"""A picture file is decoded whatever its size, in bounded memory, or rejected with a readable error."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from device.camera import read_picture
from device.camera.picture import KEPT_PIXELS, MAX_FILE_BYTES, MIN_SIDE, reduction
from device.errors import CameraError

_ORIENTATION = 0x0112  # EXIF's tag


@pytest.mark.parametrize("extension", [".jpg", ".png", ".webp", ".bmp"])
def test_every_allowed_kind_is_decoded(write_picture: Callable[..., Path], extension: str) -> None:
    """The picture comes back in its size, as contiguous BGR."""
    image = read_picture(write_picture(f"picture{extension}", 64, 48, left=0, right=255))
    assert image.shape == (48, 64, 3)
    assert image.dtype == np.uint8
    assert image.flags.c_contiguous
    assert image[24, 8].max() < 16
    assert image[24, 56].min() > 240


def test_grey_and_transparent_pictures_become_colour(tmp_path: Path) -> None:
    """One channel or four, the frame has three."""
    Pillow.new("L", (64, 48), 100).save(tmp_path / "grey.png")
    Pillow.new("RGBA", (64, 48), (1, 2, 3, 4)).save(tmp_path / "transparent.png")
    assert read_picture(tmp_path / "grey.png").shape == (48, 64, 3)
    assert read_picture(tmp_path / "transparent.png").shape == (48, 64, 3)


def test_exif_orientation_is_honoured(tmp_path: Path) -> None:
    """A portrait that a phone stored sideways is turned upright, with its dark side up."""
    lying = Pillow.new("RGB", (64, 48), (255, 255, 255))
    lying.paste((0, 0, 0), (0, 0, 32, 48))
    exif = Pillow.Exif()
    exif[_ORIENTATION] = 6  # to be turned by 90 degrees clockwise
    lying.save(tmp_path / "phone.jpg", exif=exif)
    image = read_picture(tmp_path / "phone.jpg")
    assert image.shape == (64, 48, 3)
    assert image[8, 24].max() < 16
    assert image[56, 24].min() > 240


@pytest.mark.parametrize(
    ("width", "height", "divisor"),
    [
        (640, 480, 1),
        (4000, 3000, 1),  # a phone's 12 megapixels
        (8160, 6120, 2),  # 50 megapixels
        (11_500, 8600, 4),  # 99 megapixels
        (200_000, 500, 4),  # a strip
    ],
)
def test_large_pictures_are_halved_until_they_fit(width: int, height: int, divisor: int) -> None:
    """What is left has at most the pixels that are kept."""
    assert reduction(width, height) == divisor
    assert (width // divisor) * (height // divisor) <= KEPT_PIXELS


def test_fifty_megapixels_are_read_in_bounded_memory(tmp_path: Path) -> None:
    """Decoding 8160x6120 pixels raises the peak by less than 100 MB; whole it would take 150 MB."""
    path = tmp_path / "large.jpg"
    assert cv2.imwrite(str(path), np.full((6120, 8160, 3), 90, np.uint8))
    program = (
        "import re, sys\n"
        "from pathlib import Path\n"
        "from device.camera import read_picture\n"
        "def peak():\n"
        "    return int(re.search(r'VmHWM:\\s*(\\d+)', Path('/proc/self/status').read_text())[1])\n"
        "before = peak()\n"
        "shape = read_picture(Path(sys.argv[1])).shape\n"
        "print(*shape, (peak() - before) // 1024)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    height, width, channels, megabytes = map(int, run.stdout.split())
    assert (height, width, channels) == (3060, 4080, 3)
    assert megabytes < 100


@pytest.mark.parametrize(
    ("name", "size", "options", "words"),
    [
        ("one.jpg", (1, 1), {}, "has 1x1 pixels; a picture needs at least 32x32"),
        ("strip.png", (3000, 8), {}, "has 3000x8 pixels"),
        ("whole.png", (8000, 5000), {}, "40 megapixels; allowed for a file of this kind: 32.*JPEG"),
        ("baseline.jpg", (11_000, 10_000), {}, "110 megapixels.*: 100. Make it smaller"),
        ("progressive.jpg", (8000, 5000), {"progressive": True}, "40 megapixels.*baseline"),
        ("bomb.png", (20_000, 20_000), {}, "far more than the 100 megapixels"),
    ],
)
def test_sizes_out_of_bounds_are_rejected_from_the_header(
    tmp_path: Path, name: str, size: tuple[int, int], options: dict[str, Any], words: str
) -> None:
    """The error names the file, its size, and what is allowed."""
    path = tmp_path / name
    Pillow.new("1" if name.endswith(".png") else "L", size).save(path, **options)
    with pytest.raises(CameraError, match=words) as caught:
        read_picture(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("part", [0.9, 0.5, 0.02])
@pytest.mark.parametrize("extension", [".jpg", ".png", ".webp", ".bmp"])
def test_a_file_that_was_cut_off_is_rejected(
    write_picture: Callable[..., Path], extension: str, part: float
) -> None:
    """Half a picture is an error, however many of its lines could be shown."""
    path = write_picture(f"cut{extension}", 640, 480)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(CameraError, match=r"damaged|whatever its name says"):
        read_picture(path)


@pytest.mark.parametrize(
    "content", [b"", b"not a picture at all\n", bytes(1000), b"\xff\xd8\xff\xe0"]
)
def test_what_is_not_a_picture_is_rejected_whatever_its_name_says(
    tmp_path: Path, content: bytes
) -> None:
    """Text, nothing, zeros and a lone JPEG marker are recognized as such."""
    path = tmp_path / "text.jpg"
    path.write_bytes(content)
    with pytest.raises(CameraError, match="is not a JPEG, PNG, WebP or BMP picture"):
        read_picture(path)


def _encoded(extension: str) -> bytes:
    picture = np.arange(40 * 40 * 3, dtype=np.uint8).reshape(40, 40, 3)
    return bytes(cv2.imencode(extension, picture)[1])


_ENCODED = {extension: _encoded(extension) for extension in (".jpg", ".png", ".webp", ".bmp")}
_PLACES = st.floats(0, 1, exclude_max=True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    extension=st.sampled_from(sorted(_ENCODED)),
    # Where, how many bytes go, and what comes in their place; the header more often than the rest.
    damages=st.lists(
        st.tuples(
            st.one_of(_PLACES, _PLACES.map(lambda place: place / 20)),
            st.integers(0, 16),
            st.binary(max_size=16),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_no_damage_ends_in_anything_but_a_picture_or_a_clear_error(
    tmp_path: Path, extension: str, damages: list[tuple[float, int, bytes]]
) -> None:
    """Bytes that are lost, changed or added anywhere in a picture never raise anything else."""
    data = bytearray(_ENCODED[extension])
    for place, lost, added in damages:
        start = int(place * len(data))
        data[start : start + lost] = added
    path = tmp_path / f"damaged{extension}"
    path.write_bytes(data)
    with contextlib.suppress(CameraError):
        image = read_picture(path)
        assert image.shape[2] == 3
        assert min(image.shape[:2]) >= MIN_SIDE


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(extension=st.sampled_from(sorted(_ENCODED)), data=st.binary(max_size=300))
def test_any_bytes_behind_a_pictures_first_are_a_picture_or_a_clear_error(
    tmp_path: Path, extension: str, data: bytes
) -> None:
    """The first bytes make the decoders believe; what follows is anything."""
    path = tmp_path / f"invented{extension}"
    path.write_bytes(_ENCODED[extension][:12] + data)
    with contextlib.suppress(CameraError):
        assert read_picture(path).ndim == 3


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The error says that it is missing, and where."""
    with pytest.raises(CameraError, match=r"there is no file .*absent\.jpg"):
        read_picture(tmp_path / "absent.jpg")


def test_a_folder_with_a_pictures_name_is_rejected(tmp_path: Path) -> None:
    """Only regular files are read: a named pipe would block for ever."""
    (tmp_path / "folder.jpg").mkdir()
    with pytest.raises(CameraError, match="is not a regular file"):
        read_picture(tmp_path / "folder.jpg")


def test_a_file_beyond_the_limit_is_rejected_unread(tmp_path: Path) -> None:
    """A sparse file of 65 MB is rejected by its size."""
    path = tmp_path / "long.jpg"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 2**20)
    with pytest.raises(CameraError, match="has 65 MB; allowed: 64 MB"):
        read_picture(path)
