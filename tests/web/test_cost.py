"""What the page costs a node: memory while nobody looks, and time while somebody does."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import monotonic, sleep

import cv2
import httpx
import pytest
import yaml

from device.cli.demo.portrait import write_portrait
from device.cli.memory.steps import memory
from device.node.live import WATCHED_SECONDS
from tests.broker.mosquitto import free_port, listens, wait_for
from tests.web.bench import csrf
from tests.web.node import PageNode, running_page

pytestmark = pytest.mark.web

_MOST_MEGABYTES = 20
_MOST_SLOWER = 1.10
_BLOCKS, _PRESSES = 6, 6
_PATIENCE_SECONDS = 30.0


@contextmanager
def _process(folder: Path, page: dict[str, object]) -> Iterator[int]:
    """Run a node as its service does, and give its process id once it is there, and its page."""
    folder.mkdir()
    sections = {
        "node": {"id": "hall", "state_directory": str(folder / "state")},
        "mqtt": {"host": "127.0.0.1", "port": 1},
        "camera": {"source": str(write_portrait(folder))},
        "page": page,
    }
    path = folder / "facet.yaml"
    path.write_text(yaml.safe_dump(sections))
    command = [sys.executable, "-m", "device", "run", "-c", str(path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            for line in process.stderr:
                if "is available" in line:
                    break
            if page:
                wait_for(lambda: listens(int(str(page["port"]))), "the page is there")
            sleep(3)
            yield process.pid
        finally:
            process.terminate()
            process.communicate(timeout=_PATIENCE_SECONDS)


def test_a_page_that_nobody_looks_at_takes_at_most_20_megabytes(tmp_path: Path) -> None:
    """Of a Pi Zero 2 W's 512; what is in no file, for how much of a library is resident is the kernel's choice."""
    with _process(tmp_path / "without", {}) as pid:
        without = _anonymous_megabytes(pid)
    port = free_port()
    with _process(tmp_path / "with", {"enabled": True, "port": port}) as pid:
        assert httpx.get(f"http://127.0.0.1:{port}/login").status_code == 200
        more = _anonymous_megabytes(pid) - without
    print(f"the page takes {more:.1f} MB")
    assert more <= _MOST_MEGABYTES


def _anonymous_megabytes(pid: int) -> float:
    return memory(Path(f"/proc/{pid}/smaps_rollup"))["anonymous_mb"]


@pytest.mark.timed
def test_a_press_takes_at_most_a_tenth_longer_while_somebody_watches(tmp_path: Path) -> None:
    """In turns on one node: with a browser that shows the live view, and without."""
    ratios = []
    camera = {"source": str(_video(tmp_path))}
    with running_page(tmp_path, camera=camera) as node:
        _press(node)
        for _ in range(_BLOCKS):
            sleep(WATCHED_SECONDS)
            alone = median(_press(node) for _ in range(_PRESSES))
            with _watching(node):
                watched = median(_press(node) for _ in range(_PRESSES))
            print(f"{alone:.1f} ms, watched {watched:.1f} ms")
            ratios.append(watched / alone)
    assert median(ratios) <= _MOST_SLOWER


def _video(folder: Path) -> Path:
    """Return a video of the portrait, so that a press takes a burst as it does with a camera."""
    portrait = cv2.imread(str(write_portrait(folder)))
    assert portrait is not None
    height, width = portrait.shape[:2]
    path = folder / "portrait.avi"
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, (width, height))
    for _ in range(300):
        video.write(portrait)
    video.release()
    return path


def _press(node: PageNode) -> float:
    """Press, and return for how many milliseconds the answer took."""
    before = len(node.sink.observations)
    node.press()
    end = monotonic() + _PATIENCE_SECONDS
    while len(node.sink.observations) == before:
        assert monotonic() < end
        sleep(0.005)
    # Not in step with the looks.
    sleep(0.17)
    return node.sink.observations[-1][0].timings["total"]


@contextmanager
def _watching(node: PageNode) -> Iterator[None]:
    """Ask for each look once, as the live view does."""
    is_over = threading.Event()
    has_seen = threading.Event()

    def watch() -> None:
        headers = {"origin": node.url}
        with httpx.Client(base_url=node.url, headers=headers, timeout=_PATIENCE_SECONDS) as browser:
            browser.post("/login", data={"password": node.password})
            assert csrf(browser.get("/"))
            newest = "-1"
            while not is_over.is_set():
                answer = browser.get("/live", params={"after": newest})
                if answer.status_code == httpx.codes.OK:
                    newest = answer.text.partition('"number": ')[2].partition(",")[0]
                    has_seen.set()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        assert has_seen.wait(_PATIENCE_SECONDS)
        yield
    finally:
        is_over.set()
        thread.join()
