"""CatBoost's estimators (:mod:`catboost.core`), from the JSON form of their models."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

import catboost
import numpy as np
from numpy.typing import NDArray

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.estimator_kinds import ClassifierConverter, RegressorConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.third_party.support.boosting import TreeTable, join
from skl2tflite.converters.third_party.support.hashed_categories import as_json, known_categories
from skl2tflite.flow.column import RESERVED, Column, KindError
from skl2tflite.flow.matrix import as_floats
from skl2tflite.flow.table import Table
from skl2tflite.forest.op import tree_values
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import Array, Constant, DType, Graph, Tensor
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.probabilities import binary_probabilities
from skl2tflite.tracing.category_values import LARGEST_EXACT_INTEGER
from skl2tflite.tracing.rows_at_hand import given

_NO_TEXT = RESERVED[0] * 2
"""A text that equals no cell of a tensor of strings."""
_BINARY = frozenset({"CrossEntropy", "Logloss"})
_MULTILABEL = frozenset({"MultiCrossEntropy", "MultiLogloss"})


class CatBoostConverter(Converter):
    """Raw values of a model.

    Trees compare float32. A categorical feature that CatBoost splits one category at a time
    (``one_hot_max_size``) is compared with the texts, or integers, whose hashes the model has.
    """

    integer_columns = True
    takes_tables = True

    @cached_property
    def model(self) -> dict[str, Any]:
        """The model as JSON; it ends at the best iteration where CatBoost was told so."""
        return as_json(self.estimator)

    def check(self) -> None:
        """Refuse models that the JSON form does not hold completely, or that no graph can compute."""
        if not self.trees:
            raise self.refuse("it has no trees", "there is nothing to convert")
        kinds = {"text_features": "text", "embedding_features": "embeddings"}
        for key, kind in kinds.items():
            if self.model["features_info"].get(key):
                raise self.refuse(f"it was fitted on {kind}", f"fit it on numbers made from the {kind} before")
        _ = self.forest  # refuses splits that only CatBoost can compute

    # --- the model ----------------------------------------------------------------------------------

    @property
    def feature_names(self) -> list[str] | None:
        """Names of the columns; none where CatBoost made them up."""
        names = [str(name) for name in self.estimator.feature_names_]
        return None if names == [str(number) for number in range(len(names))] else names

    @property
    def trees(self) -> list[dict[str, Any]]:
        """The trees in JSON: oblivious trees, or nested nodes."""
        trees: list[dict[str, Any]] = self.model.get("oblivious_trees") or self.model.get("trees") or []
        return trees

    @cached_property
    def bias(self) -> NDArray[np.float64]:
        """Constant that is added to the sum over the trees, one for each output."""
        return np.atleast_1d(np.asarray(self.model["scale_and_bias"][1], dtype=np.float64))

    @property
    def n_outputs(self) -> int:
        """Number of raw values of a row: classes, or targets."""
        return len(self.bias)

    @property
    def loss(self) -> str:
        """Name of the loss function."""
        return str(self.model["model_info"]["params"]["loss_function"]["type"])

    @cached_property
    def float_features(self) -> dict[int, dict[str, Any]]:
        """Numeric features by their position among the numeric ones."""
        return {feature["feature_index"]: feature for feature in self.model["features_info"]["float_features"]}

    @cached_property
    def categorical_features(self) -> dict[int, dict[str, Any]]:
        """Categorical features by their position among the categorical ones."""
        features = self.model["features_info"].get("categorical_features", [])
        return {feature["feature_index"]: feature for feature in features}

    @cached_property
    def numeric(self) -> list[int]:
        """Columns of the input that are numbers."""
        return sorted(feature["flat_feature_index"] for feature in self.float_features.values())

    @cached_property
    def tested(self) -> dict[int, list[int]]:
        """Hashes of the categories that trees test, by column; each becomes a derived column, 1 where a row has it."""
        found = {
            feature["flat_feature_index"]: sorted(value & 0xFFFFFFFF for value in feature.get("values", []))
            for feature in self.categorical_features.values()
        }
        return {column: hashes for column, hashes in sorted(found.items()) if hashes}

    @cached_property
    def tests(self) -> list[tuple[int, int]]:
        """Column and hash of every derived column."""
        return [(column, value) for column, hashes in self.tested.items() for value in hashes]

    def _name(self, column: int) -> str:
        return repr(self.estimator.feature_names_[column])

    def _column(self, split: dict[str, Any]) -> tuple[int, float, bool]:
        """Return a split's column, threshold, and whether NaN goes left."""
        if split["split_type"] == "FloatFeature":
            feature = self.float_features[split["float_feature_index"]]
            border = float(np.float32(split["border"]))
            column = self.numeric.index(feature["flat_feature_index"])
            return column, border, feature["nan_value_treatment"] != "AsTrue"
        if split["split_type"] == "OneHotFeature":
            flat = self.categorical_features[split["cat_feature_index"]]["flat_feature_index"]
            return len(self.numeric) + self.tests.index((flat, split["value"] & 0xFFFFFFFF)), 0.5, True
        names = ", ".join(self._name(each["flat_feature_index"]) for each in self.categorical_features.values())
        raise self.refuse(
            f"it splits on statistics of categorical features ({split['split_type']}; features {names}), which only "
            "CatBoost itself computes",
            "fit with one_hot_max_size as large as the greatest number of categories of a feature (CatBoost allows "
            "65535, on a GPU 255), or encode them before (TargetEncoder, OneHotEncoder) and pass no cat_features",
        )

    @cached_property
    def forest(self) -> Forest:
        """All trees, their values scaled."""
        scale = float(self.model["scale_and_bias"][0])
        oblivious = "oblivious_trees" in self.model
        tables = [self._oblivious(tree) if oblivious else self._nested(tree) for tree in self.trees]
        forest = join(tables, len(self.numeric) + len(self.tests))
        return forest.with_values(forest.value * scale)

    def _oblivious(self, tree: dict[str, Any]) -> TreeTable:
        """Return the complete tree; the ``k``-th split, tested at level ``k``, is bit ``k`` of a leaf's number."""
        splits = [self._column(split) for split in tree.get("splits") or []]
        depth = len(splits)
        inner = 2**depth - 1
        level = np.repeat(np.arange(depth), 2 ** np.arange(depth))
        code = np.arange(inner) - (2**level - 1)
        left = 2 ** (level + 1) - 1 + code
        none = np.full(2**depth, -1)

        def at_nodes(values: list[Any], dtype: Any) -> NDArray[Any]:
            return np.concatenate([np.asarray(values, dtype=dtype)[level], np.zeros(2**depth, dtype=dtype)])

        values = np.reshape(np.asarray(tree["leaf_values"], dtype=np.float64), (2**depth, self.n_outputs))
        return TreeTable(
            left=np.concatenate([left, none]),
            right=np.concatenate([left + 2**level, none]),
            feature=at_nodes([column for column, _, _ in splits], np.int64),
            threshold=at_nodes([threshold for _, threshold, _ in splits], np.float64),
            missing_left=at_nodes([missing_left for _, _, missing_left in splits], np.bool_),
            value=np.concatenate([np.zeros((inner, self.n_outputs)), values]),
        )

    def _nested(self, tree: dict[str, Any]) -> TreeTable:
        """Return a tree of nested nodes, in order of depth."""
        nodes = [tree]
        left, right, tests = [], [], []
        value = []
        for node in nodes:  # grows
            if "split" in node:
                left.append(len(nodes))
                right.append(len(nodes) + 1)
                nodes += [node["left"], node["right"]]
                tests.append(self._column(node["split"]))
                value.append(np.zeros(self.n_outputs))
            else:
                left.append(-1)
                right.append(-1)
                tests.append((0, 0.0, True))
                value.append(np.atleast_1d(np.asarray(node["value"], dtype=np.float64)))
        columns, thresholds, missing_left = zip(*tests, strict=True)
        return TreeTable(
            left=np.array(left),
            right=np.array(right),
            feature=np.array(columns),
            threshold=np.array(thresholds),
            missing_left=np.array(missing_left),
            value=np.stack(value),
        )

    # --- columns ------------------------------------------------------------------------------------

    @property
    def n_features(self) -> int:
        """Number of columns of the input; CatBoost's own ``n_features_in_`` is 0 once a model was copied or loaded."""
        return len(self.estimator.feature_names_)

    def _numbers(self, X: Array | Table) -> Array:
        """Return the columns that are numbers."""
        if not isinstance(X, Table):
            return X if len(self.numeric) == self.n_features else xp.take(X, np.array(self.numeric), axis=1)
        try:
            return X.take(self.numeric).matrix()
        except KindError as error:
            raise self.refuse(f"takes numbers, but {error.reason}", "encode it before, or drop it") from None

    def _holds(self, X: Array | Table, feature: int) -> Array:
        """Return whether a column holds each category that trees test; shape (n_rows, n_categories)."""
        if not isinstance(X, Table):
            return X[:, feature, np.newaxis] == _as_numbers(self._categories(feature))
        column = X[feature]
        if self._is_text(column, feature):
            texts = column.digits()
            held = [_NO_TEXT if category is None else category for category in self._categories(feature, texts)]
            return xp.expand_dims(texts, 1) == np.array(held, dtype=object)
        numbers = _as_numbers(self._categories(feature))
        if np.abs(numbers[~np.isnan(numbers)]).max(initial=0) <= LARGEST_EXACT_INTEGER:
            return xp.expand_dims(column.numbers(), 1) == numbers
        if np.isnan(numbers).any() or np.abs(numbers).max() > np.iinfo(np.int32).max:
            raise self.refuse(
                f"feature {self._name(feature)} has categories that are integers beyond 32 bits",
                "give them as text, in fit too",
            )
        return xp.expand_dims(column.integers(), 1) == numbers.astype(np.int64)

    def _is_text(self, column: Column, feature: int) -> bool:
        """Return whether a column holds text; where that is unknown, decided by the categories that trees test."""
        if column.kind is not None:
            return column.kind == DType.STRING
        known = known_categories(given().texts)
        return not all(value in known and _is_whole(known[value]) for value in self.tested[feature])

    def _categories(self, feature: int, column: Tensor | None = None) -> list[str | None]:
        """Return the categories of a column that trees test; None for a category that no row will have."""
        rows = given()
        known = known_categories(rows.texts | (frozenset() if column is None else _texts_within(column)))
        categories = [known.get(value) for value in self.tested[feature]]
        if None in categories and not rows.alone:
            raise self.refuse(
                f"feature {self._name(feature)} has categories of which CatBoost keeps only hashes, "
                f"and {categories.count(None)} of the {len(categories)} that the trees test are not in the rows given",
                "give convert rows X in which every category is found, as those that the model was fitted on",
            )
        return categories

    # --- on rows ------------------------------------------------------------------------------------

    def raw(self, X: Array) -> Array:
        """Raw values, shape (n_rows, n_outputs)."""
        X = X if isinstance(X, Table) else as_floats(X)
        parts = [self._numbers(X)] if self.numeric else []
        parts += [xp.astype(self._holds(X, column), float) for column in self.tested]
        columns = xp.concat(parts, axis=1) if len(parts) > 1 else parts[0]
        values = tree_values(columns, self.forest, missing=True)
        if self.n_outputs == 1:
            return xp.sum(xp.squeeze(values, 2), axis=1, keepdims=True) + self.bias
        return xp.sum(values, axis=1) + self.bias


@converts(catboost.CatBoost, catboost.CatBoostRanker)
class CatBoostRawConverter(CatBoostConverter, RegressorConverter):
    """Raw values, whatever the loss."""

    def predict(self, X: Array) -> Array:
        raw = self.raw(X)
        return raw[:, 0] if self.n_outputs == 1 else raw


@converts(catboost.CatBoostRegressor)
class CatBoostRegressorConverter(CatBoostRawConverter):
    """Raw values, their exponentials, or a mean and its variance, by the loss."""

    def predict(self, X: Array) -> Array:
        if self.loss == "RMSEWithUncertainty":
            raw = self.raw(X)
            return xp.concat([raw[:, :1], xp.exp(2.0 * raw[:, 1:])], axis=1)
        raw = super().predict(X)
        return xp.exp(raw) if self.loss in ("Poisson", "Tweedie") else raw


@converts(catboost.CatBoostClassifier)
class CatBoostClassifierConverter(CatBoostConverter, ClassifierConverter):
    """Labels by the greatest raw value; of two classes by a threshold that the model holds."""

    def check(self) -> None:
        super().check()
        known = _BINARY | _MULTILABEL | {"MultiClass", "MultiClassOneVsAll"}
        if self.loss not in known:
            raise self.refuse(f"loss {self.loss!r} is not supported", f"these are: {', '.join(sorted(known))}")

    @property
    def is_multilabel(self) -> bool:
        """Whether a row may have several labels."""
        return self.loss in _MULTILABEL

    @property
    def least_raw(self) -> float:
        """Raw value above which the positive label is predicted: 0, or that of the model's probability threshold."""
        threshold = float(self.model["model_info"].get("binclass_probability_threshold", 0.5))
        return -math.log(1 / threshold - 1)

    def predict_proba(self, X: Array) -> Array:
        raw = self.raw(X)
        if self.loss in _BINARY:
            return binary_probabilities(raw[:, 0])
        return xp.softmax(raw, axis=1) if self.loss == "MultiClass" else xp.expit(raw)

    def predict_log_proba(self, X: Array) -> Array:
        """Logarithm of the probabilities, computed from the raw values, so that none is the logarithm of 0."""
        raw = self.raw(X)
        if self.loss in _BINARY:
            raw = raw * np.array([-1.0, 1.0])
        return xp.log_softmax(raw, axis=1) if self.loss == "MultiClass" else xp.log_expit(raw)

    def predict(self, X: Array) -> Array:
        """Labels, one in a row for two classes, else a column of them, or one column for each label."""
        raw = self.raw(X)
        if self.loss in _BINARY:
            return xp.astype(raw[:, 0] > self.least_raw, int)
        if self.is_multilabel:
            return xp.astype(raw > self.least_raw, int)
        return xp.expand_dims(xp.argmax(raw, axis=1), 1)


def _is_whole(category: str) -> bool:
    """Whether a category may be an integer."""
    return category.removeprefix("-").isdecimal() and str(int(category)) == category


def _as_numbers(categories: list[str | None]) -> NDArray[np.float64]:
    """Return categories as numbers; NaN, equal to nothing, in place of text."""
    return np.array([float(c) if c is not None and _is_whole(c) else np.nan for c in categories])


def _texts_within(column: Tensor) -> frozenset[str]:
    """Return the texts that a pipeline itself puts into a column, as imputers do."""
    nodes = Graph("column", {}, {"value": column}).nodes()
    constants = [np.ravel(node.op.value) for node in nodes if isinstance(node.op, Constant)]
    return frozenset(str(text) for values in constants if values.dtype == object for text in values)
