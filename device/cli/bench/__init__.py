"""`facet bench`: what a press costs on this machine, and what the networks alone cost."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

from rich.progress import track

from device.camera import read_picture
from device.cli.bench.allocations import allocated_kilobytes
from device.cli.bench.bare import BareNetworks
from device.cli.bench.compare import comparison, read_document
from device.cli.bench.document import Document, NodeFigures, document
from device.cli.bench.listener import NODE_TOPIC, NodeListener, Press
from device.cli.bench.machine_peak import MachinePeak
from device.cli.bench.markdown import row
from device.cli.bench.node import Broker, MeasuredNode, measured_node, read_times
from device.cli.broker_client import broker_client
from device.config import MqttSettings
from device.errors import BenchError
from device.observation import Frame
from device.perception import open_perception
from device.system.console import open_console
from device.system.machine import cpu_seconds, peak_resident_bytes, resident_bytes

_IDLE_SECONDS = 10
# The first presses load pages and fill caches.
_WARM_UP_PRESSES = 3
# Between two presses: for what the node still does when its observation has left, above all syncing the disk.
_SETTLE_SECONDS = 0.1
_STDERR = open_console(stderr=True)


def print_bench(
    broker: str | None,
    picture: Path | None,
    model: str,
    presses: int,
    show: Callable[[Document], str],
) -> None:
    """Run bench and print its figures; without a broker or a picture, with those of the demo.

    Args:
        broker: HOST[:PORT].
        picture: see bench.
        model: see bench.
        presses: see bench.
        show: returns what to print.

    Raises:
        FacetError: as bench; or the extra `demo` is not installed.
    """
    from device.cli.demo.broker import HOST, PROTOCOL, EmbeddedBroker, parse_broker
    from device.cli.demo.portrait import write_portrait

    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        shown = picture or write_portrait(folder)
        if broker is None:
            # The node would try version 5 first, and wait three seconds for an answer.
            address = Broker(HOST, stack.enter_context(EmbeddedBroker()).port, PROTOCOL)
        else:
            address = Broker(*parse_broker(broker))
        figures = bench(address, shown, model, presses)
    sys.stdout.write(show(figures) + "\n")


def chosen_view(
    *, as_json: bool, as_markdown: bool, compared_with: Path | None
) -> Callable[[Document], str]:
    """Return what turns the figures into what the options ask for.

    Raises:
        BenchError: they ask for more than one, or the other document cannot be read.
    """
    if as_json + as_markdown + (compared_with is not None) > 1:
        message = "--json, --markdown and --compare: give one of them"
        raise BenchError(message)
    if compared_with is not None:
        before = read_document(compared_with)
        return lambda now: comparison(before, now)
    if as_markdown:
        return row
    return lambda figures: json.dumps(figures, indent=None if as_json else 2)


def bench(broker: Broker, picture: Path, model: str, presses: int) -> Document:
    """Run a node in another process, press it, and return the figures that docs/performance.md explains.

    Then the same with a second one, which recognises people and whose outbox is timed.

    Args:
        broker: for the nodes and this process.
        picture: what the nodes' camera shows; a burst is one frame of it.
        model: the nodes' attribute network, as in `attributes.model`.
        presses: how many are measured of each node.

    Raises:
        BenchError: a node does not come online or does not answer, or the picture shows no usable face.
        CameraError: the picture cannot be read.
        ModelError: the network cannot be loaded.
    """
    # Here, so that a wrong path is an error of this process, and not a node that sees nothing.
    frame = Frame(read_picture(picture))
    perception = open_perception(model=model)
    bare, peak = BareNetworks(perception.invocations(frame)), MachinePeak()
    # 3.1.1: the embedded broker supports no other version.
    settings = MqttSettings(host=broker.host, port=broker.port, protocol="3.1.1")
    with (
        broker_client(settings, NODE_TOPIC, error=BenchError) as client,
        TemporaryDirectory() as folder,
    ):
        listener = NodeListener(client)
        plain, timed = (Path(folder) / name for name in ("plain", "timed"))
        with measured_node(broker, picture, model, plain) as node:
            as_it_is = _measure(node, listener, bare, presses)
        listener.wait_until_offline()
        times = Path(folder) / "times"
        with measured_node(broker, picture, model, timed, times):
            listener.wait_until_online()
            knowing = _press(listener, presses, "timing the outbox", before_each=peak.attempt)
        return document(
            as_it_is,
            knowing[_WARM_UP_PRESSES:],
            read_times(times)[_WARM_UP_PRESSES:],
            model=model,
            networks=bare.networks(),
            allocated=allocated_kilobytes(perception, frame),
            peak=peak,
        )


def _measure(
    node: MeasuredNode, listener: NodeListener, bare: BareNetworks, presses: int
) -> NodeFigures:
    """Press a node, and let it idle."""
    listener.wait_until_online()
    start_to_online = perf_counter() - node.started
    begun = cpu_seconds(node.pid)
    # In turns, so that other work of the machine affects both in the same way.
    pressed = _press(listener, presses, "pressing", before_each=bare.run)
    used = cpu_seconds(node.pid) - begun
    pressed_resident = resident_bytes(node.pid)
    before = cpu_seconds(node.pid)
    for _ in track(range(_IDLE_SECONDS), "idling", console=_STDERR):
        sleep(1)
    return NodeFigures(
        bare=bare.milliseconds[_WARM_UP_PRESSES:],
        pressed=pressed[_WARM_UP_PRESSES:],
        cpu_seconds_per_observation=used / len(pressed),
        pressed_resident=pressed_resident,
        resident=resident_bytes(node.pid),
        peak_resident=peak_resident_bytes(node.pid),
        start_to_online=start_to_online,
        idle=(cpu_seconds(node.pid) - before) / _IDLE_SECONDS,
    )


def _press(
    listener: NodeListener,
    presses: int,
    doing: str,
    before_each: Callable[[], object] = lambda: None,
) -> list[Press]:
    """Return what presses cost, those of the warm-up too."""
    pressed = []
    for _ in track(range(_WARM_UP_PRESSES + presses), doing, console=_STDERR):
        sleep(_SETTLE_SECONDS)
        before_each()
        pressed.append(listener.press())
    sleep(_SETTLE_SECONDS)
    return pressed
