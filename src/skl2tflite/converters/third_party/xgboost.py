"""XGBoost's estimators (:mod:`xgboost.sklearn`), from the JSON form of their boosters.

Sums are computed in XGBoost's own order and in float32, so that margins are equal to its own, bit for bit.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray

from skl2tflite.converters.core.absent_entries import sparsity_readers
from skl2tflite.converters.core.categoricals import Coding, CodingConverter, UnplacedCategoriesError, categories_told
from skl2tflite.converters.core.estimator_kinds import ClassifierConverter, RegressorConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.third_party.support.boosting import CategorySets, TreeTable, join
from skl2tflite.converters.third_party.support.xgboost_names import category_names, kept_of
from skl2tflite.flow.column import Column
from skl2tflite.flow.matrix import Matrix, as_floats, is_sparse
from skl2tflite.flow.zeros import without
from skl2tflite.forest.op import tree_values
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.probabilities import binary_probabilities

_LOGISTIC = frozenset({"binary:logistic", "reg:logistic"})
_EXPONENTIAL = frozenset({"count:poisson", "reg:gamma", "reg:tweedie", "survival:cox"})
_SOFTMAX = frozenset({"multi:softprob", "multi:softmax"})
_IDENTITY = frozenset(
    {
        "binary:logitraw", "rank:map", "rank:ndcg", "rank:pairwise", "reg:absoluteerror", "reg:expectileerror",
        "reg:linear", "reg:pseudohubererror", "reg:quantileerror", "reg:squarederror", "reg:squaredlogerror",
    }
)  # fmt: skip
_HINGE = "binary:hinge"

HALF = 1.5 * 2.0**-24
"""Largest margin whose probability is not above 0.5: XGBoost computes ``1 / (1 + exp(-margin))`` in float32,
where ``1 + exp(-margin)`` is 2 up to here."""

LEAST_SCORE = np.float32(1e-6)
"""Base scores of logistic objectives are kept this far from 0 and 1 (``kRtEps``); constant targets have either."""
_BOUNDS_SCORES = tuple(map(int, xgboost.__version__.split(".")[:2])) >= (3, 2)


class XGBoostConverter(CodingConverter):
    """Margins of a booster, and predictions from them by its objective.

    To trees, categories are codes from 0: the positions of a DataFrame's categories among those of the fit, which
    models keep since XGBoost 3.1; before, the codes in the column itself. Absent entries of sparse matrices are
    missing.
    """

    takes_matrices = True
    library = "XGBoost"

    @cached_property
    def learner(self) -> dict[str, Any]:
        """The booster as JSON."""
        text = self.estimator.get_booster().save_raw(raw_format="json").decode()
        learner: dict[str, Any] = json.loads(text)["learner"]
        return learner

    @property
    def objective(self) -> str:
        """Name of the objective; a custom one leaves the default behind, as in XGBoost."""
        return str(self.learner["objective"]["name"])

    @property
    def booster(self) -> str:
        """``"gbtree"``, ``"dart"`` or ``"gblinear"``."""
        return str(self.learner["gradient_booster"]["name"])

    def check(self) -> None:
        """Refuse objectives that are not supported."""
        known = _LOGISTIC | _EXPONENTIAL | _SOFTMAX | _IDENTITY | {_HINGE}
        if self.objective not in known:
            raise self.refuse(
                f"objective {self.objective!r} is not supported", f"these are: {', '.join(sorted(known))}"
            )
        if self.booster != "gblinear" and not self.trees:
            raise self.refuse("it has no trees", "there is nothing to convert")
        _ = self.base_margin  # refuses infinite ones

    # --- categories ---------------------------------------------------------------------------------

    def codings(self, columns: Sequence[Column]) -> Mapping[int, Coding]:
        """Return the categories that the model keeps, else those of columns whose codes XGBoost takes as they are."""
        known = [] if self.booster == "gblinear" else self.model.get("cats", {}).get("enc", [])
        if known:
            return {i: self._coding(columns[i], names) for i, names in enumerate(map(category_names, known)) if names}
        codings = {}
        types = self.learner.get("feature_types") or []
        for i, column in enumerate(columns):
            told = categories_told(column)
            if told:
                codings[i] = Coding(told, in_order=True)
            elif told is not None:
                raise self.refuse(
                    f"takes the codes of column {column.name!r}, and these depend on what else is in the rows",
                    "give the column a dtype with its categories, or fit with XGBoost 3.1 or later",
                )
            elif types[i : i + 1] == ["c"] and self.feature_names is not None and not column.is_seen:
                raise UnplacedCategoriesError(
                    str(
                        self.refuse(
                            f"does not tell the categories of column {column.name!r}: before 3.1 XGBoost kept none",
                            "give X to convert, a DataFrame with the categories that it was fitted on",
                        )
                    )
                )
        return codings

    def _coding(self, column: Column, names: list[Any]) -> Coding:
        """Return the codes of a column whose categories the model keeps.

        XGBoost 3.1 and 3.2 cut pandas' text by numbers of characters, not of bytes: beyond ASCII they keep other texts
        than the categories, which are the same only for the same list of categories.
        """
        if all(not isinstance(name, bytes) or name.isascii() for name in names):
            categories = tuple(name.decode() if isinstance(name, bytes) else name for name in names)
            # XGBoost compares the rows' own codes with missing, and only then takes the codes of the fit.
            in_order = self.estimator.missing in range(len(categories))
            return Coding(categories, refuses_unknown=True, in_order=in_order, ascii_only=isinstance(names[0], bytes))
        given = categories_told(column) or ()
        if kept_of(given) != names or len(set(names)) < len(names):
            raise UnplacedCategoriesError(
                str(
                    self.refuse(
                        f"column {column.name!r} has categories with letters beyond ASCII, which XGBoost keeps "
                        "incompletely",
                        "give X to convert, a pandas DataFrame with the categories that it was fitted on in the same "
                        "order",
                    )
                )
            )
        return Coding(given, refuses_unknown=True, in_order=True)

    @cached_property
    def used_columns(self) -> Collection[int]:
        """Columns that some split uses."""
        tests = [self.model["trees"][number]["split_indices"] for number in self.trees]
        return frozenset(int(feature) for features in tests for feature in features)

    # --- the model ----------------------------------------------------------------------------------

    @cached_property
    def n_groups(self) -> int:
        """Number of margins of a row: classes, or targets."""
        parameters = self.learner["learner_model_param"]
        return max(1, int(parameters["num_class"]), int(parameters.get("num_target", 1)))

    @cached_property
    def base_margin(self) -> NDArray[np.float32]:
        """Constant that margins start from, one for each group: the link function of the base score."""
        text = self.learner["learner_model_param"]["base_score"]
        score = np.array(text.strip("[]").split(","), dtype=np.float64).astype(np.float32)
        with np.errstate(divide="ignore"):
            if self.objective in _LOGISTIC:
                score = np.clip(score, LEAST_SCORE, np.float32(1) - LEAST_SCORE) if _BOUNDS_SCORES else score
                score = -np.log((np.float32(1) / score - np.float32(1)).astype(np.float64))
            elif self.objective in _EXPONENTIAL:
                score = np.log(score.astype(np.float64))
        if not np.isfinite(score).all():
            raise self.refuse(
                f"its base score is {text}, which objective {self.objective!r} turns into an infinite margin; so it is "
                "for a target that is always 0",
                "set base_score to a small number above 0, or use DummyRegressor",
            )
        return np.broadcast_to(score.astype(np.float32), (self.n_groups,))

    @cached_property
    def model(self) -> dict[str, Any]:
        """The part of the JSON that holds the trees."""
        booster = self.learner["gradient_booster"]
        model: dict[str, Any] = booster["gbtree"]["model"] if self.booster == "dart" else booster["model"]
        return model

    @cached_property
    def trees(self) -> list[int]:
        """Numbers of the trees that are used to predict: up to the best iteration, where training stopped early."""
        n_trees = len(self.model["trees"])
        try:
            best = self.estimator.best_iteration
        except AttributeError:
            return list(range(n_trees))
        return list(range(min(n_trees, self.model["iteration_indptr"][best + 1])))

    @cached_property
    def groups(self) -> NDArray[np.int64]:
        """Trees of each group in the order of summation, shape (n_groups, n_rounds); one row if leaves hold vectors."""
        if self.has_vector_leaves:
            return np.array([self.trees], dtype=np.int64)
        group = np.asarray(self.model["tree_info"], dtype=np.int64)[self.trees]
        members = [np.flatnonzero(group == k) for k in range(self.n_groups)]
        if len({len(trees) for trees in members}) != 1:
            raise self.refuse("its classes or targets have different numbers of trees")
        return np.stack(members)

    @property
    def has_vector_leaves(self) -> bool:
        """Whether a leaf holds the values of all targets (``multi_strategy="multi_output_tree"``)."""
        return int(self.model["trees"][0]["tree_param"]["size_leaf_vector"]) > 1

    @cached_property
    def tables(self) -> tuple[list[TreeTable], CategorySets]:
        """The trees that are used to predict, and their sets of categories.

        Categories in a set go right, others left, and NaN where the node says.
        """
        categories = CategorySets(self.n_features, outside=0, missing=np.nan, fractions_below_zero=False)
        return [self._table(self.model["trees"][number], categories) for number in self.trees], categories

    def _table(self, tree: dict[str, Any], categories: CategorySets) -> TreeTable:
        left = np.asarray(tree["left_children"], dtype=np.int64)
        right = np.asarray(tree["right_children"], dtype=np.int64)
        leaf = left < 0
        split = np.asarray(tree["split_conditions"], dtype=np.float32)
        feature = np.asarray(tree["split_indices"], dtype=np.int64)
        missing_left = np.asarray(tree["default_left"], dtype=np.bool_)
        # x < split in float32.
        threshold = np.nextafter(split, np.float32(-np.inf)).astype(np.float64)
        # Nothing is below minus infinity, so that all numbers go right; with the children exchanged they go left.
        turned = ~leaf & np.isneginf(split)
        threshold[turned] = np.inf
        left, right = np.where(turned, right, left), np.where(turned, left, right)
        missing_left = missing_left ^ turned
        starts = tree.get("categories_segments", [])
        sizes = tree.get("categories_sizes", [])
        for node, start, size in zip(tree.get("categories_nodes", []), starts, sizes, strict=True):
            feature[node] = categories.place(int(feature[node]), tree["categories"][start : start + size])
            threshold[node] = 0.5
        if self.has_vector_leaves:
            n_targets = int(tree["tree_param"]["size_leaf_vector"])
            value = np.zeros((len(left), n_targets), dtype=np.float32)
            if "leaf_weights" in tree:
                value[leaf] = np.reshape(tree["leaf_weights"], (-1, n_targets))[right[leaf]]
            else:
                value[leaf] = np.reshape(tree["base_weights"], (-1, n_targets))[leaf]
        else:
            value = split[:, np.newaxis]
        return TreeTable(left, right, feature, threshold, missing_left, value.astype(np.float64))

    @cached_property
    def forest(self) -> Forest:
        """The trees of all rounds, by round, then by group; the base margin is added to those of the first round."""
        trees, categories = self.tables
        order = self.groups.T.ravel()
        forest = join([trees[number] for number in order], self.n_features + len(categories))
        value = forest.value.astype(np.float32)
        group = np.arange(len(order)) % len(self.groups)
        base = self.base_margin if self.has_vector_leaves else self.base_margin[group][forest.tree][:, np.newaxis]
        if self.booster == "dart":
            # XGBoost predicts one tree at a time, starting from the base margin, which it then subtracts again.
            weights = np.asarray(self.learner["gradient_booster"]["weight_drop"], dtype=np.float32)
            value = ((base + value) - base) * weights[np.asarray(self.trees)[order]][forest.tree][:, np.newaxis]
        value = np.where((forest.tree < len(self.groups))[:, np.newaxis], base + value, value)
        return replace(forest.with_values(value.astype(np.float64)), cuts_at_values=True)

    # --- on rows ------------------------------------------------------------------------------------

    def present(self, X: Matrix | Array) -> Array:
        """Rows in which NaN stands for every missing value."""
        sparsity_readers.add(is_sparse(X))
        X = X.with_nan() if isinstance(X, Matrix) else X
        missing = self.estimator.missing
        if missing is None or np.isnan(missing):
            return X
        return without(as_floats(X), float(np.float32(missing)), narrow=True)

    def columns(self, X: Array) -> Array:
        """Rows with NaN for every missing value, and the columns derived from categories."""
        X = self.present(X)
        _, categories = self.tables
        return xp.concat([X, categories.columns(X)], axis=1) if len(categories) else X

    def margin(self, X: Array) -> Array:
        """Sums before the objective's transformation, shape (n_rows, n_groups)."""
        if self.booster == "gblinear":
            X = self.present(X)
            weights = np.asarray(self.learner["gradient_booster"]["model"]["weights"]).reshape(-1, self.n_groups)
            # As in XGBoost's linear booster, all groups start from the base margin of the first.
            bias = weights[-1] + self.base_margin[0]
            return xp.linear(xp.where(xp.isnan(X), 0.0, X), weights[:-1], bias)
        forest = self.forest
        values = tree_values(self.columns(X), forest, missing=True)
        rounds = xp.reshape(values, (-1, self.groups.shape[1], self.n_groups))
        # The last of the running sums is the sum in the trees' order, which is XGBoost's.
        return xp.cumulative_sum(rounds, axis=1)[:, -1]

    def link(self, margin: Array) -> Array:
        """Predictions from margins, as the objective's ``PredTransform``."""
        if self.objective in _LOGISTIC:
            return xp.expit(margin)
        if self.objective in _EXPONENTIAL:
            return xp.exp(margin)
        if self.objective in _SOFTMAX:
            return xp.softmax(margin, axis=1)
        if self.objective == _HINGE:
            return xp.astype(margin > 0, float)
        return margin

    def above_half(self, margin: Array) -> Array:
        """Return whether predictions exceed 0.5; for logistic objectives, decided by the margin."""
        return margin > HALF if self.objective in _LOGISTIC else self.link(margin) > 0.5

    def has(self, method: str) -> bool:
        """Return whether there is a method; a linear booster has no leaves, so that it has no ``apply``."""
        return super().has(method) and not (method == "apply" and self.booster == "gblinear")

    def apply(self, X: Array) -> Array:
        """Leaf that each row reaches in each tree, counted as XGBoost counts nodes."""
        if self.booster == "gblinear":
            raise self.refuse("a linear booster has no leaves to apply")
        trees, categories = self.tables
        numbers = [np.arange(len(tree.left), dtype=np.float64)[:, np.newaxis] for tree in trees]
        numbered = [replace(tree, value=value) for tree, value in zip(trees, numbers, strict=True)]
        forest = replace(join(numbered, self.n_features + len(categories)), cuts_at_values=True)
        leaves = xp.squeeze(tree_values(self.columns(X), forest, missing=True), 2)
        return leaves[:, 0] if forest.n_trees == 1 else leaves


@converts(xgboost.XGBRegressor, xgboost.XGBRFRegressor, xgboost.XGBRanker)
class XGBRegressorConverter(XGBoostConverter, RegressorConverter):
    """Predictions of the booster; several targets, or quantiles, side by side."""

    def predict(self, X: Array) -> Array:
        margin = self.margin(X)
        if self.objective == "multi:softmax":
            return xp.astype(xp.argmax(margin, axis=1), float)
        return self.link(margin)[:, 0] if self.n_groups == 1 else self.link(margin)


@converts(xgboost.XGBClassifier, xgboost.XGBRFClassifier)
class XGBClassifierConverter(XGBoostConverter, ClassifierConverter):
    """Labels are 0, 1, …, of several at once whether each is there.

    Where two classes' margins are within 1e-7, XGBoost's softmax can round their probabilities to one
    value and give the first; here the greatest margin decides.
    """

    @property
    def classes(self) -> list[NDArray[Any]]:
        """The labels 0, 1, …; a model of one class has two columns as well."""
        return [np.arange(max(2, int(self.estimator.n_classes_)))]

    @property
    def is_multilabel(self) -> bool:
        """Whether ``predict`` gives a column for each output: for several labels, or a softmax over two classes."""
        several = self.n_groups > 1 and int(self.estimator.n_classes_) == 2
        return several and self.objective != "multi:softmax"

    def predict_proba(self, X: Array) -> Array:
        margin = self.margin(X)
        if self.n_groups > 1:
            return self.link(margin)
        if self.objective in _LOGISTIC:
            return binary_probabilities(margin[:, 0])
        positive = self.link(margin)
        return xp.concat([1.0 - positive, positive], axis=1)

    def predict(self, X: Array) -> Array:
        margin = self.margin(X)
        if self.is_multilabel:
            return xp.astype(self.above_half(margin), float)
        if self.n_groups > 1:
            return xp.argmax(margin if self.objective in _SOFTMAX else self.link(margin), axis=1)
        return xp.astype(self.above_half(margin[:, 0]), int)


def estimator_of(booster: xgboost.Booster) -> xgboost.XGBRegressor:
    """Return an estimator whose ``predict`` gives what a booster's own gives: all trees, through the objective."""
    copied = booster.copy()
    copied.set_attr(scikit_learn=None, best_iteration=None)  # what XGBClassifier.save_model and early stopping add
    estimator = xgboost.XGBRegressor()
    estimator.load_model(copied.save_raw())
    return estimator
