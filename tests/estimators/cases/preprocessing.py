import numpy as np
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)

from tests.estimators.case import SKLEARN, Case

BOTH = ("transform", "inverse_transform")
STANDARD = BOTH if SKLEARN >= (1, 8) else ()  # before, it computes in float64


def signed_log(X, base=np.e):
    return np.sign(X) * np.log1p(np.abs(X)) / np.log(base)


def signed_exp(X, base=np.e):
    return np.sign(X) * np.expm1(np.abs(X) * np.log(base))


def ratios(X):
    return np.column_stack(
        [X[:, 0] / (1 + X[:, 1] ** 2), np.where(X[:, 2] > 0, X[:, 3], 0.0), X[:, [4, 5]].sum(axis=1)]
    )


CASES = [
    *(Case(StandardScaler(with_mean=mean, with_std=std), data, exact=STANDARD)
      for data in ("multiclass", "missing") for mean in (True, False) for std in (True, False)),
    *(Case(MinMaxScaler(feature_range=r, clip=c), data)
      for data in ("multiclass", "missing") for r, c in (((0, 1), False), ((-1, 1), True), ((-5, 100), False))),
    *(Case(MaxAbsScaler(), data, exact=BOTH) for data in ("multiclass", "missing")),
    *(Case(RobustScaler(with_centering=c, with_scaling=s), data)
      for data in ("multiclass", "missing") for c in (True, False) for s in (True, False)),
    Case(RobustScaler(quantile_range=(10, 80), unit_variance=True), "multiclass"),
    *(Case(Normalizer(norm=norm), data) for data in ("multiclass", "regression") for norm in ("l1", "l2")),
    *(Case(Normalizer(norm="max"), data, exact=("transform",)) for data in ("multiclass", "regression", "zeros")),
    *(Case(Normalizer(norm=norm), "zeros") for norm in ("l1", "l2")),
    *(Case(Binarizer(threshold=t), "multiclass", exact=("transform",)) for t in (0.0, -0.3, 99.5)),
    *(Case(PolynomialFeatures(degree, interaction_only=i, include_bias=b), "regression", exact=("transform",))
      for degree in (1, 2, 4, (2, 3)) for i in (True, False) for b in (True, False)),
    Case(PolynomialFeatures(0), "regression", exact=("transform",)),
    Case(PolynomialFeatures(9, interaction_only=True), "regression", exact=("transform",), label="degree 9 of 7"),
    Case(FunctionTransformer(), "missing", exact=BOTH),
    Case(FunctionTransformer(np.abs, validate=True), "multiclass", exact=("transform",)),
    Case(FunctionTransformer(signed_log, signed_exp, kw_args={"base": 10.0}, inv_kw_args={"base": 10.0}), "regression"),
    Case(FunctionTransformer(ratios), "multiclass", methods=("transform",)),
    Case(StandardScaler().set_output(transform="pandas"), "multiclass", exact=STANDARD, label="pandas"),
]  # fmt: skip
if SKLEARN >= (1, 8):
    CASES += [Case(MaxAbsScaler(clip=True), data, exact=BOTH) for data in ("multiclass", "missing")]
