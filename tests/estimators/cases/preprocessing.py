import numpy as np
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    KBinsDiscretizer,
    KernelCenterer,
    LabelBinarizer,
    LabelEncoder,
    MaxAbsScaler,
    MinMaxScaler,
    MultiLabelBinarizer,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    SplineTransformer,
    StandardScaler,
    TargetEncoder,
)

from tests.estimators.case import SKLEARN, Case

BOTH = ("transform", "inverse_transform")
STANDARD = BOTH if SKLEARN >= (1, 8) else ()  # before, it computes in float64

QUANTILE = {"quantile_method": "averaged_inverted_cdf"} if SKLEARN >= (1, 7) else {}


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

CASES += [
    *(Case(PowerTransformer(standardize=s), data)
      for s in (True, False) for data in ("regression", "missing regression")),
    *(Case(PowerTransformer("box-cox", standardize=s), "positive") for s in (True, False)),
    *(Case(QuantileTransformer(n_quantiles=n, output_distribution=d), data)
      for d in ("uniform", "normal")
      for n, data in ((80, "multiclass"), (20, "missing regression"), (30, "zeros"), (50, "categories"))),
    *(Case(KBinsDiscretizer(4, encode=encode, strategy=strategy, **QUANTILE), "multiclass", exact=("transform",))
      for encode in ("onehot", "onehot-dense", "ordinal") for strategy in ("uniform", "quantile", "kmeans")),
    Case(KBinsDiscretizer([2, 3, 4, 5, 6, 7, 8], **QUANTILE), "regression", exact=("transform",)),
    *(Case(SplineTransformer(4, degree, extrapolation=e, include_bias=b), "multiclass")
      for e in ("constant", "linear", "continue", "periodic") for degree, b in ((1, True), (3, False))),
    *(Case(SplineTransformer(6, 0, extrapolation=e), "multiclass", exact=("transform",))
      for e in ("linear", "periodic")),
    Case(SplineTransformer(5, 2, knots="quantile", order="F"), "regression"),
    Case(SplineTransformer(3, 2, sparse_output=True), "far"),
    *(Case(OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=u, **p), data, exact=("transform",))
      for u in (-1, np.nan) for data in ("categorical multiclass", "categories")
      for p in ({}, {"encoded_missing_value": -2})),
    *(Case(OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=u, **p), data, exact=("transform",),
           methods=("transform",) if data == "categorical multiclass" else None)  # scikit-learn's own inverse fails
      for u in (-1, np.nan) for data in ("categorical multiclass", "categories")
      for p in ({"min_frequency": 10}, {"max_categories": 3})),
    Case(OrdinalEncoder(), "categories", exact=BOTH),
    Case(
        OrdinalEncoder(
            dtype=np.int32, encoded_missing_value=-2, handle_unknown="use_encoded_value", unknown_value=-1
        ), "categorical multiclass", methods=("transform",), label="int32"),
    *(Case(OneHotEncoder(handle_unknown=h, drop=d, **p), data, exact=("transform",))
      for h in ("ignore", "infrequent_if_exist") for d in (None, "first", "if_binary")
      for p, data in (({}, "categorical multiclass"), ({"min_frequency": 20}, "categories"), ({}, "flags"))),
    *(Case(OneHotEncoder(drop=d), "categories", exact=BOTH) for d in (None, "first", [0, 1, 2, 0, 1, 2, 0])),
    *(Case(OrdinalEncoder(**p), "words", exact=BOTH)
      for p in ({}, {"encoded_missing_value": -2.0, "handle_unknown": "use_encoded_value", "unknown_value": -1},
                {"handle_unknown": "use_encoded_value", "unknown_value": np.nan})),
    *(Case(OneHotEncoder(**p), "words", exact=BOTH)
      for p in ({}, {"handle_unknown": "ignore"}, {"drop": "first"}, {"drop": "if_binary", "handle_unknown": "ignore"},
                {"max_categories": 2, "handle_unknown": "infrequent_if_exist"})),
    *(Case(LabelEncoder(), data, exact=("transform",)) for data in ("labels", "two labels")),
    *(Case(LabelBinarizer(neg_label=n, pos_label=p), "indicators", exact=BOTH) for n, p in ((0, 1), (-2, 1), (-1, 0))),
    *(Case(LabelBinarizer(neg_label=n, pos_label=p), data, exact=("transform",))
      for n, p in ((0, 1), (-2, 5)) for data in ("labels", "two labels", "one label")),
    *(Case(MultiLabelBinarizer(sparse_output=s), data, exact=("transform",))
      for s, data in ((False, "sets of text"), (True, "sets of numbers"), (False, "sets of one"))),
    Case(OneHotEncoder(handle_unknown="ignore", dtype=bool), "categories", exact=("transform",), label="bool"),
    *(Case(TargetEncoder(smooth=s, target_type=t), data, methods=("transform",))
      for s, t, data in (
          ("auto", "auto", "categorical binary"), (3.0, "auto", "categorical multiclass"),
          ("auto", "continuous", "categorical regression"), ("auto", "multiclass", "categories"))),
    Case(KernelCenterer(), "kernel"),
]  # fmt: skip
