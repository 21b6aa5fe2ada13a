"""A new attribute network: tried before anybody uses it, and taken back if the node does not run with it."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from device.config import PerceptionSettings
from device.networks.card import read_card
from device.networks.files import ZOO, model_path
from device.perception import open_perception
from device.perception.analysers.attributes import AttributeClassifier
from device.updates.artifact import Kind
from device.updates.release.sign import pack, pack_both, signed
from device.updates.root.apply import apply
from device.updates.self_test import check_network
from tests.updates.conftest import NETWORK, NEWER, Maintainer, Pi, newer_network, with_eight_bits
from tests.updates.test_apply import ask


def archive_of(network: Path) -> Path:
    """Pack a network without trying it, as somebody careless would."""
    archive = network.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w") as packed:
        for suffix in (".tflite", ".json"):
            packed.write(network.with_suffix(suffix), f"{network.stem}{suffix}")
    return archive


def offer(pi: Pi, maintainer: Maintainer, archive: Path, version: str = NEWER) -> bool:
    """Have root asked to install a signed archive, and return whether it does."""
    ask(pi, signed(Kind.MODEL, NETWORK, version, archive, maintainer.key), archive)
    return apply(pi.places)


def active(pi: Pi) -> str:
    """The version that a node would use."""
    return read_card(model_path(NETWORK, pi.places.models)).version


def test_a_sound_newer_network_becomes_active(
    pi: Pi, maintainer: Maintainer, tmp_path: Path
) -> None:
    """And the node is restarted, so that it uses it."""
    archive, name, version = pack(newer_network(tmp_path / "new"), tmp_path)
    assert (name, version) == (NETWORK, NEWER)
    assert offer(pi, maintainer, archive), pi.result["message"]
    assert active(pi) == NEWER
    assert pi.restarts.count == 1
    assert pi.result["kind"] == "model"


def test_an_archive_may_have_the_file_for_eight_bits_too(
    pi: Pi, maintainer: Maintainer, tmp_path: Path
) -> None:
    """The node then computes as it does with the network that ships."""
    archive = pack_both(with_eight_bits(newer_network(tmp_path / "new")), tmp_path)
    assert archive is not None
    assert offer(pi, maintainer, archive), pi.result["message"]
    assert active(pi) == NEWER
    used = AttributeClassifier.load_quickest(model_path(NETWORK, pi.places.models))
    assert used.network.path.name == f"{NETWORK}.eight-bit.tflite"
    assert used.card.version == NEWER


def test_an_archive_of_an_older_index_computes_in_floats(
    pi: Pi, maintainer: Maintainer, tmp_path: Path
) -> None:
    """The shipped file for eight bits is of another network."""
    assert offer(pi, maintainer, archive_of(newer_network(tmp_path / "new")))
    used = AttributeClassifier.load_quickest(model_path(NETWORK, pi.places.models))
    assert used.network.path.name == f"{NETWORK}.tflite"


def test_a_network_without_such_a_file_has_one_archive(tmp_path: Path) -> None:
    """As a network of the maintainer's own."""
    assert pack_both(newer_network(tmp_path / "new"), tmp_path) is None


def test_a_release_with_a_still_newer_network_uses_its_own(pi: Pi, tmp_path: Path) -> None:
    """An update of long ago does not hold it back."""
    newer_network(_made(pi.places.models / NETWORK), version="1.0")
    assert model_path(NETWORK, pi.places.models) == ZOO / f"{NETWORK}.tflite"
    assert model_path(str(tmp_path / "own.tflite"), pi.places.models) == tmp_path / "own.tflite"


def test_a_node_that_does_not_run_with_it_gets_the_one_before(
    pi: Pi, maintainer: Maintainer, tmp_path: Path
) -> None:
    """At the first update that is the shipped one; later the update before."""
    before = read_card(ZOO / f"{NETWORK}.tflite").version
    pi.restarts.fails = True
    assert not offer(pi, maintainer, archive_of(newer_network(tmp_path / "new")))
    assert active(pi) == before
    assert pi.restarts.count == 2
    assert offer(pi, maintainer, archive_of(newer_network(tmp_path / "new")))
    pi.restarts.fails = True
    newest = newer_network(tmp_path / "newest", version="9999.2")
    assert not offer(pi, maintainer, archive_of(newest), "9999.2")
    assert active(pi) == NEWER
    assert sorted(path.name for path in pi.places.models.iterdir()) == [
        NETWORK,
        f"{NETWORK}-{NEWER}",
    ]


def test_the_active_one_and_the_one_before_are_kept(
    pi: Pi, maintainer: Maintainer, tmp_path: Path
) -> None:
    """Others only take room."""
    for version in ("9999.1", "9999.2", "9999.3"):
        network = newer_network(tmp_path / version, version=version)
        assert offer(pi, maintainer, archive_of(network), version), pi.result["message"]
    assert sorted(path.name for path in pi.places.models.iterdir()) == [
        NETWORK,
        f"{NETWORK}-9999.2",
        f"{NETWORK}-9999.3",
    ]


def test_an_update_leaves_a_network_alone_whose_name_begins_with_the_same_word(
    pi: Pi, maintainer: Maintainer, tmp_path: Path
) -> None:
    """An attributes-lite-1.0 is no attributes-1.0, and neither is the link to it."""
    assert offer(pi, maintainer, archive_of(newer_network(tmp_path / "new")))
    network = _made(tmp_path / "larger") / "attributes.tflite"
    network.write_bytes((ZOO / network.name).read_bytes())
    document = json.loads((ZOO / "attributes.json").read_bytes())
    network.with_suffix(".json").write_text(json.dumps(document | {"version": NEWER}))
    archive = archive_of(network)
    ask(pi, signed(Kind.MODEL, "attributes", NEWER, archive, maintainer.key), archive)
    assert apply(pi.places), pi.result["message"]
    assert active(pi) == NEWER
    assert sorted(path.name for path in pi.places.models.iterdir()) == [
        "attributes",
        f"attributes-{NEWER}",
        NETWORK,
        f"{NETWORK}-{NEWER}",
    ]


def test_an_old_network_that_cannot_be_deleted_fails_no_update(
    pi: Pi, maintainer: Maintainer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The new one is active by then; a file in place of a folder is an error for whoever deletes folders."""
    stray = _made(pi.places.models) / f"{NETWORK}-1.0"
    stray.touch()
    assert offer(pi, maintainer, archive_of(newer_network(tmp_path / "new"))), pi.result["message"]
    assert active(pi) == NEWER
    assert f"{stray} cannot be deleted" in caplog.text


def _labels(change: dict[str, object]) -> list[dict[str, object]]:
    document = json.loads((ZOO / f"{NETWORK}.json").read_bytes())
    return [label | change for label in document["labels"]]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"labels": _labels({"bias": 20.0})}, "errs about portrait by more than 0.4: Bald 1.00"),
        ({"input": {"side": 128, "mean": 0.0, "scale": 1e-38, "margin": 1.0}}, "not probabilities"),
        ({"sha256": "0" * 64}, "is not the network that"),
        ({"labels": []}, "is not a model description"),
        ({"name": "other"}, "the archive holds other 9999.1.1"),
        ({"version": "1.0"}, f"the archive holds {NETWORK} 1.0"),
    ],
    ids=["blind", "infinite", "another network", "no labels", "another name", "another version"],
)
def test_a_network_that_fails_its_self_test_is_never_used(
    pi: Pi, maintainer: Maintainer, tmp_path: Path, changes: dict[str, object], why: str
) -> None:
    """Signed in good faith, it would still see nothing; the one before goes on undisturbed."""
    network = newer_network(tmp_path / "new", **changes)
    assert not offer(pi, maintainer, archive_of(network))
    assert why in pi.result["message"]
    assert active(pi) == read_card(ZOO / f"{NETWORK}.tflite").version
    assert pi.restarts.count == 0
    assert list(pi.places.models.iterdir()) == []


def test_a_network_that_ends_its_process_ends_no_other(
    pi: Pi, maintainer: Maintainer, tmp_path: Path
) -> None:
    """Random bytes behind a sound beginning: whatever TFLite does with them happens in the self-test's process."""
    network = newer_network(tmp_path / "new")
    data = bytearray(network.read_bytes())
    data[4096:] = bytes(reversed(data[4096:]))
    network.write_bytes(data)
    path = network.with_suffix(".json")
    document = json.loads(path.read_text())
    path.write_text(json.dumps(document | {"sha256": hashlib.sha256(data).hexdigest()}))
    assert not offer(pi, maintainer, archive_of(network))
    assert "fails its self-test: " in pi.result["message"]


@pytest.mark.parametrize(
    "names",
    [
        ["../../etc/cron.d/x", f"{NETWORK}.json"],
        [f"{NETWORK}.tflite"],
        [f"{NETWORK}.tflite", f"{NETWORK}.json", "extra"],
        [f"{NETWORK}.tflite", f"{NETWORK}.json", f"{NETWORK}.eight-bit.tflite"],
        ["/etc/passwd"],
    ],
)
def test_an_archive_holds_a_network_s_files_and_nothing_else(
    pi: Pi, maintainer: Maintainer, tmp_path: Path, names: list[str]
) -> None:
    """Nothing is written under a name that stands in it."""
    archive = tmp_path / "evil.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for name in names:
            packed.writestr(name, "x")
    assert not offer(pi, maintainer, archive)
    assert "and nothing else" in pi.result["message"]
    assert list(pi.places.models.iterdir()) == []


def test_an_archive_that_swells_is_given_up(pi: Pi, maintainer: Maintainer, tmp_path: Path) -> None:
    """A few kilobytes may unpack to any number of them."""
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        with packed.open(f"{NETWORK}.tflite", "w") as file:
            for _ in range(65):
                file.write(bytes(2**20))
        packed.writestr(f"{NETWORK}.json", "{}")
    assert archive.stat().st_size < 2**20
    assert not offer(pi, maintainer, archive)
    assert "bytes that are allowed" in pi.result["message"]


def test_what_is_no_archive_is_rejected(pi: Pi, maintainer: Maintainer, wheel: Path) -> None:
    """In one sentence."""
    assert not offer(pi, maintainer, wheel)
    assert "cannot be unpacked" in pi.result["message"]


def test_a_network_goes_back_no_more_than_the_software(
    pi: Pi, maintainer: Maintainer, tmp_path: Path
) -> None:
    """Not even to the version that ships."""
    version = read_card(ZOO / f"{NETWORK}.tflite").version
    network = newer_network(tmp_path / "old", version=version)
    assert not offer(pi, maintainer, archive_of(network), version)
    assert "updates never go back" in pi.result["message"]


def test_a_newer_network_repairs_a_damaged_one(
    pi: Pi, maintainer: Maintainer, tmp_path: Path
) -> None:
    """What the disk lost does not stand in its way."""
    assert offer(pi, maintainer, archive_of(newer_network(tmp_path / "new")))
    (pi.places.models / NETWORK / f"{NETWORK}.tflite").write_bytes(b"")
    newest = newer_network(tmp_path / "newest", version="9999.2")
    assert offer(pi, maintainer, archive_of(newest), "9999.2"), pi.result["message"]
    assert active(pi) == "9999.2"


def test_a_network_that_facet_does_not_ship_is_rejected(
    pi: Pi, maintainer: Maintainer, wheel: Path
) -> None:
    """Nobody would use it."""
    ask(pi, signed(Kind.MODEL, "unknown", NEWER, wheel, maintainer.key), wheel)
    assert not apply(pi.places)
    assert "Facet ships no such network" in pi.result["message"]


@pytest.mark.parametrize("name", ["attributes", "attributes-lite"])
def test_the_shipped_networks_pass_their_self_test(name: str) -> None:
    """Else no update of them would."""
    check_network(ZOO / f"{name}.tflite")


def test_an_update_that_does_not_load_leaves_the_node_with_the_shipped_network(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The disk may lose what was once sound."""
    network = newer_network(_made(tmp_path / NETWORK))
    network.write_bytes(b"")
    perception = open_perception(PerceptionSettings(), NETWORK, tmp_path)
    assert perception.card.version == read_card(ZOO / f"{NETWORK}.tflite").version
    assert "cannot be used, the shipped one is" in caplog.text


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder
