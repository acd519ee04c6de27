"""LightGBM's estimators (:mod:`lightgbm.sklearn`), from the text form of their boosters."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils import Tags

from skl2tflite.converters.core.categoricals import Coding, CodingConverter, UnplacedCategoriesError, categories_told
from skl2tflite.converters.core.estimator_kinds import ClassifierConverter, RegressorConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.third_party.support.boosting import CategorySets, TreeTable, join
from skl2tflite.flow.column import Column
from skl2tflite.forest.op import tree_values
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.probabilities import binary_probabilities

ZERO = np.float32(1e-35)
"""Numbers up to this magnitude are 0 (``kZeroThreshold``)."""
_BELOW_ZERO = float(np.nextafter(-float(ZERO), -np.inf))

_IDENTITY = frozenset(
    {
        "", "fair", "huber", "lambdarank", "mape", "quantile", "rank_xendcg", "regression", "regression_l1",
    }
)  # fmt: skip
_EXPONENTIAL = frozenset({"gamma", "poisson", "tweedie"})
_LOGISTIC = frozenset({"binary", "cross_entropy", "multiclassova"})

# Bits of `decision_type`, and the kinds of missing values in bits 2 and 3.
_CATEGORICAL, _DEFAULT_LEFT = 1, 2
_MISSING_NONE, _MISSING_ZERO = 0, 1


class LightGBMConverter(CodingConverter):
    """Raw scores of a booster, and predictions from them by its objective.

    Trees compare float64; their thresholds are replaced by ones that send float32 numbers the same way. To trees,
    categories are codes from 0: the positions of a DataFrame's categories among those of the fit.
    """

    library = "LightGBM"
    pandas_only = True  # LightGBM takes categoricals of pandas only

    @cached_property
    def text(self) -> str:
        """The booster as text."""
        return str(self.estimator.booster_.model_to_string())

    @cached_property
    def model(self) -> tuple[dict[str, str], list[dict[str, str]]]:
        """The booster's header and its trees, up to the best iteration where training stopped early."""
        head, *trees = self.text.split("\nend of trees", 1)[0].split("\nTree=")
        return _entries(head), [_entries(tree) for tree in trees]

    @cached_property
    def objective(self) -> tuple[str, dict[str, str]]:
        """Name of the objective, empty for a custom one, and its parameters."""
        name, *parameters = self.model[0].get("objective", "").split() or [""]
        return name, {word.partition(":")[0]: word.partition(":")[2] for word in parameters}

    def check(self) -> None:
        """Refuse objectives that are not supported."""
        known = _IDENTITY | _EXPONENTIAL | _LOGISTIC | {"cross_entropy_lambda", "multiclass"}
        name, _ = self.objective
        if name not in known:
            raise self.refuse(f"objective {name!r} is not supported", f"these are: {', '.join(sorted(known - {''}))}")
        parameters = {**self.estimator.get_params(), **self.estimator.booster_.params}
        if parameters.get("pred_early_stop"):
            raise self.refuse("pred_early_stop=True makes it stop before its last tree", "fit without it")
        if not self.model[1]:
            raise self.refuse("it has no trees", "there is nothing to convert")

    @property
    def feature_names(self) -> list[str] | None:
        """Names of the columns; None where a name has "_", with which LightGBM may have replaced a space."""
        names = super().feature_names
        return None if names is None or any("_" in name for name in names) else names

    # --- categories ---------------------------------------------------------------------------------

    def codings(self, columns: Sequence[Column]) -> Mapping[int, Coding]:
        """Return the categories that the booster keeps from the fit, in the order of columns (``_data_from_pandas``).

        Fitted on an array, it keeps none and takes the codes of any categorical as they are.
        """
        found = {i: categories_told(column) for i, column in enumerate(columns)}
        told = {i: categories for i, categories in found.items() if categories is not None}
        lists = self.estimator.booster_.pandas_categorical
        if lists is None:
            return {i: Coding(categories, in_order=True) for i, categories in told.items()}
        if not lists:
            return {}
        places = list(told) if len(told) == len(lists) else self._categorical_columns
        if len(places) != len(lists) or (places != list(told) and self._doubtful(lists)):
            refusal = self.refuse(
                f"was fitted on {len(lists)} categoricals and does not say which columns these are",
                "give X to convert, a DataFrame with the categories that it was fitted on",
            )
            features = [column.origin for column in columns]
            sure = [features[i] for i in self._categorical_columns]
            may = [
                (each, {f for i, f in enumerate(features) if f is not None and (f in sure or self._may(i, each))})
                for each in lists
            ]
            raise UnplacedCategoriesError(str(refusal), may, [f for f in sure if f is not None])
        return {i: Coding(tuple(categories)) for i, categories in zip(places, lists, strict=True)}

    @cached_property
    def _categorical_columns(self) -> list[int]:
        """Columns that trees split by sets of categories; ordered categoricals are split as numbers."""
        behind = self.text.partition("\n[categorical_feature: ")[2]
        return sorted(int(column) for column in behind.partition("]")[0].split(",") if column)

    def _doubtful(self, lists: Sequence[Sequence[Any]]) -> bool:
        """Return whether a column that trees split as a number may be a categorical, as its values look like codes.

        That is so where ``categorical_feature`` named other columns than the categoricals.
        """
        codes = {f"[0:{len(categories) - 1}]" for categories in lists}
        seen = self.model[0]["feature_infos"].split()
        return any(info in codes for i, info in enumerate(seen) if i not in self._categorical_columns)

    def _may(self, column: int, categories: Sequence[Any]) -> bool:
        """Return whether all values of a numeric column in the fit may have been codes of such categories."""
        info = self.model[0]["feature_infos"].split()[column]
        limits = re.fullmatch(r"\[(\d+):(\d+)\]", info)
        return info == "none" or (limits is not None and int(limits[2]) < len(categories))

    @cached_property
    def used_columns(self) -> Collection[int]:
        """Columns that some split or linear model uses."""
        tests = [_numbers(tree, "split_feature", int) for tree in self.model[1]]
        return frozenset(np.concatenate([*tests, self.linear_features]).tolist())

    # --- the model ----------------------------------------------------------------------------------

    @cached_property
    def n_groups(self) -> int:
        """Number of raw scores of a row, which is the number of trees of one iteration."""
        return int(self.model[0]["num_tree_per_iteration"])

    @property
    def n_rounds(self) -> int:
        """Number of iterations."""
        return len(self.model[1]) // self.n_groups

    @cached_property
    def zero_is_missing(self) -> list[int]:
        """Columns with splits that treat zero as missing; each gets a copy with NaN in place of zero."""
        columns: set[int] = set()
        for tree in self.model[1]:
            decision, feature = _numbers(tree, "decision_type", int), _numbers(tree, "split_feature", int)
            chosen = (decision & _CATEGORICAL == 0) & (decision >> 2 & 3 == _MISSING_ZERO)
            columns.update(feature[chosen].tolist())
        return sorted(columns)

    @cached_property
    def tables(self) -> tuple[list[TreeTable], CategorySets]:
        """All trees, and their sets of categories: categories in a set go left, all others and NaN go right."""
        offset = self.n_features + len(self.zero_is_missing)
        categories = CategorySets(offset, outside=1, missing=1.0, fractions_below_zero=True)
        return [self._table(tree, categories) for tree in self.model[1]], categories

    @cached_property
    def linear_features(self) -> NDArray[np.int64]:
        """Columns that the leaves' linear models use."""
        used = [_numbers(tree, "leaf_features", int) for tree in self.model[1] if tree["is_linear"] == "1"]
        return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *used]))

    @cached_property
    def forest(self) -> Forest:
        """All trees; a leaf has its plain value and, in linear trees, its model's constant and coefficients."""
        trees, categories = self.tables
        forest = join(trees, self.n_features + len(self.zero_is_missing) + len(categories))
        return replace(forest, compares_float64=True)

    def _table(self, tree: dict[str, str], categories: CategorySets) -> TreeTable:
        decision = _numbers(tree, "decision_type", int)
        inner = len(decision)
        leaves = int(tree["num_leaves"])
        split = _numbers(tree, "threshold", float)
        feature = _numbers(tree, "split_feature", int)
        kind = decision >> 2 & 3
        missing_left = np.where(
            kind == _MISSING_NONE,
            split >= 0,  # NaN is treated as 0
            decision & _DEFAULT_LEFT != 0,
        )
        threshold = _without_zeros(split)
        categorical = decision & _CATEGORICAL != 0
        zero = ~categorical & (kind == _MISSING_ZERO)
        feature[zero] = self.n_features + np.searchsorted(self.zero_is_missing, feature[zero])
        if categorical.any():
            starts, words = _numbers(tree, "cat_boundaries", int), _numbers(tree, "cat_threshold", int)
            for node in np.flatnonzero(categorical):
                which = int(split[node])
                bits = words[starts[which] : starts[which + 1]].astype("<u4").view(np.uint8)
                members = np.flatnonzero(np.unpackbits(bits, bitorder="little"))
                feature[node] = categories.place(int(feature[node]), members)
                threshold[node] = 0.5
        children = [_numbers(tree, name, int) for name in ("left_child", "right_child")]
        # Inner nodes come first; a child that is a leaf is given as the bitwise complement of the leaf's number.
        left, right = (np.where(child < 0, inner + ~child, child) for child in children)
        none = np.full(leaves, -1)
        return TreeTable(
            left=np.concatenate([left, none]),
            right=np.concatenate([right, none]),
            feature=np.concatenate([feature, none]),
            threshold=np.concatenate([threshold, np.zeros(leaves)]),
            missing_left=np.concatenate([missing_left, np.zeros(leaves, dtype=np.bool_)]),
            value=np.concatenate([np.zeros((inner, self._n_values)), self._values(tree)]),
        )

    @property
    def _n_values(self) -> int:
        return 1 if not self.linear_features.size else 2 + len(self.linear_features)

    def _values(self, tree: dict[str, str]) -> NDArray[np.float64]:
        value = _numbers(tree, "leaf_value", float)
        if not self.linear_features.size:
            return value[:, np.newaxis]
        constant = value
        coefficients = np.zeros((len(value), len(self.linear_features)))
        if tree["is_linear"] == "1":
            constant = _numbers(tree, "leaf_const", float)
            leaf = np.repeat(np.arange(len(value)), _numbers(tree, "num_features", int))
            column = np.searchsorted(self.linear_features, _numbers(tree, "leaf_features", int))
            coefficients[leaf, column] = _numbers(tree, "leaf_coeff", float)
        return np.column_stack([value, constant, coefficients])

    # --- on rows ------------------------------------------------------------------------------------

    def columns(self, X: Array) -> Array:
        """Rows, copies of columns with NaN for zero, and the columns derived from categories."""
        parts = [X]
        if self.zero_is_missing:
            copied = X[:, np.array(self.zero_is_missing)]
            zero = float(ZERO)
            is_zero = xp.within(copied, -zero, zero, xp.less_equal(xp.abs(copied), zero))
            parts.append(xp.where(is_zero, np.nan, copied))
        _, categories = self.tables
        if len(categories):
            parts.append(categories.columns(X))
        return xp.concat(parts, axis=1)

    def raw(self, X: Array) -> Array:
        """Sums over the trees, shape (n_rows, n_groups)."""
        values = tree_values(self.columns(X), self.forest, missing=True)
        values = self._linear(X, values) if self.linear_features.size else values
        if self.n_groups == 1:
            return xp.sum(xp.squeeze(values, 2), axis=1, keepdims=True)
        return xp.sum(xp.reshape(values, (-1, self.n_rounds, self.n_groups)), axis=1)

    def _linear(self, X: Array, values: Array) -> Array:
        """Evaluate the linear models of the leaves; where a number that a model needs is NaN, use the plain value."""
        x = xp.expand_dims(X[:, self.linear_features], 1)
        coefficients = values[:, :, 2:]
        used = coefficients != 0.0  # LightGBM keeps no coefficient of 0
        absent = xp.any(used & xp.isnan(x), axis=2, keepdims=True)
        linear = values[:, :, 1:2] + xp.sum(xp.where(used, coefficients * x, 0.0), axis=2, keepdims=True)
        return xp.where(absent, values[:, :, 0:1], linear)

    def link(self, raw: Array) -> Array:
        """Predictions from raw scores, by the objective's ``ConvertOutput``; of a random forest, from their means."""
        name, parameters = self.objective
        raw = self.mean(raw)
        if name in _LOGISTIC:
            return xp.expit(raw * self.steepness)
        if name in _EXPONENTIAL:
            return xp.exp(raw)
        if name == "multiclass":
            return xp.softmax(raw, axis=1)
        if name == "cross_entropy_lambda":
            return -xp.log_expit(-raw)
        return xp.sign(raw) * xp.square(raw) if "sqrt" in parameters else raw

    def mean(self, raw: Array) -> Array:
        """Means over the trees of a random forest, whose raw scores are sums too; the raw scores of all others."""
        return raw / float(self.n_rounds) if "average_output" in self.model[0] else raw

    @property
    def steepness(self) -> float:
        """Factor of the raw scores in the logistic function."""
        return float(self.objective[1].get("sigmoid", 1.0))


@converts(lightgbm.LGBMRegressor, lightgbm.LGBMRanker)
class LGBMRegressorConverter(LightGBMConverter, RegressorConverter):
    """Predictions of the booster."""

    def predict(self, X: Array) -> Array:
        prediction = self.link(self.raw(X))
        return prediction[:, 0] if self.n_groups == 1 else prediction


@converts(lightgbm.LGBMClassifier)
class LGBMClassifierConverter(LightGBMConverter, ClassifierConverter):
    """Labels are those of the greatest probability, the first of equals."""

    def check(self) -> None:
        super().check()
        if not self.objective[0]:
            raise self.refuse(
                "a custom objective has no probabilities or labels: LightGBM gives raw scores for both",
                "fit with a built-in objective",
            )

    def decision_function(self, X: Array) -> Array:
        return self.raw(X)[:, 0] if self.n_groups == 1 else self.raw(X)

    def predict_proba(self, X: Array) -> Array:
        raw = self.raw(X)
        if self.n_groups > 1:
            return self.link(raw)
        if self.objective[0] in _LOGISTIC:
            return binary_probabilities(self.mean(raw)[:, 0] * self.steepness)
        positive = self.link(raw)
        return xp.concat([1.0 - positive, positive], axis=1)

    def predict(self, X: Array) -> Array:
        raw = self.raw(X)
        if self.n_groups > 1:
            return xp.argmax(raw, axis=1)
        if self.objective[0] in _LOGISTIC:
            return xp.astype(raw[:, 0] > 0, int)
        return xp.astype(self.link(raw)[:, 0] > 0.5, int)


class BoosterModel(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """An estimator that predicts as a booster does.

    Parameters
    ----------
    booster : lightgbm.Booster
    """

    def __init__(self, booster: lightgbm.Booster) -> None:
        self.booster = booster
        self.booster_ = booster
        self.n_features_in_ = booster.num_feature()
        names = booster.feature_name()
        if names != [f"Column_{i}" for i in range(len(names))]:
            self.feature_names_in_ = np.array(names, dtype=object)

    def fit(self, X: Any, y: Any = None) -> BoosterModel:
        """Do nothing: the booster is trained."""
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Return the booster's predictions: raw scores transformed by the objective, one column for each class."""
        return np.asarray(self.booster_.predict(X))

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


converts(BoosterModel)(LGBMRegressorConverter)


def _entries(text: str) -> dict[str, str]:
    """Return the ``name=value`` lines of a section; a bare name is an entry of no value."""
    parts = [line.partition("=") for line in text.splitlines() if line]
    return {name: value for name, _, value in parts}


def _numbers(section: Mapping[str, str], name: str, kind: type) -> NDArray[Any]:
    """Return an entry's numbers; those of a tree of one leaf are absent.

    Parameters
    ----------
    section : mapping of str to str
        Entries of the header or of a tree.
    name : str
    kind : {float, int}
    """
    return np.array(section.get(name, "").split(), dtype=np.float64 if kind is float else np.int64)


def _without_zeros(threshold: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return thresholds that treat numbers up to ``ZERO`` as 0, as LightGBM does before it compares them."""
    moved = np.where((threshold >= 0) & (threshold < ZERO), float(ZERO), threshold)
    return np.where((threshold < 0) & (threshold >= -float(ZERO)), _BELOW_ZERO, moved)
