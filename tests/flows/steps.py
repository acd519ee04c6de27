"""Steps that give every kind of output that scikit-learn's transformers give, each with rows for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, make_pipeline, make_union
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    SplineTransformer,
    StandardScaler,
)

ROWS = 120
TRAIN = 80
PLAIN = ("sparse float64", "dense float64", "sparse union", "dense union", "union by density", "counts")
"""Steps that stand in front of estimators that hand their input on."""
CATEGORIES: dict[str, list[Any]] = {
    "text": ["Rome", "Oslo", "Bonn", "Ærø"],
    "integers": [10115, 53111, 80331, 7],
    "fractions": [0.1, 0.25, -1.5, 1e6],
}
WORDS = ("ant", "bee", "cow", "dog", "eel", "fox", "gnu")


@dataclass(frozen=True)
class Rows:
    """Rows to fit on and others to compare on, as a user has them."""

    train: Any
    test: Any
    y: NDArray[np.int64]


@dataclass(frozen=True)
class Step:
    """A transformer, and what its output is.

    Attributes
    ----------
    name : str
        Sparsity and dtype.
    transformer : callable
        Makes it.
    rows : {"table", "numbers", "holes", "texts", "nullable", "text", "integers", "fractions"}
        What it takes.
    has : frozenset of str
        What readers may not take of its output: ``"sparse"`` matrices, ``"sparse integers"``, ``"negative"`` and
        ``"missing"`` numbers.
    runs_on : tuple of str
        Targets.
    """

    name: str
    transformer: Callable[[], Any]
    rows: str = "table"
    has: frozenset[str] = field(default_factory=frozenset)
    runs_on: tuple[str, ...] = ("litert", "micro")

    @property
    def is_plain(self) -> bool:
        return self.name in PLAIN


def one_hot(dtype: Any, sparse: bool) -> Callable[[], Any]:
    return lambda: OneHotEncoder(handle_unknown="ignore", dtype=dtype, sparse_output=sparse)


def mixed(**parameters: Any) -> ColumnTransformer:
    """Columns of categories as dummies, and numbers, some of which are 0."""
    return ColumnTransformer(
        [("hot", OneHotEncoder(handle_unknown="ignore"), ["city", "zip"]), ("number", "passthrough", ["size"])],
        **parameters,
    )


def indicated() -> FeatureUnion:
    """Return numbers beside a sparse matrix that says which were missing."""
    return make_union(SimpleImputer(), MissingIndicator(features="all", sparse=True))


def coded(dtype: Any) -> OrdinalEncoder:
    return OrdinalEncoder(dtype=dtype, handle_unknown="use_encoded_value", unknown_value=99)


SPARSE = frozenset({"sparse"})
INTEGERS = frozenset({"sparse integers"})
NEGATIVE = frozenset({"negative"})
MISSING = frozenset({"missing"})

STEPS: tuple[Step, ...] = (
    *(Step(f"sparse {np.dtype(d)}", one_hot(d, True), has=SPARSE) for d in (np.float64, np.float32)),
    *(Step(f"sparse {np.dtype(d)}", one_hot(d, True), has=SPARSE | INTEGERS) for d in (np.int64, np.int8, np.bool_)),
    *(Step(f"dense {np.dtype(d)}", one_hot(d, False)) for d in (np.float64, np.float32, np.int64, np.int8, np.bool_)),
    Step("codes int64", lambda: coded(np.int64)),
    Step("codes int8", lambda: coded(np.int8)),
    *(Step(f"categories of {kind}", one_hot(float, False), kind) for kind in ("text", "integers", "fractions")),
    Step("nullable", FunctionTransformer, "nullable", MISSING),
    Step("nullable, filled", SimpleImputer, "nullable"),
    Step("sparse union", lambda: mixed(sparse_threshold=1.0), has=SPARSE),
    Step("dense union", lambda: mixed(sparse_threshold=0.0)),
    Step("union by density", mixed, has=SPARSE),
    Step("union of both", lambda: make_union(one_hot(float, True)(), coded(np.int64)), has=SPARSE),
    Step("scaled sparse", lambda: make_pipeline(one_hot(float, True)(), MaxAbsScaler()), has=SPARSE),
    Step("sparse products", lambda: make_pipeline(one_hot(float, True)(), PolynomialFeatures(2)), has=SPARSE),
    Step("bins", lambda: KBinsDiscretizer(n_bins=4, quantile_method="linear"), "numbers", SPARSE),
    Step("splines", lambda: SplineTransformer(sparse_output=True), "numbers", SPARSE),
    Step("indicators", indicated, "holes", SPARSE | NEGATIVE),
    Step(
        "filled",
        lambda: SimpleImputer(strategy="most_frequent", add_indicator=True),
        "numbers",
        frozenset({"negative"}),
    ),
    Step("scaled", StandardScaler, "numbers", frozenset({"negative"})),
    Step("counts", CountVectorizer, "texts", SPARSE | INTEGERS, ("litert",)),
    Step("counts uint8", lambda: CountVectorizer(dtype=np.uint8), "texts", SPARSE | INTEGERS, ("litert",)),
    Step("weights", TfidfVectorizer, "texts", SPARSE, ("litert",)),
    Step("hashes", lambda: HashingVectorizer(n_features=16), "texts", SPARSE | NEGATIVE, ("litert",)),
)


@cache
def rows(kind: str) -> Rows:
    """Return the rows that a step takes: a frame with an index of its own, an array, or texts."""
    random = np.random.default_rng(0)
    y = random.integers(0, 2, ROWS)
    if kind == "texts":
        texts = [" ".join(random.choice(WORDS, random.integers(1, 7))) + " hen" * int(label) for label in y]
        texts = [text if random.random() < 0.9 else text.removesuffix(" hen") for text in texts]
        return Rows(texts[:TRAIN], texts[TRAIN:], y[:TRAIN])
    if kind in ("numbers", "holes"):
        numbers = np.round(random.normal(size=(ROWS, 3)) * 2 + y[:, np.newaxis])
        if kind == "holes":
            numbers[random.random(numbers.shape) < 0.3] = np.nan
        return Rows(numbers[:TRAIN], numbers[TRAIN:], y[:TRAIN])
    if kind in CATEGORIES:
        of = np.array(CATEGORIES[kind])
        codes = np.stack([np.where(random.random(ROWS) < 0.6, y, random.integers(0, 4, ROWS)) for _ in range(2)])
        frame = pd.DataFrame({name: pd.Categorical(of[at], of[::-1]) for name, at in zip("ab", codes, strict=True)})
        return Rows(frame[:TRAIN], frame[TRAIN:], y[:TRAIN])
    if kind == "nullable":
        frame = pd.DataFrame(
            {"whole": random.integers(0, 9, ROWS) + 3 * y, "real": random.random(ROWS), "flag": y == 1}
        )
        frame = frame.astype({"whole": "Int64", "real": "Float64", "flag": "boolean"})
        frame = frame.mask(random.random(frame.shape) < 0.3)
        return Rows(frame[:TRAIN], frame[TRAIN:], y[:TRAIN])
    city = np.where(random.random(ROWS) < 0.4, np.array(["Rome", "Oslo"])[y], random.choice(["Bonn", "Ærø"], ROWS))
    frame = pd.DataFrame(
        {
            "city": city,
            "zip": random.choice([10115, 53111, 80331], ROWS),
            "size": random.choice([0.0, 1.5, 2.0], ROWS),
        },
        index=random.permutation([f"row {i}" for i in range(ROWS)]),
    )
    test = frame[TRAIN:].copy()
    test.iloc[0, 0], test.iloc[1, 1] = "unseen", 99999
    return Rows(frame[:TRAIN], test, y[:TRAIN])
