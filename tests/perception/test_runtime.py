"""Loading a network: Facet's own are mapped, and one of the user's is not."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device.errors import ModelError
from device.networks.files import ZOO
from device.perception.runtime import Network, interpreter_type

_NETWORK = ZOO / "attributes-lite.tflite"


def _maps_of_this_process() -> str:
    return Path("/proc/self/maps").read_text(encoding="utf-8")


def test_a_shipped_network_is_mapped() -> None:
    """So that the kernel may drop what it can read again."""
    network = Network.load(_NETWORK)
    assert str(_NETWORK) in _maps_of_this_process()
    assert network.output_shapes == Network.load(_NETWORK).output_shapes


def test_a_network_of_the_user_s_may_be_overwritten_while_it_is_in_use(tmp_path: Path) -> None:
    """Were it mapped, the process would end with a bus error."""
    path = tmp_path / "own.tflite"
    shutil.copy(_NETWORK, path)
    network = Network.load(path)
    path.write_bytes(b"")
    network.invoke()
    assert network.invocations == 1


def test_a_network_whose_input_is_not_float32_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was quantised as a whole would be shown numbers that mean something else to it."""
    interpreter = interpreter_type()
    details = interpreter.get_input_details

    def of_bytes(self: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - TFLite's
        return [{**each, "dtype": np.int8} for each in details(self)]

    monkeypatch.setattr(interpreter, "get_input_details", of_bytes)
    with pytest.raises(ModelError, match=r"attributes-lite.tflite: .* is int8, .* be float32"):
        Network.load(_NETWORK)
