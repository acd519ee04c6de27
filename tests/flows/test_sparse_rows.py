"""Rows that are given in a sparse matrix: what they do not hold is 0, or missing where XGBoost reads it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import (
    BaggingClassifier,
    RandomForestClassifier,
    RandomTreesEmbedding,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.feature_selection import SelectKBest
from sklearn.kernel_approximation import RBFSampler
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Binarizer, MaxAbsScaler, Normalizer, PolynomialFeatures
from xgboost import XGBClassifier

import skl2tflite
from skl2tflite.errors import InvalidInputError


def _rows() -> sp.csr_matrix:
    """Half of the entries are not held, and some that are held are 0."""
    random = np.random.default_rng(0)
    rows = sp.csr_matrix(np.where(random.random((300, 5)) < 0.5, 0.0, random.normal(size=(300, 5))).astype(np.float32))
    rows.data[::13] = 0.0
    return rows


ROWS = _rows()
LABELS = (ROWS.toarray()[:, 0] + ROWS.toarray()[:, 1] * ROWS.toarray()[:, 2] > 0).astype(int)


def xgb() -> XGBClassifier:
    return XGBClassifier(n_estimators=8)


def differs(model: Any, estimator: Any, rows: Any) -> float:
    return float(np.abs(model.predict_proba(rows) - estimator.predict_proba(rows)).max())


EITHER = {
    "XGBoost": xgb,
    "bagged XGBoost": lambda: BaggingClassifier(xgb(), 2, max_features=0.8, random_state=0),
    "leaves": lambda: make_pipeline(RandomTreesEmbedding(3, max_depth=3, random_state=0), xgb()),
    "forest": lambda: RandomForestClassifier(5, random_state=0),
    "linear": lambda: make_pipeline(MaxAbsScaler(), LogisticRegression()),
}
MADE_DENSE = {
    "projection": lambda: make_pipeline(TruncatedSVD(2, random_state=0), xgb()),
    "distances": lambda: make_pipeline(KMeans(3, n_init=1, random_state=0), xgb()),
    "kernel": lambda: make_pipeline(RBFSampler(n_components=4, random_state=0), xgb()),
    "columns": lambda: make_pipeline(
        ColumnTransformer([("m", MaxAbsScaler(), [0, 1]), ("as it is", "passthrough", [2, 3])], sparse_threshold=0),
        xgb(),
    ),
    "stacking": lambda: StackingClassifier([("p", make_pipeline(TruncatedSVD(2), xgb()))], cv=2),
}
APART = {
    "scaled": lambda: make_pipeline(MaxAbsScaler(), xgb()),
    "selected": lambda: make_pipeline(SelectKBest(k=3), xgb()),
    "products": lambda: make_pipeline(PolynomialFeatures(), xgb()),
    "normalized": lambda: make_pipeline(Normalizer(), xgb()),
    "binary": lambda: make_pipeline(Binarizer(threshold=0.2), xgb()),
    "voting": lambda: VotingClassifier([("x", xgb()), ("l", LogisticRegression())], voting="soft"),
    "stacking": lambda: StackingClassifier([("l", LogisticRegression())], xgb(), passthrough=True, cv=2),
}


@pytest.mark.parametrize("name", EITHER)
@pytest.mark.parametrize("told", ["sparse", "dense", "nothing"])
def test_one_file_for_sparse_and_for_dense_rows(name: str, told: str) -> None:
    estimator = EITHER[name]().fit(ROWS[:150], LABELS[:150])
    rows = {"sparse": (ROWS[150:],), "dense": (ROWS[150:].toarray(),), "nothing": ()}[told]
    model = skl2tflite.TFLiteModel(bytes(skl2tflite.convert(estimator, *rows)))
    assert differs(model, estimator, ROWS[150:]) < 1e-6
    assert differs(model, estimator, ROWS[150:].toarray()) < 1e-6


@pytest.mark.parametrize("name", MADE_DENSE)
@pytest.mark.parametrize("told", ["sparse", "full", "dense", "nothing"])
def test_what_a_step_makes_dense_has_no_absent_entries(name: str, told: str) -> None:
    """Whatever rows convert is given: sparse ones, some of which hold all entries, dense ones, or none."""
    estimator = MADE_DENSE[name]().fit(ROWS[:150], LABELS[:150])
    full = sp.coo_matrix(ROWS[150:].toarray() + 10.0)
    rows = {"sparse": (ROWS[150:],), "full": (full,), "dense": (ROWS[150:].toarray(),), "nothing": ()}[told]
    for target in ("litert", "micro"):
        model = skl2tflite.convert(estimator, *rows, target=target)
        assert differs(model, estimator, ROWS[150:]) < 1e-6
        assert differs(model, estimator, ROWS[150:].toarray()) < 1e-6


@pytest.mark.parametrize("told", ["sparse", "dense", "nothing"])
def test_steps_that_always_give_sparse_keep_stored_zeros(told: str) -> None:
    """A zero that is held is no absent entry to XGBoost: only a model made for sparse rows tells them apart."""
    counts = sp.csr_matrix(np.abs(ROWS))
    estimator = make_pipeline(TfidfTransformer(), xgb()).fit(counts[:150], LABELS[:150])
    without = counts.copy()
    without.eliminate_zeros()
    rows = {"sparse": (counts[150:],), "dense": (counts[150:].toarray(),), "nothing": ()}[told]
    model = skl2tflite.TFLiteModel(bytes(skl2tflite.convert(estimator, *rows)))
    assert differs(model, estimator, without[150:]) < 1e-6
    if told == "sparse":
        assert differs(model, estimator, counts[150:]) < 1e-6
        return
    assert differs(model, estimator, counts[150:].toarray()) < 1e-6
    with pytest.raises(InvalidInputError, match="a sparse matrix that stores zeros"):
        model.predict_proba(counts[150:])


@pytest.mark.parametrize("name", APART)
@pytest.mark.parametrize("target", ["litert", "micro"])
def test_a_file_for_either_refuses_the_other(name: str, target: str) -> None:
    estimator = APART[name]().fit(ROWS[:150], LABELS[:150])
    sparse, dense = ROWS[150:190], ROWS[150:190].toarray()
    model = skl2tflite.TFLiteModel(bytes(skl2tflite.convert(estimator, sparse, target=target)))
    assert differs(model, estimator, sparse) < 1e-6
    assert (b"NaN for what sparse rows do not hold" in bytes(model)) == (name != "binary")
    with pytest.raises(InvalidInputError, match="converted for sparse rows"):
        model.predict_proba(dense)
    for rows in ((dense,), ()):
        model = skl2tflite.convert(estimator, *rows, target=target)
        assert differs(model, estimator, dense) < 1e-6
        with pytest.raises(InvalidInputError, match="converted for dense rows"):
            model.predict_proba(sparse)


def test_formats_and_nan_that_is_held() -> None:
    estimator = make_pipeline(MaxAbsScaler(), xgb()).fit(ROWS[:150], LABELS[:150])
    model = skl2tflite.convert(estimator, ROWS[150:])
    for form in ("csc", "coo", "lil"):
        assert differs(model, estimator, ROWS[150:].asformat(form)) < 1e-6
    holed = ROWS[150:].copy()
    holed.data[0] = np.nan
    with pytest.raises(InvalidInputError, match="cannot distinguish from entries that sparse rows do not store"):
        model.predict_proba(holed)
