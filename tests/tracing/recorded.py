"""What a function of one array records, computed, beside what NumPy computes."""

import numpy as np

from skl2tflite.graph import DType, Graph, Tensor, evaluate, input_tensor

RANDOM = np.random.default_rng(0)
FLOATS = RANDOM.normal(size=(5, 4)) * 3
WITH_NAN = np.where(RANDOM.random((5, 4)) < 0.3, np.nan, FLOATS)
INTS = RANDOM.integers(-4, 5, size=(5, 4))
BOOLS = RANDOM.random((5, 4)) > 0.5


def recorded(function, x):
    """Return what the graph of a function of one array computes in float64."""
    tensor = input_tensor("x", DType.of(x), (None, *x.shape[1:]))
    result = function(tensor)
    assert isinstance(result, Tensor)
    value = evaluate(Graph("g", {"x": tensor}, {"y": result}), {"x": x})["y"]
    assert len(result.shape) == value.ndim
    assert all(n in (None, m) for n, m in zip(result.shape, value.shape, strict=True))
    assert DType.of(value) == result.dtype
    return value


def agrees(function, x, rtol=1e-14):
    with np.errstate(all="ignore"):
        want = np.asarray(function(x))
    got = recorded(function, x)
    assert got.dtype.kind == want.dtype.kind
    np.testing.assert_allclose(got, want, rtol=rtol)
