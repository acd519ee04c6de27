"""NumPy's own functions on tensors: what they record is what NumPy computes."""

import numpy as np
import pytest
from scipy import special

from skl2tflite.errors import GraphError
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


def agrees(function, x):
    with np.errstate(all="ignore"):
        want = np.asarray(function(x))
    got = recorded(function, x)
    assert got.dtype.kind == want.dtype.kind
    np.testing.assert_allclose(got, want, rtol=1e-14)


UFUNCS = [
    np.absolute, np.fabs, np.ceil, np.cos, np.deg2rad, np.degrees, np.exp, np.exp2, np.expm1, np.floor, np.isfinite,
    np.isinf, np.isnan, np.log, np.log10, np.log1p, np.log2, np.logical_not, np.negative, np.positive, np.rad2deg,
    np.radians, np.reciprocal, np.rint, np.sign, np.sin, np.sqrt, np.square, np.tanh, np.trunc, special.expit,
    special.log_expit, special.erf,
]  # fmt: skip
PAIRS = [
    np.add, np.arctan2, np.divide, np.equal, np.floor_divide, np.greater, np.greater_equal, np.less, np.less_equal,
    np.logical_and, np.logical_or, np.logical_xor, np.maximum, np.minimum, np.multiply, np.not_equal, np.remainder,
    np.subtract,
]  # fmt: skip


@pytest.mark.parametrize("ufunc", UFUNCS, ids=lambda u: u.__name__)
def test_unary_ufuncs(ufunc):
    agrees(ufunc, FLOATS)
    agrees(ufunc, WITH_NAN)
    if ufunc not in (np.reciprocal, np.square):  # kept in their own width by NumPy
        agrees(lambda x: ufunc(x) * 1.0, INTS)


@pytest.mark.parametrize("ufunc", PAIRS, ids=lambda u: u.__name__)
def test_binary_ufuncs(ufunc):
    agrees(lambda x: ufunc(x, x[:, ::-1]), WITH_NAN)
    agrees(lambda x: ufunc(x, 1.5), FLOATS)
    agrees(lambda x: ufunc(1.5, x), FLOATS)
    agrees(lambda x: ufunc(np.arange(1.0, 5), x), FLOATS)
    agrees(lambda x: ufunc(x, 2), INTS)


@pytest.mark.parametrize("ufunc", [np.power, np.float_power], ids=lambda u: u.__name__)
def test_powers(ufunc):
    for exponent in (2, 3, 0.5, 1.0, 2.5, -1.0, 0):
        agrees(lambda x, e=exponent: ufunc(np.abs(x) * 1.0, e), FLOATS)
    agrees(lambda x: ufunc(2.0, x), FLOATS)


OPERATORS = {
    "x + 1": lambda x: x + 1, "1 - x": lambda x: 1 - x, "x * x": lambda x: x * x, "x / 2": lambda x: x / 2,
    "2 / x": lambda x: 2 / (x + 100), "x // 2": lambda x: x // 2, "x % 3": lambda x: x % 3, "x ** 2": lambda x: x**2,
    "x ** 3": lambda x: x**3, "7 // x": lambda x: 7 // (x + 100), "7 % x": lambda x: 7 % (x + 100), "-x": lambda x: -x,
    "abs": lambda x: abs(x), "(x > 0) & (x < 2)": lambda x: (x > 0) & (x < 2), "|": lambda x: (x > 0) | (x < -2),
    "^": lambda x: (x > 0) ^ (x > -1), "~": lambda x: ~(x >= 1), "==": lambda x: x == 1, "!=": lambda x: x != 1,
    "<=": lambda x: x <= 1, "x @ w": lambda x: x @ np.ones((4, 2)), "w @ x.T": lambda x: np.ones((2, 4)) @ x.T,
    "x @ v": lambda x: x @ np.arange(4.0), "truths added": lambda x: (x > 0) + (x > 1),
    "truths multiplied": lambda x: (x > 0) * (x > 1), "truths counted": lambda x: 1 * (x > 0) + (x > 1),
    "array first": lambda x: np.ones(4) * x, "mask first": lambda x: np.array([True, False, True, True]) & (x > 0),
}  # fmt: skip


@pytest.mark.parametrize("name", OPERATORS)
def test_operators(name):
    for x in (FLOATS, INTS):
        agrees(lambda x: OPERATORS[name](x) * 1 if name == "x @ v" else OPERATORS[name](x), x * 1)


FUNCTIONS = {
    "all": lambda x: np.all(x > -9, axis=1), "any": lambda x: np.any(x > 2, axis=(0, 1)),
    "argmax": lambda x: np.argmax(x, axis=1), "argmin": lambda x: np.argmin(x, axis=0),
    "argmax flat": lambda x: np.argmax(x), "clip": lambda x: np.clip(x, -1, 2),
    "clip low": lambda x: np.clip(x, 0, None),
    "clip keywords": lambda x: np.clip(x, a_min=None, a_max=1.5), "clip arrays": lambda x: np.clip(x, -np.ones(4), 1),
    "column_stack": lambda x: np.column_stack([x[:, 0], x, x[:, 1:3]]),
    "concatenate": lambda x: np.concatenate([x, x], 1),
    "concatenate rows": lambda x: np.concatenate([x, x]),
    "concatenate flat": lambda x: np.concatenate([x, x], axis=None),
    "cumsum": lambda x: np.cumsum(x, axis=1), "cumsum flat": lambda x: np.cumsum(x),
    "dot": lambda x: np.dot(x, np.ones(4)),
    "dot matrix": lambda x: np.dot(x, np.eye(4)), "dot number": lambda x: np.dot(x, 2),
    "expand_dims": lambda x: np.expand_dims(x, 1), "expand_dims last": lambda x: np.expand_dims(x, -1),
    "hstack": lambda x: np.hstack([x, x[:, :1]]), "max": lambda x: np.max(x, axis=1), "amax": lambda x: np.amax(x),
    "mean": lambda x: np.mean(x, axis=1, keepdims=True), "mean of truths": lambda x: np.mean(x > 0, axis=1),
    "min": lambda x: np.min(x, axis=(0, 1)), "prod": lambda x: np.prod(x, axis=1), "ravel": lambda x: np.ravel(x),
    "reshape": lambda x: np.reshape(x, (-1, 2, 2)), "reshape number": lambda x: np.reshape(x, -1),
    "round": lambda x: np.round(x), "round 2": lambda x: np.round(x, 2), "round tens": lambda x: np.round(x * 37.0, -1),
    "select": lambda x: np.select([x > 1, x > 0], [x, -x], default=0.5),
    "select numbers": lambda x: np.select([x[:, 0] > 1, x[:, 0] > 0], [1, 2]),
    "squeeze": lambda x: np.squeeze(x[:, :1], 1),
    "stack": lambda x: np.stack([x, x + 1]), "stack 1": lambda x: np.stack([x, x + 1], axis=1),
    "stack -1": lambda x: np.stack([x, x + 1], axis=-1), "sum": lambda x: np.sum(x, axis=1),
    "sum all": lambda x: np.sum(x),
    "sum of truths": lambda x: np.sum(x > 0, axis=1), "take": lambda x: np.take(x, [2, 0, -1], axis=1),
    "take flat": lambda x: np.take(x, [2, 0]),
    "take along": lambda x: np.take_along_axis(x, np.argmax(x, 1)[:, None], 1),
    "transpose": lambda x: np.transpose(x), "transpose axes": lambda x: np.transpose(x, (1, 0)),
    "where": lambda x: np.where(x > 0, x, 0), "where scalars": lambda x: np.where(x > 0, 1.5, -1),
    "ndim": lambda x: x + np.ndim(x), "shape": lambda x: x + np.shape(x)[1],
    "ones_like": lambda x: np.ones_like(x), "zeros_like": lambda x: np.zeros_like(x[:, 0]),
    "reduce": lambda x: np.add.reduce(x, axis=1), "reduce default": lambda x: np.maximum.reduce(x),
    "reduce keepdims": lambda x: np.multiply.reduce(x, axis=1, keepdims=True),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name):
    agrees(FUNCTIONS[name], FLOATS)
    agrees(FUNCTIONS[name], WITH_NAN)
    if name != "round tens":
        agrees(FUNCTIONS[name], INTS)


METHODS = {
    "sum": lambda x: x.sum(axis=1), "sum all": lambda x: x.sum(), "mean": lambda x: x.mean(1, keepdims=True),
    "max": lambda x: x.max(axis=1), "min": lambda x: x.min(), "prod": lambda x: x.prod(axis=1),
    "argmax": lambda x: x.argmax(axis=1), "argmax flat": lambda x: x.argmax(), "argmin": lambda x: x.argmin(0),
    "cumsum": lambda x: x.cumsum(axis=1), "clip": lambda x: x.clip(0, 1), "clip max": lambda x: x.clip(max=1),
    "copy": lambda x: x.copy() + 1, "ravel": lambda x: x.ravel(), "flatten": lambda x: x.flatten(), "T": lambda x: x.T,
    "reshape": lambda x: x.reshape(-1, 2), "reshape tuple": lambda x: x.reshape((-1, 2, 2)),
    "reshape rows": lambda x: x.reshape(x.shape[0], -1), "reshape rows 2": lambda x: x.reshape((x.shape[0], 2, -1)),
    "astype int": lambda x: x.astype(int), "astype float": lambda x: x.astype(float),
    "astype bool": lambda x: x.astype("?"),
    "any": lambda x: (x > 0).any(axis=1), "all": lambda x: (x > 0).all(), "dot": lambda x: x.dot(np.ones(4)),
    "round": lambda x: x.round(1), "squeeze": lambda x: x[:, :1].squeeze(axis=1), "transpose": lambda x: x.transpose(),
    "transpose axes": lambda x: x.transpose(1, 0), "ndim": lambda x: x + x.ndim,
    "columns": lambda x: sum(c for c in x.T),
}  # fmt: skip


@pytest.mark.parametrize("name", METHODS)
def test_methods(name):
    agrees(METHODS[name], FLOATS)


def test_argmax_of_nan_is_numpys():
    agrees(lambda x: np.argmax(x, axis=1), WITH_NAN)
    agrees(lambda x: np.argmin(x), WITH_NAN)


def test_users_functions():
    agrees(lambda X: np.log1p(np.abs(X)), FLOATS)

    def engineered(X):
        X = np.clip(X, -2, 2)
        X -= X.mean(axis=1, keepdims=True)
        ratio = np.where(X[:, 1] != 0, X[:, 0] / X[:, 1], 0)
        X **= 2
        return np.column_stack([X, ratio, np.hypot(1, 2) * np.sqrt(X[:, 2])])

    agrees(engineered, FLOATS.copy())


def test_in_place_operators_bind_a_new_tensor():
    x = tensor = input_tensor("x", DType.FLOAT, (None, 4))
    x -= np.ones(4)
    x *= 2
    assert x is not tensor
    assert x.node.op.name == "multiply"
    assert tensor.node.op.name == "x"


def refused(function):
    with pytest.raises(GraphError) as error:
        function(input_tensor("x", DType.FLOAT, (None, 4)))
    return str(error.value)


REFUSED = {
    "numpy.sort": lambda X: np.sort(X, axis=1),
    "numpy.percentile": lambda X: np.percentile(X, 50),
    "numpy.arcsin": lambda X: np.arcsin(X),
    "scipy.special.gamma": lambda X: special.gamma(X),
    "numpy.add.accumulate": lambda X: np.add.accumulate(X),
    "numpy.add.reduce with initial=": lambda X: np.add.reduce(X, initial=5.0),
    "numpy.add with where=": lambda X: np.add(X, 1, where=np.array([True, False, True, True])),
    "numpy.sum": lambda X: np.sum(X, axis=1, dtype=int),
    "numpy.max": lambda X: np.max(X, axis=1, initial=0.0),
    "numpy.floor with dtype=int64 of float values": lambda X: np.floor(X, dtype=np.int64, casting="unsafe"),
    "numpy.select has 1 conditions and 2 choices": lambda X: np.select([X > 0], [X, X]),
    "numpy.where": lambda X: np.where(X > 0),
    "numpy.dot with more than two axes": lambda X: np.dot(X, np.ones((2, 4, 2))),
    "was asked to write into an array": lambda X: np.add(X, 1, out=np.empty((5, 4))),
    "a condition on values": lambda X: X if X else -X,
    "use numpy.where instead of if": lambda X: X * 2 if (X > 0).any() else X,
    "and &, | and ~ instead": lambda X: (X > 0) and (X < 1),
    "was passed to code that needs its values": lambda X: np.array([X, X]),
    "needs its values": lambda X: special.softmax(X, axis=1),
    "has no value yet": lambda X: float(X[:, 0]),
    "no value yet": lambda X: [1, 2, 3][X[:, 0]],
    "number of rows": lambda X: len(X),
    "known only at run time": lambda X: list(X),
    "& on the bits of numbers": lambda X: X.astype(int) & 1,
    "~ on the bits": lambda X: ~X.astype(int),
    "| on the bits": lambda X: np.bitwise_or(1, X.astype(int)),
    "- between truth values": lambda X: (X > 0) - (X > 1),
    "- between truth": lambda X: -(X > 0),
    "'std' of": lambda X: X.std(axis=1),
    "'iloc' of": lambda X: X.iloc[:, 0],
    "axis 2 is out of range for 2 axes": lambda X: X.sum(axis=2),
    "has no place in a graph": lambda X: X + None,
    "axis -1 has lengths 3 and 4": lambda X: X + np.ones(3),
    "rows of shape": lambda X: X.reshape(X.shape[0], 3, -1),
    "strings cannot be converted": lambda X: X.astype(str),
    "longer than 1": lambda X: np.squeeze(X, axis=1),
}


@pytest.mark.parametrize("message", REFUSED)
def test_refused_with_the_users_line(message):
    text = refused(REFUSED[message])
    assert message in text
    assert "test_numpy_protocol.py:" in text
    assert text.count("lambda X") == 1, text


def test_hasattr_sees_what_tensors_lack():
    x = input_tensor("x", DType.FLOAT, (None, 4))
    assert not hasattr(x, "columns")
    assert not hasattr(x, "toarray")
    assert getattr(x, "dtypes", None) is None


def test_array_namespace():
    x = input_tensor("x", DType.FLOAT, (None, 4))
    xp = x.__array_namespace__()
    assert xp.sum(x, axis=1).shape == (None,)
