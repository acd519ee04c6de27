"""Functions as users write them: recorded, converted, and compared with themselves on LiteRT."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

import numpy as np
import pytest
from scipy import special
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.validation import check_array

import skl2tflite
from skl2tflite.errors import ConversionError, InvalidInputError

X = np.random.default_rng(0).uniform(0.5, 9.0, (30, 4)).round(2).astype(np.float32)
X[:3] = [[1, 10, 100, 1000], [2, 4, 8, 27], [0.5, 0.5, 3, 3]]


def cyclic(X: Any) -> Any:
    hour = X[:, [0]]
    return np.c_[np.sin(2 * np.pi * hour / 24), np.cos(2 * np.pi * hour / 24), X[:, 1:]]


def filled_in(X: Any) -> Any:
    X = check_array(X, copy=True, ensure_all_finite="allow-nan")
    X[:, 0] = np.log(X[:, 0])
    X[X > 5] = 5.0
    X[:, [1, 3]] *= 2
    X[:, -1] -= X[:, 0]
    X[X[:, 0] > 1, 2] = -1
    return X


def ratios(X: Any) -> Any:
    out = np.zeros((X.shape[0], 3))
    out[:, 0] = X[:, 0] / X[:, 1]
    np.divide(X[:, 2], X[:, 3] - 3, out=out[:, 1], where=X[:, 3] != 3)
    total = out[:, 2]
    total += X.sum(axis=1)
    return out


def haversine(X: Any) -> Any:
    a, b, c, d = np.radians(np.asarray(X).T)
    h = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return (2 * np.arcsin(np.sqrt(h))).reshape(-1, 1)


def scaled_by(X: Any, weights: Any, *, power: float = 1.0) -> Any:
    return (X * weights) ** power


FUNCTIONS = {
    "cyclic": cyclic,
    "written": filled_in,
    "made": ratios,
    "haversine": haversine,
    "partial": partial(scaled_by, weights=np.array([1.0, 2, 3, 4]), power=0.5),
    "array of columns": lambda X: np.array([X[:, 0], X[:, 1] * 2]).T,
    "bins": lambda X: np.digitize(X, [1.0, 2.5, 5]).astype(float),
    "buckets": lambda X: np.searchsorted(np.array([0.5, 3.0]), X[:, :1]),
    "select": lambda X: np.select([X < 1, X < 5], [0.0, X], default=9.0),
    "digits": lambda X: np.floor(np.log10(X)),
    "log2": lambda X: np.floor(np.log2(X)),
    "roots": lambda X: np.floor(np.cbrt(X)),
    "statistics": lambda X: np.column_stack(
        [X.mean(1), X.std(1), np.median(X, axis=1), X.max(1), np.percentile(X, 75, axis=1), X.argmax(1), np.ptp(X, 1)]
    ),
    "sorted": lambda X: np.sort(X, axis=1),
    "differences": lambda X: np.diff(X, axis=1) / X[:, :-1],
    "products": lambda X: np.einsum("ij,ik->ijk", X, X).reshape(X.shape[0], -1),
    "norm": lambda X: X / np.linalg.norm(X, axis=1, keepdims=True),
    "special": lambda X: np.hstack([special.expit(X), special.logit(X / 2048), special.erf(X), special.xlogy(X, X)]),
    "softmax": lambda X: special.softmax(X, axis=1),
    "powers": lambda X: np.polyval([0.5, -1, 2], X),
    "between": lambda X: np.interp(X, [0, 2, 5], [0.0, 1, -1]),
    "isin": lambda X: np.isin(X[:, 1:], [10, 4, 8]).astype(float),
    "nan": lambda X: np.nan_to_num(np.where(X > 8, np.nan, X), nan=-1.0),
    "reordered": lambda X: np.roll(np.flip(X, axis=1), 1, axis=1)[:, np.array([True, False, True, True])],
    "inverse functions": lambda X: np.hstack([np.arctan(X), np.arcsinh(X), np.arccosh(X + 1), np.arctanh(X / 2048)]),
    "hypot": lambda X: np.hypot(X[:, :2], X[:, 2:]),
    "boxcox": lambda X: special.boxcox(X, 0.25),
    "flags": lambda X: ((X > 1) & (X < 5)).astype(np.uint8),
    "empty": lambda X: np.hstack([X[:, :0], X, X[:, 4:]]),
    "lengths": lambda X: np.hstack([X[:, :, None].reshape(len(X), -1), np.ones((len(X), 2))]),
    "masks": lambda X: np.where((X[:, 0] > 2)[:, None], X, np.full((X.shape[0], 1), -1.0)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_convert(name: str) -> None:
    transformer = FunctionTransformer(FUNCTIONS[name]).fit(X)
    model = skl2tflite.convert(transformer, X)
    want = transformer.transform(X.astype(np.float64))
    assert model.transform(X).shape == want.shape
    np.testing.assert_allclose(model.transform(X), want, rtol=2e-6, atol=1e-6)


def test_whole_logarithms_and_roots_are_whole() -> None:
    """Numbers of digits do not depend on rounding."""
    rows = np.array([[10.0**n, 2.0**n, n**3, 7.0] for n in range(8)], dtype=np.float32) + np.float32(0)
    rows[0, 2] = 1
    transformer = FunctionTransformer(
        lambda X: np.column_stack([np.log10(X[:, 0]), np.log2(X[:, 1]), np.cbrt(X[:, 2])])
    )
    result = skl2tflite.convert(transformer.fit(rows)).transform(rows)
    np.testing.assert_array_equal(result, np.floor(result))


def writes_to_its_input(X: Any) -> Any:
    X[:, 0] = 0
    return X


def writes_to_a_transposed_view(X: Any) -> Any:
    X = X.copy()
    X.T[0] = 0
    return X


def looks_at_values(X: Any) -> Any:
    return X * 2 if type(X).__name__ != "ndarray" else X


def counts(X: Any, calls: list[int] = []) -> Any:  # noqa: B006 - the point
    calls.append(1)
    return X + len(calls)


def ages(X: Any) -> Any:
    return datetime.now().year - X


REFUSED = {
    "reads the clock (now)": (ages, ""),
    "belongs to the caller; copy it first": (writes_to_its_input, "X[:, 0] = 0"),
    "only whole columns": (writes_to_a_transposed_view, "X.T[0] = 0"),
    "computes otherwise when it is recorded": (looks_at_values, ""),
    "another answer at each call": (counts, "return X + len(calls)"),
    "change with the other rows": (lambda X: X - X[:, :1].max(), ""),
    "a condition on values": (lambda X: X if X[0, 0] > 0 else -X, "X if X[0, 0] > 0"),
    "known only at run time": (lambda X: np.stack([x * 2 for x in X]), "for x in X"),
    "has no value yet": (lambda X: X * max(1, int(X[0, 0])), "int(X[0, 0])"),
    "TypeError": (lambda X: X + np.random.normal(size=X.shape), "np.random.normal(size=X.shape)"),  # noqa: NPY002
    "another answer at each": (lambda X: X + np.random.rand(), "np.random.rand()"),  # noqa: NPY002
    "file cannot be recorded": (lambda X: X + len(open(__file__).read()), "open(__file__)"),  # noqa: SIM115
    "read it before": (lambda X: X @ np.loadtxt("w.txt"), 'np.loadtxt("w.txt")'),
    "the number of rows, which is known only at run time, is None": (
        lambda X: np.stack([X[i] for i in range(len(X))]),
        "range(len(X))",
    ),
    "positions or a mask": (lambda X: X["a"], 'X["a"]'),
    "numpy.where keeps the shape": (lambda X: X[X[:, 0] > 1], "X[X[:, 0] > 1]"),
    "numpy.fft": (lambda X: np.fft.fft(X), "np.fft.fft(X)"),
    "was passed to code that needs its values": (lambda X: np.vectorize(str)(X), "np.vectorize(str)(X)"),
}


@pytest.mark.parametrize("message", REFUSED)
def test_refused_with_the_users_line(message: str) -> None:
    function, line = REFUSED[message]
    transformer = FunctionTransformer(function)
    transformer.n_features_in_ = 4
    with pytest.raises(ConversionError) as error:
        skl2tflite.convert(transformer)
    text = str(error.value)
    assert message in text
    assert line in text
    assert text.startswith("FunctionTransformer: func")
    assert "\n" not in text


def test_numpy_is_as_before() -> None:
    before = np.asarray, np.zeros, np.c_, open, len
    skl2tflite.convert(FunctionTransformer(cyclic).fit(X))
    with pytest.raises(ConversionError):
        skl2tflite.convert(FunctionTransformer(lambda X: np.asarray(X)[X > 1]).fit(X))
    assert before == (np.asarray, np.zeros, np.c_, open, len)


def test_for_one_row_at_a_time() -> None:
    for function in (cyclic, filled_in, lambda X: np.c_[X, np.ones(len(X.sum(1).shape) * X.shape[0])]):
        model = skl2tflite.convert(FunctionTransformer(function).fit(X), target="micro")
        np.testing.assert_allclose(model.transform(X), function(X.astype(np.float64)), rtol=1e-6, atol=1e-6)


TRUTHS = np.random.default_rng(1).random((30, 4)) < 0.5


@pytest.mark.parametrize(
    "function",
    [
        lambda X: ~X,
        lambda X: X[:, :2] ^ X[:, 2:],
        lambda X: X[:, :2] & ~X[:, 2:],
        lambda X: (X[:, :2] | X[:, 2:]) * 2.5,
        lambda X: X * 2.0,
    ],
)
def test_arrays_of_truth_values_are_joined_by_logic(function: Any) -> None:
    model = FunctionTransformer(function).fit(TRUTHS)
    np.testing.assert_array_equal(skl2tflite.convert(model, TRUTHS[:10]).transform(TRUTHS), model.transform(TRUTHS))


@pytest.mark.parametrize("rows", [(), (TRUTHS.astype(int),)])
def test_bits_of_numbers(rows: Any) -> None:
    model = FunctionTransformer(lambda X: X & 1).fit(TRUTHS.astype(int))
    with pytest.raises(ConversionError, match="give convert rows, whose dtypes tell") as error:
        skl2tflite.convert(model, *rows)
    assert "NumPy's functions" not in str(error.value)


def test_shifts_say_what_works() -> None:
    with pytest.raises(ConversionError, match=r"X // 2\*\*n"):
        skl2tflite.convert(FunctionTransformer(lambda X: X >> 4).fit(TRUTHS.astype(int)))


def test_half_precision_is_the_reason() -> None:
    half = X.astype(np.float16)
    with pytest.raises(InvalidInputError, match=r"half precision.* X\.astype"):
        skl2tflite.convert(FunctionTransformer(np.exp).fit(half), half)
