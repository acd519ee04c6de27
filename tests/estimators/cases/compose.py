import numpy as np
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler, MinMaxScaler, Normalizer, StandardScaler

from tests.estimators.case import SKLEARN, Case

EXACT = ("transform",) if SKLEARN >= (1, 8) else ()


def first_two(X):
    return [0, 1]


def as_column(x):
    return np.expand_dims(x, 1)


CASES = [
    Case(ColumnTransformer([("a", StandardScaler(), [2, 0]), ("b", MaxAbsScaler(), [4])], remainder=r), "multiclass",
         exact=EXACT)
    for r in ("drop", "passthrough", StandardScaler())
] + [
    Case(ColumnTransformer([("a", StandardScaler(), columns)], remainder="passthrough"), "multiclass", exact=EXACT,
         label=label)
    for label, columns in (
        ("negative", [-1, -3]), ("slice", slice(1, 4)), ("open slice", slice(-2, None)), ("repeated", [3, 3, 1]),
        ("mask", [True, False, True, False, False, False, True]), ("array", np.array([6, 2])), ("callable", first_two),
    )
] + [
    Case(ColumnTransformer([("a", FunctionTransformer(as_column), 2), ("b", "passthrough", slice(0, 2))]), "multiclass",
         exact=EXACT, label="scalar"),
    Case(ColumnTransformer([("a", StandardScaler(), [0, 1]), ("b", "passthrough", [2]), ("c", "drop", [3]),
                            ("d", MinMaxScaler(), [])], transformer_weights={"a": 0.3, "b": -2}), "multiclass",
         exact=EXACT, label="weights"),
    Case(ColumnTransformer([("out",
                             ColumnTransformer([("in", StandardScaler(), [1])], remainder="passthrough"), [3, 4]),
                            ("pipe", make_pipeline(StandardScaler(), PCA(2)), [0, 1, 2])]), "multiclass",
         label="nested"),
    Case(ColumnTransformer([("mean", SimpleImputer(), [0, 1]), ("is", MissingIndicator(features="all"), [1, 2])],
                           remainder=StandardScaler()), "missing", exact=EXACT, label="missing"),
    Case(ColumnTransformer([("is", MissingIndicator(features="all"), [1, 2])]), "missing", label="booleans"),
    Case(ColumnTransformer([("a", StandardScaler(), [0, 1, 2]), ("b", Normalizer(), [4, 5])], remainder="passthrough")
         .set_output(transform="pandas"), "multiclass", label="pandas"),
    *(Case(make_pipeline(ColumnTransformer([("a", StandardScaler(), [0, 1, 4]), ("b", MinMaxScaler(), [3])]),
                         LogisticRegression()), data) for data in ("binary strings", "multiclass")),
    Case(TransformedTargetRegressor(LinearRegression(), transformer=StandardScaler()), "regression"),
    Case(TransformedTargetRegressor(LinearRegression(), transformer=MinMaxScaler()), "multioutput regression"),
    Case(TransformedTargetRegressor(LinearRegression(), func=np.log1p, inverse_func=np.expm1), "counts"),
]  # fmt: skip
