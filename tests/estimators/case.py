"""What a row of the sweep says, and the data that rows are drawn from."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import sklearn
from sklearn.base import BaseEstimator
from sklearn.datasets import make_classification, make_multilabel_classification, make_regression
from sklearn.pipeline import Pipeline

from tests.text.texts import TEXTS

ROWS, FEATURES = 160, 7
SKLEARN = tuple(map(int, sklearn.__version__.split(".")[:2]))


@dataclass(frozen=True)
class Case:
    """One configuration of one estimator.

    Parameters
    ----------
    estimator : estimator
        Not fitted; the test fits a clone.
    data : str
        A key of ``DATA``.
    methods : tuple of str, optional
        Methods to compare; all that the converter has by default.
    exact : tuple of str
        Methods whose LiteRT results must equal scikit-learn's bit for bit.
    oracle : float
        The oracle's allowed error as a fraction of the scale.
    why : str
        Why the oracle may be farther than the default, measured how.
    label : str
        Distinguishes configurations whose parameters do not show in the name.
    needs_rows : bool
        Whether ``convert`` does, as the estimator learns no features.
    each : int
        Rows that come of each.
    """

    estimator: BaseEstimator
    data: str
    methods: tuple[str, ...] | None = None
    exact: tuple[str, ...] = ()
    oracle: float = 1e-12
    why: str = ""
    label: str = ""
    needs_rows: bool = False
    each: int = 1

    @property
    def rows(self) -> Any:
        """What is given to ``convert`` beside the estimator."""
        return data(self.data).X_test if self.needs_rows else None

    @property
    def id(self) -> str:
        steps = [step for _, step in self.estimator.steps] if isinstance(self.estimator, Pipeline) else [self.estimator]
        name = " | ".join(" ".join(str(step).split()) for step in steps)
        name = re.sub(r" at 0x[0-9a-f]+|(?<=array)\(.*?\]\)", "", name)
        name = name if len(name) <= 110 else f"{name[:70]}...{name[-37:]}"
        return f"{name}-{self.data}{'-' + self.label if self.label else ''}"


@dataclass(frozen=True)
class Data:
    """Rows to fit on and rows to compare on; the latter are float32 numbers held in float64."""

    X: Any
    y: Any
    X_test: Any


def _data(X: Any, y: Any) -> Data:
    X = np.asarray(X, dtype=np.float32).astype(np.float64)
    half = len(X) // 2
    return Data(X[:half], None if y is None else y[:half], X[half:])


def _classification(classes: int, labels: Callable[[Any], Any] = lambda y: y) -> Data:
    X, y = make_classification(
        ROWS, FEATURES, n_informative=5, n_redundant=1, n_classes=classes, class_sep=0.8, random_state=classes
    )
    return _data(X * [1, 3, 0.2, 1, 10, 1, 0.01] + [0, 5, 0, -1, 100, 0, 0], labels(y))


def _regression(targets: int) -> Data:
    X, y = make_regression(ROWS, FEATURES, n_informative=5, n_targets=targets, noise=5.0, random_state=targets)
    return _data(X, y)


def _missing(data: Data) -> Data:
    holes = np.random.default_rng(0)

    def knock_out(X: Any) -> Any:
        X = X.copy()
        X[holes.random(X.shape) < 0.15] = np.nan
        return X

    return Data(knock_out(data.X), data.y, knock_out(data.X_test))


def _empty_column() -> Data:
    data = _missing(_classification(3))
    data.X[:, 2] = np.nan
    return data


def _zeros() -> Data:
    data = _classification(3)
    random = np.random.default_rng(0)

    def zero_out(X: Any) -> Any:
        X = np.where(random.random(X.shape) < 0.3, 0.0, np.round(X))
        X[3] = 0.0
        return X

    return Data(zero_out(data.X), data.y, zero_out(data.X_test))


def _multilabel() -> Data:
    X, y = make_multilabel_classification(ROWS, FEATURES, n_classes=3, random_state=0)
    return _data(X, y)


def _multioutput() -> Data:
    data = _classification(3)
    second = np.array(["no", "yes"])[(data.X[:, 0] > data.X[:, 1]).astype(int)]
    return Data(data.X, np.column_stack([data.y, second.astype(object)]), data.X_test)


def _multioutput_integers() -> Data:
    data = _classification(3)
    second = (data.X[:, 0] > 0).astype(int) * 7 - 2
    return Data(data.X, np.column_stack([data.y, second]), data.X_test)


def _categorical(data: Data) -> Data:
    """Columns 0, 1 and 4 hold categories: numbered from 0, sparse and negative, fractions; unknown ones in the test."""
    sides = np.random.default_rng(0)
    levels = {0: np.arange(6.0), 1: np.array([-7.0, -1.0, 0.0, 2.0, 300.0]), 4: np.array([0.25, 0.5, 3.0, 7.75])}
    X, X_test = data.X.copy(), data.X_test.copy()
    for column, values in levels.items():
        rank = np.searchsorted(np.quantile(X[:, column], np.linspace(0, 1, len(values) + 1)[1:-1]), X[:, column])
        X[:, column] = sides.permutation(values)[rank]
        X_test[:, column] = sides.choice([*values, -2.0, 0.75, 1.5, 99.0, np.nan], len(X_test))
    X[sides.random(X.shape) < 0.05] = np.nan
    return Data(X, data.y, X_test)


def _positive(data: Data) -> Data:
    return Data(np.abs(data.X), data.y, np.abs(data.X_test))


def _counts() -> Data:
    data = _regression(1)
    return Data(data.X, np.round(np.abs(data.y) / 20), data.X_test)


def _term_counts() -> Data:
    """Documents about three topics, with a document of no words in each half."""
    random = np.random.default_rng(0)
    topics = random.dirichlet(np.full(FEATURES, 0.3), size=3)
    X = random.poisson(random.dirichlet(np.full(3, 0.4), size=ROWS) @ topics * 15).astype(float)
    X[[2, ROWS // 2 + 4]] = 0.0
    return _data(X, None)


def _records() -> Data:
    """Dicts of numbers and text; in the test with features that are missing, of another kind or not known."""
    X = [{"n": float(i), "city": ("Rome", "Ærø", "")[i % 3], "big": i % 4 == 0} for i in range(12)]
    others = [{"n": 2.5, "city": "unseen"}, {}, {"n": "two", "city": 3}, {"more": 1.0, "big": 7}, {"city": "x=y"}]
    return Data(np.array(X, dtype=object), None, np.array([*X, *others], dtype=object))


def _named_numbers() -> Data:
    """Dicts of numbers, some of which share their columns in eight; not all features in every one."""
    X = [{f"ä{i}": float(i * j - 7) for j in range(9) if (i + j) % 3} | {"big": i % 2 == 0, "": -i} for i in range(12)]
    others = [{"big": 2.5, "😀": 1e-3}, {}, {"holes": np.nan, "x=y": np.float32(0.1)}]
    return Data(np.array(X, dtype=object), None, np.array([*X, *others], dtype=object))


def _images(*shape: int) -> Data:
    """Images of integers, and others of any."""
    random = np.random.default_rng(0)
    X = random.integers(0, 256, (12, *shape))
    return Data(X, None, np.concatenate([X, random.normal(size=X.shape)]).astype(np.float32).astype(np.float64))


def _words() -> Data:
    """A table of text, text and None, and numbers."""
    random = np.random.default_rng(0)
    columns = (["b", "", "ü", "a=b"], ["x", None], [1.5, -7, np.nan])
    X = np.stack([random.choice(np.array(values, dtype=object), 40) for values in columns], axis=1)
    return Data(X, None, X[::-1][:15])


def _labels(*labels: Any) -> Data:
    y = np.array([*labels] * 5, dtype=object if isinstance(labels[0], str) else None)
    return Data(y, None, y[::-1][:7])


def _label_sets(*labels: Any) -> Data:
    """Sets of labels, of all sizes and in any order; in the test lists that name one twice."""
    sets = [labels[:size][:: (-1) ** size] for size in range(len(labels) + 1)] * 3
    rows = np.empty(len(sets) + 1, dtype=object)
    rows[:-1], rows[-1] = sets, labels * 2
    return Data(rows, None, rows[::-1])


def _texts() -> Data:
    """Texts that are hard to cut, and others with the same letters."""
    texts = np.array(TEXTS, dtype=object)
    return Data(
        texts, np.arange(len(texts)) % 2, np.array([*texts, *(t.swapcase()[::-1] for t in texts)], dtype=object)
    )


def _amounts() -> Data:
    data = _regression(1)
    return Data(data.X, np.abs(data.y) / 20 + 0.1, data.X_test)


def _categories() -> Data:
    """Small integers, every one of them among the rows to fit on."""
    data = _classification(3)

    def cut(X: Any) -> Any:
        return np.clip(np.round((X - data.X.mean(axis=0)) / data.X.std(axis=0)) + 1, 0, 2)

    return Data(cut(data.X), data.y, cut(data.X_test))


def _flags() -> Data:
    data = _classification(3)
    mean = data.X.mean(axis=0)
    return Data((data.X > mean).astype(float), data.y, (data.X_test > mean).astype(float))


def _rare_label() -> Data:
    """Labels of which one is always and one never there."""
    data = _multilabel()
    y = data.y.copy()
    y[:, 0], y[:, 2] = 1, 0
    return Data(data.X, y, data.X_test)


def _partly_labelled(standardized: bool = False) -> Data:
    data = _classification(3)
    y = np.where(np.arange(len(data.y)) % 3 == 0, data.y, -1)
    X, X_test = data.X, data.X_test
    if standardized:
        X, X_test = ((Z - data.X.mean(axis=0)) / data.X.std(axis=0) for Z in (X, X_test))
    return Data(X, y, np.asarray(X_test, dtype=np.float32).astype(np.float64))


def _kernel(of: Callable[[Any], Any] = lambda products: products) -> Data:
    """A function of the products of rows with the rows to fit on."""
    data = _classification(3)
    X, X_test = ((rows - data.X.mean(axis=0)) / data.X.std(axis=0) for rows in (data.X, data.X_test))
    return Data(of(X @ X.T), data.y, of(X_test @ X.T).astype(np.float32).astype(np.float64))


def _single_feature() -> Data:
    """One feature with repeated values, and rows on its ends and beyond."""
    random = np.random.default_rng(0)
    X = np.round(random.normal(size=(ROWS // 2, 1)), 2).astype(np.float32).astype(np.float64)
    y = X[:, 0] + random.normal(scale=0.3, size=len(X))
    rows = np.concatenate([X, X + 0.003, [[X.min()], [X.max()], [-9.0], [9.0]]])
    return Data(X, y, rows.astype(np.float32).astype(np.float64))


def _far() -> Data:
    """Classes far from the origin, where expanded squares would lose all digits."""
    data = _classification(3)
    shift = np.array([0, 1e3, 0, 100, 1e4, 0, 0])
    return _data(np.concatenate([data.X, data.X_test]) + shift, np.concatenate([data.y, data.y]))


_BUILDERS: dict[str, Callable[[], Data]] = {
    "one class": lambda: _classification(2, lambda y: np.full_like(y, 7)),
    "binary": lambda: _classification(2),
    "binary strings": lambda: _classification(2, lambda y: np.array(["good", "bad — schlecht"])[y]),
    "binary booleans": lambda: _classification(2, lambda y: y.astype(bool)),
    "multiclass": lambda: _classification(3),
    "multiclass strings": lambda: _classification(3, lambda y: np.array(["rot", "grün", "blau"])[y]),
    "multiclass gaps": lambda: _classification(4, lambda y: np.array([-3, 2, 40, 7])[y]),
    "multiclass floats": lambda: _classification(3, lambda y: np.array([0.0, 2.0, 5.0])[y]),
    "multilabel": _multilabel,
    "multioutput": _multioutput,
    "multioutput integers": _multioutput_integers,
    "regression": lambda: _regression(1),
    "multioutput regression": lambda: _regression(3),
    "counts": _counts,
    "term counts": _term_counts,
    "texts": _texts,
    "records": _records,
    "named numbers": _named_numbers,
    "images": lambda: _images(9, 7),
    "small colour images": lambda: _images(5, 6, 3),
    "large images": lambda: _images(31, 20, 1),
    "words": _words,
    "indicators": lambda: Data(_multilabel().y, None, _multilabel().y[::-1][:20]),
    "labels": lambda: _labels("ü", "", "b", "a"),
    "two labels": lambda: _labels(7, -1),
    "one label": lambda: _labels("a"),
    "sets of text": lambda: _label_sets("b", "", "ü", "a=b", "ab"),
    "sets of numbers": lambda: _label_sets(2**24 + 1, -7, 0, 2**24, True),
    "sets of one": lambda: _label_sets("a"),
    "amounts": _amounts,
    "positive": lambda: _positive(_classification(3)),
    "missing": lambda: _missing(_classification(3)),
    "empty column": _empty_column,
    "zeros": _zeros,
    "categories": _categories,
    "flags": _flags,
    "rare label": _rare_label,
    "partly labelled": _partly_labelled,
    "partly labelled, standardized": lambda: _partly_labelled(standardized=True),
    "kernel": _kernel,
    "polynomial kernel": lambda: _kernel(lambda products: (0.1 * products + 1.0) ** 3),
    "single feature": _single_feature,
    "far": _far,
    "missing regression": lambda: _missing(_regression(1)),
    "categorical binary": lambda: _categorical(_classification(2)),
    "categorical multiclass": lambda: _categorical(_classification(3)),
    "categorical regression": lambda: _categorical(_regression(1)),
}


@cache
def data(key: str) -> Data:
    """Return a named data set."""
    return _BUILDERS[key]()
