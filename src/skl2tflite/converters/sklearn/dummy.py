"""Estimators that ignore the features (:mod:`sklearn.dummy`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import dummy as sk

from skl2tflite.converters.core.estimator_kinds import ClassifierConverter, RegressorConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.errors import UnsupportedMethodError
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


@converts(sk.DummyClassifier)
class DummyClassifierConverter(ClassifierConverter):
    """The same labels and probabilities for every row; ``"stratified"`` and ``"uniform"`` labels are random."""

    def check(self) -> None:
        if self.estimator.strategy == "stratified":
            raise self.refuse("strategy='stratified' answers at random", "use strategy='prior'")
        if self.estimator.sparse_output_:
            raise self.refuse("was fitted on a sparse matrix of labels", "fit it on a dense one")

    @property
    def default_methods(self) -> tuple[str, ...]:  # type: ignore[override]
        """``predict_proba`` alone if labels are random."""
        return ("predict_proba",) if self.estimator.strategy == "uniform" else ("predict_proba", "predict")

    def has(self, method: str) -> bool:
        """Every method but a ``predict`` that is random."""
        return super().has(method) and not (method == "predict" and self.estimator.strategy == "uniform")

    def method(self, name: str) -> Any:
        """Return a method, or raise the error that says why not."""
        if name == "predict" and not self.has(name):
            raise UnsupportedMethodError(f"{self.path}.predict: strategy='uniform' answers at random; use 'prior'")
        return super().method(name)

    def labels(self, method: str) -> list[NDArray[Any]] | None:
        """Labels of all outputs; as strings if some are, because scikit-learn puts them into one array."""
        labels = super().labels(method)
        if labels and np.array([classes[0] for classes in labels]).dtype.kind == "U":
            return [np.array([str(label) for label in classes]) for classes in labels]
        return labels

    @property
    def priors(self) -> list[NDArray[Any]]:
        """Probability of each class, for each output."""
        priors = self.estimator.class_prior_
        return list(priors) if self.estimator.n_outputs_ > 1 else [np.asarray(priors)]

    @property
    def positions(self) -> list[int]:
        """Position of each output's label in its classes."""
        if self.estimator.strategy != "constant":
            return [int(np.argmax(prior)) for prior in self.priors]
        constants = np.ravel(np.asarray(self.estimator.constant, dtype=object))
        return [
            next(i for i, label in enumerate(classes) if label == constant)
            for classes, constant in zip(self.classes, constants, strict=True)
        ]

    def predict(self, X: Array) -> Array:
        row = np.array(self.positions)
        return xp.broadcast_rows(row if len(row) > 1 else row[0], like=X)

    def predict_proba(self, X: Array) -> Array | Sequence[Array]:
        outputs = [xp.broadcast_rows(row, like=X) for row in self._rows()]
        return outputs if len(outputs) > 1 else outputs[0]

    def predict_log_proba(self, X: Array) -> Array | Sequence[Array]:
        """Logarithms of the probabilities, computed at conversion; minus infinity for 0."""
        with np.errstate(divide="ignore"):
            outputs = [xp.broadcast_rows(np.log(row), like=X) for row in self._rows()]
        return outputs if len(outputs) > 1 else outputs[0]

    def _rows(self) -> list[NDArray[Any]]:
        strategy = self.estimator.strategy
        if strategy == "prior":
            return self.priors
        if strategy == "uniform":
            return [np.full(len(classes), 1.0 / len(classes)) for classes in self.classes]
        return [
            np.where(np.arange(len(classes)) == position, 1.0, 0.0)
            for classes, position in zip(self.classes, self.positions, strict=True)
        ]

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """All columns, as their values are ignored."""
        return True


@converts(sk.DummyRegressor)
class DummyRegressorConverter(RegressorConverter):
    """The same values for every row."""

    def predict(self, X: Array) -> Array:
        return self._same(np.ravel(self.estimator.constant_), X)

    def predict_std(self, X: Array) -> tuple[Array, Array]:
        """The constants, and standard deviations of 0."""
        return self.predict(X), self._same(np.zeros(self.estimator.n_outputs_), X)

    def _same(self, row: NDArray[Any], X: Array) -> Array:
        return xp.broadcast_rows(row if self.estimator.n_outputs_ > 1 else row[0], like=X)

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """All columns, as their values are ignored."""
        return True
