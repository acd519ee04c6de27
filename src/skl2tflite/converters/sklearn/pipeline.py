"""``Pipeline`` and ``FeatureUnion`` (:mod:`sklearn.pipeline`)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import get_config
from sklearn import pipeline as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.contract import Contract
from skl2tflite.converters.core.estimator_kinds import GraphTransformerConverter
from skl2tflite.converters.core.members import check_in_front, needed_of
from skl2tflite.converters.core.method_names import LABELS, TRANSFORMS
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.core.seen_rows import SeenConverter
from skl2tflite.features import RowKind, TableRows
from skl2tflite.flow.matrix import Matrix
from skl2tflite.flow.table import Table, TableLike, as_matrix
from skl2tflite.forest.transformed import Monotone, Transformed
from skl2tflite.graph import Array, Tensor, apply
from skl2tflite.method_arguments import ARGUMENTS
from skl2tflite.tracing.trial_calls import tried


def is_passthrough(estimator: Any) -> bool:
    """Whether a step passes its input through."""
    return estimator is None or (isinstance(estimator, str) and estimator == "passthrough")


def gives_frames(estimator: Any) -> bool:
    """Whether ``transform`` gives a DataFrame, as ``set_output`` or scikit-learn's configuration says."""
    configured = getattr(estimator, "_sklearn_output_config", {})
    return bool(configured.get("transform", get_config()["transform_output"]) != "default")


@converts(sk.Pipeline)
class PipelineConverter(Converter):
    """Applies every step's ``transform`` in turn, then the last step's own method."""

    takes_tables = True
    takes_matrices = True

    @cached_property
    def steps(self) -> list[Converter]:
        """Converters of the steps that are not passthroughs."""
        steps = [self.sub(step, f"[{name!r}]") for name, step in self.estimator.steps if not is_passthrough(step)]
        for step, behind in pairwise(steps):
            if behind.takes_distance_graph and isinstance(step, GraphTransformerConverter):
                behind.graph_transformer = step
        return steps

    def check_fitted(self) -> None:
        """Do nothing, as each step checks itself; scikit-learn checks only the last step, which may be stateless."""

    def check(self) -> None:
        """Make the steps' converters now, so that refusals come before any other work."""
        if not self.steps:
            raise self.refuse("every step is 'passthrough'", "there is nothing to convert")
        check_in_front(self.steps[:-1])
        first = self.steps[0]
        if hasattr(first.estimator, "feature_names_in_"):
            names = first.feature_names or ()
            self._tell_of_frames(lambda pd: pd.DataFrame(np.ones((1, len(names))), columns=names))

    def _tell_of_frames(self, first: Callable[[Any], Any]) -> None:
        """Tell the steps that keep nothing of their rows which columns a DataFrame has that the step before gives.

        Parameters
        ----------
        first : callable
            Given pandas, gives rows of the first step.
        """
        if "pandas" not in sys.modules or not any(isinstance(step, SeenConverter) for step in self.steps[1:]):
            return
        rows: Any = first(sys.modules["pandas"])
        for step, behind in pairwise(self.steps):
            rows = tried(step.estimator.transform, rows)
            if not hasattr(rows, "iloc") or np.ndim(rows) != 2:
                return
            if isinstance(behind, SeenConverter) and all(isinstance(name, str) for name in rows.columns):
                behind.learn_rows(TableRows(len(rows.columns), tuple(rows.columns), sample=rows))

    @property
    def last(self) -> Converter | None:
        """Converter of the last step, or None if that is a passthrough."""
        return None if is_passthrough(self.estimator.steps[-1][1]) else self.steps[-1]

    @property
    def default_methods(self) -> tuple[str, ...]:  # type: ignore[override]
        """Those of the last step."""
        return self.last.default_methods if self.last else ("transform",)

    @property
    def contract(self) -> Contract:
        """Labels of the last step, and what every step does exactly; the greatest of the steps' tolerances."""
        steps = [step.contract for step in self.steps]
        exact = TRANSFORMS.intersection(*(step.exact for step in steps))
        tolerance = max(step.tolerance for step in steps)
        if self.last is None:
            return Contract(exact, tolerance)
        last = self.last.contract
        return Contract(exact | (last.exact & LABELS), tolerance, last.float64_error)

    @property
    def rows_second(self) -> frozenset[str]:  # type: ignore[override]
        """Those of the last step."""
        return self.last.rows_second if self.last else frozenset()

    @property
    def n_features(self) -> int:
        """Number of columns that the first step takes."""
        return self.steps[0].n_features

    @property
    def integer_columns(self) -> bool:  # type: ignore[override]
        """Whether some step takes integers."""
        return any(step.integer_columns for step in self.steps)

    @property
    def feature_names(self) -> list[str] | None:
        """Names of the columns that the first step takes."""
        return self.steps[0].feature_names

    @property
    def needed_columns(self) -> tuple[int, ...] | None:
        """Columns that the first step needs."""
        return self.steps[0].needed_columns

    @property
    def rows(self) -> RowKind:
        """Kind of rows of the first step."""
        return self.steps[0].rows

    def learn_rows(self, rows: RowKind) -> None:
        """Pass the kind of rows to the first step, and the columns of DataFrames to the steps that are given one."""
        self.steps[0].learn_rows(rows)
        sample = rows.sample if isinstance(rows, TableRows) else None
        if sample is not None:
            self._tell_of_frames(lambda _: sample)

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """Ask the steps from the last to the first, each given whether the step after it accepts NaN."""
        allowed: bool | NDArray[np.bool_] = not clean
        behind: Any = clean
        for step in reversed(self.steps):
            allowed = step.nan_columns(behind if step.cleans_each else bool(np.any(behind)))
            behind = np.logical_not(allowed)
        return allowed

    def _offers(self, method: str) -> bool:
        """Whether the pipeline has a method; for methods with arguments, whether the last step has it."""
        if method in ARGUMENTS:
            return self.last is not None and self.last.has(method)
        return hasattr(self.estimator, method)

    def has(self, method: str) -> bool:
        """Whether the last step has a method; for the inverse, whether all steps have it."""
        if not self._offers(method):
            return False
        if method == "inverse_transform":
            return all(step.has(method) for step in self.steps) and self._labels_behind is None
        return self.last.has(method) if self.last else method == "transform"

    def method(self, name: str) -> Any:
        """Return a function that runs the steps before the last, then the last one's method."""
        if name == "inverse_transform" or not self._offers(name):
            return super().method(name)
        final = self.last.method(name) if self.last else None
        return lambda X: self._transformed(X) if final is None else final(self._transformed(X))

    def _transformed(self, X: TableLike) -> TableLike:
        """Return what reaches the last step, or comes out of it where it is a passthrough."""
        before = self.steps[:-1] if self.last else self.steps
        for step, behind in zip(before, [*self.steps[1:], None], strict=False):
            makes_graph = behind is not None and behind.graph_transformer is step
            if makes_graph and isinstance(step, GraphTransformerConverter):
                X = step.graph(as_matrix(X))
            else:
                X = step.method("transform")(X)
        return X

    def wide_log_proba(self, X: TableLike) -> Array | None:
        """Those of the last step."""
        return self.last.log_proba(self._transformed(X)) if self.last else None

    def labels(self, method: str) -> list[NDArray[Any]] | None:
        """Labels of the last step; for the inverse, of the first."""
        if method == "inverse_transform":
            return self.steps[0].labels(method)
        return self.last.labels(method) if self.last else None

    @property
    def _labels_behind(self) -> Converter | None:
        """A step after the first whose inverse returns labels, which the steps before it cannot take; or None."""
        return next((step for step in self.steps[1:] if step.labels("inverse_transform") is not None), None)

    def inverse_transform(self, X: Array) -> Array:
        """Apply every step's inverse, the last step's first."""
        if self._labels_behind is not None:
            raise self._labels_behind.refuse("its inverse gives labels, and steps in front take numbers")
        for step in reversed(self.steps):
            X = step.method("inverse_transform")(X)
        return X


def weighted(X: TableLike, weight: float) -> TableLike:
    """Return a transformer's result times its weight."""
    if isinstance(X, Matrix):
        return X.times(weight)
    numbers = as_matrix(X)
    product = numbers * weight
    if not isinstance(product, Tensor):
        return product

    def times(rows: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(rows * weight)

    made: Tensor = apply(Transformed("transformer_weights", times, times, Monotone()), numbers, product)
    return made


@converts(sk.FeatureUnion)
class FeatureUnionConverter(Converter):
    """Concatenates the results of transformers of the same columns."""

    takes_tables = True
    takes_matrices = True
    default_methods = ("transform",)

    @cached_property
    def parts(self) -> list[tuple[Converter | None, float | None]]:
        """Converter (None for a passthrough) and weight of each transformer that is not dropped."""
        weights = self.estimator.transformer_weights or {}
        return [
            (None if is_passthrough(part) else self.sub(part, f"[{name!r}]"), weights.get(name))
            for name, part in self.estimator.transformer_list
            if not (isinstance(part, str) and part == "drop")
        ]

    def check(self) -> None:
        """Make the parts' converters now, so that refusals come before any other work."""
        if not self.parts:
            raise self.refuse("every transformer is dropped", "there is nothing to convert")
        check_in_front(part for part, _ in self.parts if part is not None)

    @property
    def n_features(self) -> int:
        """Number of columns that each part takes."""
        if self.rows.passes_through:
            return super().n_features
        for part, _ in self.parts:
            if part is not None:
                return part.n_features
        return super().n_features

    @property
    def feature_names(self) -> list[str] | None:
        """Names of the columns that each part takes; of dicts, the names that some part takes."""
        if self.rows.passes_through:
            return super().feature_names
        return next((part.feature_names for part, _ in self.parts if part is not None), None)

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """Columns in which every part accepts NaN."""
        allowed = [not clean if part is None else part.nan_columns(clean) for part, _ in self.parts]
        return np.asarray(np.all(np.broadcast_arrays(*allowed), axis=0))

    @property
    def needed_columns(self) -> tuple[int, ...] | None:
        """Columns that some part needs, or None if a part does not select columns by name."""
        members = [part for part, _ in self.parts if part is not None]
        return needed_of(members) if len(members) == len(self.parts) else None

    @property
    def sharing(self) -> Sequence[Converter]:
        """The parts, all of which take X."""
        return [part for part, _ in self.parts if part is not None]

    def transform(self, X: TableLike) -> TableLike:
        """Concatenate the parts' results, each times its weight."""
        columns = []
        for part, weight in self.parts:
            result = X if part is None else part.method("transform")(X)
            columns.append(result if weight is None else weighted(result, weight))
        return Table.join(columns, keeps_dtypes=gives_frames(self.estimator))
