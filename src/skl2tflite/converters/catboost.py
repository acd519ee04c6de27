"""CatBoost's estimators (:mod:`catboost.core`), from the JSON form of their models."""

from __future__ import annotations

import json
import math
import tempfile
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import catboost
import numpy as np
from numpy.typing import NDArray

from skl2tflite.converters.base import ClassifierConverter, Converter, RegressorConverter, binary_probabilities
from skl2tflite.converters.boosting import TreeTable, join
from skl2tflite.converters.registry import converts
from skl2tflite.forest.op import tree_values
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp

CATEGORIES = range(-1_000, 100_000)
"""Whole numbers that categories may be."""

_BINARY = frozenset({"CrossEntropy", "Logloss"})
_MULTILABEL = frozenset({"MultiCrossEntropy", "MultiLogloss"})


class CatBoostConverter(Converter):
    """Raw values of a model.

    Trees compare float32. A categorical feature that CatBoost splits one category at a time
    (``one_hot_max_size``) converts where its categories are whole numbers.
    """

    integer_columns = True

    @cached_property
    def model(self) -> dict[str, Any]:
        """The model as JSON; it ends at the best iteration where CatBoost was told so."""
        return _as_json(self.estimator)

    def check(self) -> None:
        """Refuse what the JSON form does not hold, or no graph can compute."""
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
        """Trees as JSON has them: oblivious ones, or nested nodes."""
        trees: list[dict[str, Any]] = self.model.get("oblivious_trees") or self.model.get("trees") or []
        return trees

    @cached_property
    def bias(self) -> NDArray[np.float64]:
        """What is added to the sum over the trees, one number for each output."""
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
        """Numeric features by their number among the numeric ones."""
        return {feature["feature_index"]: feature for feature in self.model["features_info"]["float_features"]}

    @cached_property
    def categorical_features(self) -> dict[int, dict[str, Any]]:
        """Categorical features by their number among the categorical ones."""
        features = self.model["features_info"].get("categorical_features", [])
        return {feature["feature_index"]: feature for feature in features}

    @cached_property
    def is_category(self) -> list[tuple[int, int]]:
        """Tests "does this column hold this category?"; each is a derived column, 1 where it does."""
        found: set[tuple[int, int]] = set()
        for feature in self.categorical_features.values():
            for value in feature.get("values", []):
                category = category_hashes().get(value & 0xFFFFFFFF)
                if category is None:
                    raise self.refuse(
                        f"feature {self._name(feature)} has categories that are no whole numbers from "
                        f"{CATEGORIES.start} to {CATEGORIES.stop - 1}",
                        "encode them as such before (OrdinalEncoder, then astype(int))",
                    )
                found.add((feature["flat_feature_index"], category))
        return sorted(found)

    def _name(self, feature: dict[str, Any]) -> str:
        return repr(self.estimator.feature_names_[feature["flat_feature_index"]])

    def _column(self, split: dict[str, Any]) -> tuple[int, float, bool]:
        """Return a split's column, threshold, and whether NaN goes left."""
        if split["split_type"] == "FloatFeature":
            feature = self.float_features[split["float_feature_index"]]
            border = float(np.float32(split["border"]))
            return feature["flat_feature_index"], border, feature["nan_value_treatment"] != "AsTrue"
        if split["split_type"] == "OneHotFeature":
            flat = self.categorical_features[split["cat_feature_index"]]["flat_feature_index"]
            category = category_hashes().get(split["value"] & 0xFFFFFFFF)
            tests = self.is_category  # refuses categories that are not known
            assert category is not None
            return self.n_features + tests.index((flat, category)), 0.5, True
        names = ", ".join(self._name(feature) for feature in self.categorical_features.values())
        raise self.refuse(
            f"it splits on statistics of categorical features ({split['split_type']}; features {names}), which only "
            "CatBoost itself computes",
            "fit with one_hot_max_size=255 for features of at most 255 categories, or encode them before "
            "(TargetEncoder, OneHotEncoder) and pass no cat_features",
        )

    @cached_property
    def forest(self) -> Forest:
        """All trees, their values scaled."""
        scale = float(self.model["scale_and_bias"][0])
        oblivious = "oblivious_trees" in self.model
        tables = [self._oblivious(tree) if oblivious else self._nested(tree) for tree in self.trees]
        forest = join(tables, self.n_features + len(self.is_category))
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

    # --- on rows ------------------------------------------------------------------------------------

    def raw(self, X: Array) -> Array:
        """Raw values, shape (n_rows, n_outputs)."""
        forest = self.forest
        if self.is_category:
            columns, categories = zip(*self.is_category, strict=True)
            hot = xp.equal(X[:, np.array(columns)], np.array(categories, dtype=float))
            X = xp.concat([X, xp.astype(hot, float)], axis=1)
        values = tree_values(X, forest, missing=True)
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
        """Whether several labels may be there at once."""
        return self.loss in _MULTILABEL

    @property
    def least_raw(self) -> float:
        """Raw value above which a label is given: 0, or that of the model's probability threshold."""
        threshold = float(self.model["model_info"].get("binclass_probability_threshold", 0.5))
        return -math.log(1 / threshold - 1)

    def predict_proba(self, X: Array) -> Array:
        raw = self.raw(X)
        if self.loss in _BINARY:
            return binary_probabilities(raw[:, 0])
        return xp.softmax(raw, axis=1) if self.loss == "MultiClass" else xp.expit(raw)

    def predict_log_proba(self, X: Array) -> Array:
        """Logarithm of the probabilities, from the raw values: none is that of 0."""
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


@cache
def category_hashes() -> dict[int, int]:
    """Return the whole numbers of ``CATEGORIES`` by the hashes that models know them by.

    CatBoost tells hashes only in the JSON of a model, for the rows that it is given to it; the smallest
    model there is does.
    """
    model = catboost.CatBoostRegressor(iterations=1, depth=1, verbose=False, allow_writing_files=False, thread_count=1)
    model.fit(catboost.Pool([[0], [1]], [0.0, 1.0], cat_features=[0]))
    rows = catboost.Pool(np.array(CATEGORIES)[:, np.newaxis], cat_features=[0])
    entries = _as_json(model, rows)["features_info"]["cat_features_hash"]
    return {entry["hash"]: int(entry["value"]) for entry in entries}


def _as_json(model: Any, rows: Any = None) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json", pool=rows)
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
