"""The logistic function, for logits of any size."""

from __future__ import annotations

import numpy as np
import pytest

from device.perception.arithmetic import sigmoid


def test_sigmoid_is_the_logistic_function() -> None:
    """In single precision and any shape."""
    found = sigmoid(np.array([[0.0, np.log(3.0)], [-np.log(3.0), 1.0]], np.float32))
    assert found == pytest.approx(np.array([[0.5, 0.75], [0.25, 0.7310586]]), abs=1e-6)
    assert found.dtype == np.float32


def test_sigmoid_of_huge_logits_is_zero_or_one() -> None:
    """Without an overflow, which would be a warning and so a failure."""
    found = sigmoid(np.array([-1e9, -np.inf, 1e9, np.inf], np.float32))
    assert found == pytest.approx([0, 0, 1, 1], abs=1e-30)
