"""Base classes of converters, one for each kind of estimator that scikit-learn has a mixin for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.method_names import LABELS
from skl2tflite.flow.table import as_matrix
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


class TransformerConverter(Converter):
    """A transformer; subclasses give ``transform``."""

    default_methods = ("transform",)


class GraphTransformerConverter(TransformerConverter):
    """A transformer that makes a sparse graph of distances; subclasses give ``transform`` and ``graph``."""

    @property
    def least_neighbors(self) -> int:
        """Least number of neighbours of a row."""
        return 0

    def graph(self, X: Array) -> Array:
        """Return the result of ``transform`` with the greatest float32 number for absent entries."""
        raise NotImplementedError

    def gives_sparse(self, sparse: bool) -> bool:
        """Return True: the graph is always sparse."""
        return True

    def stored(self, X: Any, result: Array) -> Callable[[], Array]:
        """Return which entries the graph stores, which may be distances of 0."""
        return lambda: self.graph(as_matrix(X)) < float(np.finfo(np.float32).max)


class RegressorConverter(Converter):
    """A regressor; subclasses give ``predict``."""

    default_methods = ("predict",)


class ClassifierConverter(Converter):
    """A classifier; subclasses give ``scores`` or override what they compute otherwise."""

    default_methods: ClassVar[tuple[str, ...]] = ("predict_proba", "predict")
    exact = LABELS

    @property
    def classes(self) -> list[NDArray[Any]]:
        """The labels of each output."""
        classes = self.estimator.classes_
        return list(classes) if isinstance(classes, list) else [np.asarray(classes)]

    @property
    def is_multilabel(self) -> bool:
        """Whether it was fitted on a matrix that says which labels a row has (as its label binarizer tells)."""
        binarizer = getattr(self.estimator, "_label_binarizer", None)
        return binarizer is not None and str(binarizer.y_type_).startswith("multilabel")

    def labels(self, method: str) -> list[NDArray[Any]] | None:
        """Return the classes, in which ``predict`` gives positions; None for multilabel models (booleans)."""
        return self.classes if method == "predict" and not self.is_multilabel else None

    def predict_log_proba(self, X: Array) -> Array | Sequence[Array]:
        """Logarithm of the probabilities."""
        probabilities = self.method("predict_proba")(X)
        if isinstance(probabilities, list | tuple):
            return [xp.log(p) for p in probabilities]
        return xp.log(probabilities)


class LinearClassifierConverter(ClassifierConverter):
    """A classifier whose labels follow from ``decision_function``: its sign, or its greatest column."""

    def decision_function(self, X: Array) -> Array:
        """Scores: one a row for two classes, else one for each class."""
        raise NotImplementedError

    def predict(self, X: Array) -> Array:
        """Position of the label in ``classes_`` (:class:`sklearn.linear_model._base.LinearClassifierMixin`)."""
        scores = self.decision_function(X)
        return xp.astype(scores > 0, int) if scores.ndim == 1 else xp.argmax(scores, axis=1)


class OutlierConverter(Converter):
    """An outlier detector: ``predict`` gives 1 for inliers, -1 for outliers."""

    default_methods = ("predict", "decision_function")
    exact = LABELS
