"""One estimator for each of several outputs (:mod:`sklearn.multioutput`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import multioutput as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.estimator_kinds import ClassifierConverter, RegressorConverter
from skl2tflite.converters.core.members import label_values, one_column
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.sklearn.multiclass import MembersConverter, TableMembersConverter
from skl2tflite.features import RowKind, TableRows
from skl2tflite.flow.matrix import is_sparse, side_by_side
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.probabilities import MIN_EXPONENT


@converts(sk.MultiOutputRegressor)
class MultiOutputRegressorConverter(TableMembersConverter, RegressorConverter):
    """One regressor for each output."""

    def predict(self, X: Array) -> Array:
        return xp.stack([one_column(member, "predict", X) for member in self.members], axis=1)


@converts(sk.MultiOutputClassifier)
class MultiOutputClassifierConverter(TableMembersConverter, ClassifierConverter):
    """One classifier for each output; probabilities are a list of arrays."""

    def has(self, method: str) -> bool:
        """As the members do."""
        needed = "predict_proba" if method == "predict_log_proba" else method
        return super().has(method) and all(member.has(needed) for member in self.members)

    def labels(self, method: str) -> list[NDArray[Any]] | None:
        """Labels of each member."""
        labels = [member.labels(method) for member in self.members]
        if any(classes is None for classes in labels):
            return None
        return [classes for member in labels if member is not None for classes in member]

    def predict(self, X: Array) -> Array:
        return xp.stack([one_column(member, "predict", X) for member in self.members], axis=1)

    def predict_proba(self, X: Array) -> Sequence[Array]:
        return [self._probabilities(member, X) for member in self.members]

    def _probabilities(self, member: Converter, X: Array) -> Array:
        probabilities: Array = member.method("predict_proba")(X)
        if isinstance(probabilities, list | tuple):
            raise member.refuse("predicts several outputs, and its ensemble takes one of each member")
        return probabilities


class ChainConverter(MembersConverter):
    """Members in ``order_``, each on X and the answers of those before it (``sklearn.multioutput._BaseChain``)."""

    takes_matrices = True

    def learn_rows(self, rows: RowKind) -> None:
        """Pass each member the number of its columns: those of X and the answers of the members before it."""
        if isinstance(rows, TableRows) and rows.count is not None:
            for i, member in enumerate(self.members):
                member.learn_rows(TableRows(rows.count + i))

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """As the chain's own tags say, because it validates X itself."""
        return Converter.nan_columns(self, clean)

    def _outputs(self, X: Array, method: str) -> Array:
        """Return the members' answers, in the order of the targets."""
        chain_method = getattr(self.estimator, "chain_method_", "predict")
        previous: list[Array] = []
        outputs: list[Array] = []
        for member in self.members:
            features = side_by_side([X, xp.stack(previous, axis=1)], is_sparse(X)) if previous else X
            previous.append(_response(member, chain_method, features))
            outputs.append(previous[-1] if method == chain_method else _response(member, method, features))
        order = np.argsort(np.asarray(self.estimator.order_))
        return xp.stack([outputs[i] for i in order], axis=1)


def _response(member: Converter, method: str, X: Array) -> Array:
    """Return one column: labels as numbers, scores, or the (logarithm of the) probability of the greater class.

    Parameters
    ----------
    member : Converter
    method : str
        ``"predict"``, ``"decision_function"``, ``"predict_proba"`` or ``"predict_log_proba"``.
    X : array of shape (n_rows, n_features)

    Returns
    -------
    array of shape (n_rows,)
    """
    if method == "predict":
        return label_values(member, X)
    return one_column(member, method, X)


@converts(sk.RegressorChain)
class RegressorChainConverter(ChainConverter, RegressorConverter):
    """Regressors that take the predictions of those before them as features."""

    def predict(self, X: Array) -> Array:
        return self._outputs(X, "predict")


@converts(sk.ClassifierChain)
class ClassifierChainConverter(ChainConverter, ClassifierConverter):
    """Classifiers that take the answers of those before them as features; labels are floats, as in scikit-learn."""

    def has(self, method: str) -> bool:
        """As the members do."""
        needed = "predict_proba" if method == "predict_log_proba" else method
        return super().has(method) and all(member.has(needed) for member in self.members)

    def labels(self, method: str) -> list[NDArray[Any]] | None:
        """None: ``predict`` returns the labels as numbers, not their positions."""
        return None

    def predict(self, X: Array) -> Array:
        return xp.astype(self._outputs(X, "predict"), float)

    def predict_proba(self, X: Array) -> Array:
        """Probability that each label is present."""
        return self._outputs(X, "predict_proba")

    def predict_log_proba(self, X: Array) -> Array:
        """Logarithms of the probabilities; minus infinity below about 1e-324, where float64's probability is 0."""
        if not all(member.has("predict_log_proba") for member in self.members):
            return xp.log(self.predict_proba(X))
        logarithms = self._outputs(X, "predict_log_proba")
        return xp.where(logarithms < MIN_EXPONENT, -np.inf, logarithms)

    def decision_function(self, X: Array) -> Array:
        return self._outputs(X, "decision_function")
