"""NumPy's own functions on tensors: what they record is what NumPy computes."""

import numpy as np
import pytest
from scipy import special

from skl2tflite.errors import GraphError
from skl2tflite.graph import DType, input_tensor
from tests.tracing.recorded import FLOATS, INTS, WITH_NAN, agrees

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


METHODS = {
    "sum of a dtype": lambda x: x.sum(1, float), "prod of a dtype": lambda x: x.prod(axis=1, dtype=float),
    "mean of a dtype": lambda x: x.mean(axis=1, dtype="float64", keepdims=True),
    "cumsum of a dtype": lambda x: x.cumsum(axis=1, dtype=np.float64),
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
    "columns": lambda x: sum(c for c in x.T), "std": lambda x: x.std(axis=1), "var": lambda x: x.var(1, ddof=1),
    "cumprod": lambda x: x.cumprod(axis=1), "repeat": lambda x: x.repeat(2, axis=1),
    "take": lambda x: x.take([0], axis=1), "swapaxes": lambda x: x.swapaxes(0, 1), "plus": lambda x: +x,
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
    "numpy.argsort": lambda X: np.argsort(X, axis=1),
    "rows cannot be sorted": lambda X: np.percentile(X, 50),
    "depend on the whole batch": lambda X: X.std(axis=0),
    "numpy.nextafter": lambda X: np.nextafter(X, 1),
    "scipy.special.gamma": lambda X: special.gamma(X),
    "numpy.divide.accumulate": lambda X: np.divide.accumulate(X, axis=1),
    "order of rows cannot be reversed": lambda X: np.flip(X),
    "rows cannot be selected": lambda X: np.repeat(X, 2, axis=0),
    "equals no value of a float32": lambda X: np.isin(X, [0.1, 0.5]),
    "only 'linear'": lambda X: np.quantile(X, 0.5, axis=1, method="nearest"),
    "lacks the rows of the input": lambda X: np.full_like(X, 0, shape=(3, 2)),
    "transpose before": lambda X: X.reshape(-1, 2, order="F"),
    "letter twice": lambda X: np.einsum("ii", X @ X.T),
    "numpy.add.reduce with initial=": lambda X: np.add.reduce(X, initial=5.0),
    "numpy.add with where=": lambda X: np.add(X, 1, where=np.array([True, False, True, True])),
    "numpy.mean": lambda X: np.mean(X, axis=1, dtype=int),
    "numpy.max": lambda X: np.max(X, axis=1, initial=0.0),
    "numpy.sum": lambda X: X.sum(axis=1, initial=5.0),
    "numpy.min": lambda X: X.min(axis=1, initial=0.0),
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
    "- between booleans": lambda X: (X > 0) - (X > 1),
    "- between truth": lambda X: -(X > 0),
    "'argpartition' of": lambda X: X.argpartition(2),
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
