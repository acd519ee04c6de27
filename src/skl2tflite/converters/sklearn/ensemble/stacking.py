"""Stacking (:mod:`sklearn.ensemble._stacking`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn import ensemble as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.estimator_kinds import ClassifierConverter, RegressorConverter
from skl2tflite.converters.core.members import label_values, nan_of, needed_of
from skl2tflite.converters.core.registry import converts
from skl2tflite.flow.matrix import Matrix, as_floats, is_sparse, side_by_side
from skl2tflite.flow.table import Table
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.trial_calls import tried


class StackingConverter(Converter):
    """Members whose answers are the columns of a final estimator."""

    takes_tables = True
    takes_matrices = True

    @property
    def needed_columns(self) -> tuple[int, ...] | None:
        """Columns that the members need, as these read X themselves."""
        return None if self.estimator.passthrough else needed_of(self.members)

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """Columns in which the members, and the final estimator if it takes X too, accept NaN."""
        return nan_of(self.members, clean or (self.estimator.passthrough and not self.final.allows_nan))

    def check(self) -> None:
        # Make all converters now, so that refusals come before any other work.
        _ = self.members, self.final

    @property
    def sharing(self) -> Sequence[Converter]:
        """The members, all of which take X."""
        return self.members

    @cached_property
    def members(self) -> list[Converter]:
        """Converters of the members that are not dropped."""
        named = self.estimator.named_estimators_.items()
        return [
            self.sub(member, f".named_estimators_[{name!r}]") for name, member in named if not isinstance(member, str)
        ]

    @cached_property
    def final(self) -> Converter:
        """Converter of the final estimator."""
        return self.sub(self.estimator.final_estimator_, ".final_estimator_")

    def has(self, method: str) -> bool:
        """Whether the final estimator has a method."""
        return super().has(method) and (method == "transform" or self.final.has(method))

    def transform(self, X: Any) -> Any:
        """The columns of each member, then those of X with ``passthrough=True``."""
        columns: list[Array] = []
        dtypes: list[np.dtype[Any] | None] = []
        for member, method in zip(self.members, self.estimator.stack_method_, strict=True):
            answer = label_values(member, X) if method == "predict" else member.method(method)(X)
            if isinstance(answer, list | tuple):  # one array of probabilities for each label
                columns += [part[:, 1:] for part in answer]
            elif answer.ndim == 1:
                columns.append(xp.expand_dims(answer, 1))
            elif method == "predict_proba" and len(self.estimator.classes_) == 2:
                columns.append(answer[:, 1:])
            else:
                columns.append(answer)
            dtypes += [_dtype_of_answer(member, method, X)] * (len(columns) - len(dtypes))
        if not self.estimator.passthrough:
            return xp.concat(columns, axis=1)
        X = X.matrix() if isinstance(X, Table) else X
        if not is_sparse(X):
            return side_by_side([*columns, X], sparse=False)
        return side_by_side([*(Matrix(column, dtype) for column, dtype in zip(columns, dtypes, strict=True)), X], True)

    def ask_final(self, method: str, X: Any) -> Any:
        """Return the final estimator's answer for the members' answers."""
        given = self.transform(X)
        return self.final.method(method)(given if isinstance(given, Matrix) else as_floats(given))

    def predict(self, X: Array) -> Array:
        return self.ask_final("predict", X)  # type: ignore[no-any-return]


def _dtype_of_answer(member: Converter, method: str, X: Any) -> np.dtype[Any] | None:
    """Return float32 where a member answers so for a sparse matrix in that dtype: less of what is small is 0 there."""
    if not isinstance(X, Matrix) or not X.is_sparse or X.dtype != np.float32:
        return None
    row = csr_matrix((1, X.shape[1]), dtype=X.dtype)
    answer = tried(lambda rows: np.asarray(getattr(member.estimator, method)(rows)), row)
    return answer.dtype if answer is not None and answer.dtype == np.float32 else None


@converts(sk.StackingClassifier)
class StackingClassifierConverter(StackingConverter, ClassifierConverter):
    """The final estimator is fitted on positions in ``classes_``."""

    def labels(self, method: str) -> list[NDArray[Any]] | None:
        return self.classes if method == "predict" else None

    def predict_proba(self, X: Array) -> Array:
        probabilities = self.ask_final("predict_proba", X)
        if isinstance(probabilities, list | tuple):
            # As in scikit-learn, it is the probability that each label is absent.
            return xp.stack([p[:, 0] for p in probabilities], axis=1)
        return probabilities  # type: ignore[no-any-return]

    def decision_function(self, X: Array) -> Array:
        return self.ask_final("decision_function", X)  # type: ignore[no-any-return]


@converts(sk.StackingRegressor)
class StackingRegressorConverter(StackingConverter, RegressorConverter):
    """Stacks regressors."""
