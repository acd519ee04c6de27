"""Users' own estimators, whose methods are recorded by calling them with symbolic arguments."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from skl2tflite.arguments import shown
from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.core.seen_rows import SeenConverter
from skl2tflite.errors import ConversionError, GraphError, UnsupportedEstimatorError
from skl2tflite.flow.column import Column
from skl2tflite.flow.matrix import Matrix
from skl2tflite.flow.renamed import renamed
from skl2tflite.flow.table import Table, as_matrix
from skl2tflite.graph import Array, Constant, DType, Tensor, as_tensor
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import Input
from skl2tflite.method_arguments import ARGUMENTS, METHODS
from skl2tflite.tracing.boolean_rows import truths_given
from skl2tflite.tracing.function_checks import is_symbolic
from skl2tflite.tracing.function_tracer import handle
from skl2tflite.tracing.matrix_arguments import called
from skl2tflite.tracing.nan_allowed import nan_allowed_columns
from skl2tflite.tracing.narrow_dtypes import narrow_readers, note_narrow_dtypes
from skl2tflite.tracing.numpy.writable import plain
from skl2tflite.tracing.pandas.frame import Frame
from skl2tflite.tracing.pandas.series import Series
from skl2tflite.tracing.rows_at_hand import given
from skl2tflite.tracing.sample_rows import AsArray, Given
from skl2tflite.tracing.scipy_sparse import Sparse
from skl2tflite.tracing.trial_calls import tried
from skl2tflite.tracing.unnamed_columns import check_unnamed
from skl2tflite.tracing.user_functions import recorded
from skl2tflite.tracing.values import Values

_Estimator = TypeVar("_Estimator", bound=type)


def trace(estimator: _Estimator) -> _Estimator:
    """Let instances of a class be converted by recording their own methods, which are NumPy code.

    Decorate a class of your own, or call ``trace`` with a class of another package. Each inference method
    (``transform``, ``predict``, ``predict_proba``, …) is called on a symbolic array; it may do what the function of a
    ``FunctionTransformer`` may do. Fitted estimators among its attributes are converted by their own converters.

    Parameters
    ----------
    estimator : class
        The class itself; subclasses must be named as well.

    Returns
    -------
    class
        The same.

    Examples
    --------
    >>> import skl2tflite
    >>> @skl2tflite.trace                            # doctest: +SKIP
    ... class Ratio(TransformerMixin, BaseEstimator):
    ...     def fit(self, X, y=None):
    ...         self.mean_ = X.mean(axis=0)
    ...         return self
    ...     def transform(self, X):
    ...         return np.log1p(X / self.mean_)
    """
    if not isinstance(estimator, type):
        raise ConversionError(f"trace takes a class, not {shown(estimator)}; give type(estimator)")
    converts(estimator)(TracedConverter)
    return estimator


class RecordingConverter(SeenConverter):
    """A converter that records the estimator's own methods; subclasses say which."""

    def check_fitted(self) -> None:
        """Do nothing: some estimators learn nothing, and the methods of others raise an error themselves."""

    @property
    def default_methods(self) -> tuple[str, ...]:  # type: ignore[override]
        """Methods that are converted by default, by those that the estimator has."""
        if self.has("predict_proba"):
            return "predict_proba", "predict"
        return ("predict",) if self.has("predict") else ("transform",)

    takes_tables = True
    takes_matrices = True
    cleans_each = True
    takes_frames: ClassVar[bool] = False
    """Whether the estimator takes DataFrames only, so that a table is given to it as one."""

    @property
    def instead(self) -> str:
        """Advice in errors: what to do where a method cannot be recorded."""
        return (
            "write it with NumPy functions of arrays, or register a converter with @skl2tflite.converts("
            f"{type(self.estimator).__name__})"
        )

    def call(self, name: str, X: Any) -> Any:
        """Record a method of the estimator, or call it where X is a NumPy array."""

        def call(X: Any) -> Any:
            if isinstance(X, Tensor | Frame | Series | Sparse):
                return self._positions_of_text(name, getattr(self._traceable, name)(X))
            return self._positions(name, getattr(self.estimator, name)(X))

        if not is_symbolic(X):
            return called(call, X) if isinstance(X, Matrix) else call(X)
        if self.feature_names is None and isinstance(self, TracedConverter) and not isinstance(X, Column):
            check_unnamed(self, name, call, X.shape[1])
        forms = self._given(name, X)
        try:
            with narrow_readers.collect():  # reports of estimators within are dropped, as the method itself is tested
                result: Any = recorded(call, *forms, place=f"{self.path}.{name}")
        except UnsupportedEstimatorError:
            raise  # the error of an estimator within
        except GraphError as error:
            unnamed = self.feature_names is None and given().X is None and "give convert rows" not in str(error)
            frames = "; if it takes DataFrames, give convert rows, whose names tell" if unnamed else ""
            raise self.refuse(f"{name} cannot be recorded ({error}){frames}", self.instead) from error
        result = note_narrow_dtypes(call, forms[0], result, f"{self.path}.{name}")
        if isinstance(result, Table) and result.is_computed:
            return result.matrix()
        if isinstance(result, Tensor) and result.dtype == DType.STRING:
            raise self.refuse(f"{name} gives strings", "give labels of self.classes_")
        return result

    def _given(self, name: str, X: Tensor | Table | Column | Matrix) -> list[Given]:
        """Return the forms in which the estimator may be given X, the likeliest first.

        Where it was fitted on a DataFrame, a table, and then an array, as an earlier step may make of it.
        """
        if isinstance(X, Matrix) and (X.is_sparse or self.feature_names is None):
            return [X]
        X = as_tensor(X.values) if isinstance(X, Matrix) else X
        if isinstance(X, Column):
            return [X, X.values] if "pandas" in sys.modules else [X.values]
        names = self.feature_names
        if names is None and isinstance(X, Table) and self.takes_frames:
            return [X]
        if names is None or "pandas" not in sys.modules or (name == "inverse_transform" and X.shape[1] != len(names)):
            whole = AsArray(X) if isinstance(X, Table) and not X.is_computed else as_matrix(X)
            return [whole, *truths_given(X)]
        table = Table.of_matrix(X, names) if isinstance(X, Tensor) else renamed(X, names)
        return [table, AsArray(table)]

    @cached_property
    def _traceable(self) -> Any:
        """A copy of the estimator whose attributes (labels, fitted estimators) take tensors."""
        estimator = copy.copy(self.estimator)
        for name, value in vars(self.estimator).items():
            if name == "classes_" and isinstance(value, np.ndarray):
                value = value.view(_Labels)
            elif _holds_estimators(value):
                value = self._parts(value, f".{name}")
            else:
                continue
            vars(estimator)[name] = value
        return estimator

    def _parts(self, value: Any, place: str) -> Any:
        if isinstance(value, list | tuple):
            return type(value)(self._parts(each, f"{place}[{i}]") for i, each in enumerate(value))
        if isinstance(value, dict):
            return {key: self._parts(each, f"{place}[{key!r}]") for key, each in value.items()}
        return _Part(value, lambda: self.sub(value, place)) if _holds_estimators(value) else value

    def labels(self, method: str) -> list[NDArray[Any]] | None:
        """Return the classes, where ``predict`` gives labels out of ``classes_``; the file gives their positions."""
        if method != "predict" or not self._gives_positions:
            return None
        return [np.asarray(self.estimator.classes_)]

    @cached_property
    def _gives_positions(self) -> bool:
        """Whether ``predict`` gives text labels, or indexes ``classes_`` with positions."""
        classes = getattr(self._traceable, "classes_", None)
        if not isinstance(classes, _Labels) or classes.ndim != 1:
            return False
        answers = (tried(lambda copy: np.asarray(self._traceable.predict(copy)), rows) for rows in self._rows_to_ask())
        known = next((each for each in answers if each is not None), None)
        if known is None:
            return False
        return classes.was_indexed or (known.dtype.kind in "OUS" and known[0] in self._words)

    def _rows_to_ask(self) -> Iterator[Any]:
        """Yield single rows, one of which the estimator takes: an array, and DataFrames."""
        with suppress(ConversionError):  # nobody knows how wide
            yield np.zeros((1, self.n_features))
        if (names := self.feature_names) is not None and "pandas" in sys.modules:
            import pandas as pd

            yield pd.DataFrame(np.zeros((1, len(names))), columns=names)
        if self.known_rows is not None:
            yield self.known_rows.iloc[:1]

    @property
    def _words(self) -> list[str]:
        """The labels that are text."""
        return [each for each in np.asarray(getattr(self.estimator, "classes_", ())).tolist() if isinstance(each, str)]

    def _positions_of_text(self, name: str, result: Any) -> Any:
        """Return positions in ``classes_`` in place of text labels that a recorded method gives."""
        if self.labels(name) is None or isinstance(result, Values) or not isinstance(result, Tensor):
            return result
        if result.dtype != DType.STRING:
            return result
        text = as_tensor(plain(result))
        labels = np.asarray(self.estimator.classes_).tolist()
        unknown = next((each for each in _texts_of(text) if each not in labels), None)
        if unknown is not None:
            raise GraphError(f"gives {unknown!r}, which is none of the labels in classes_")
        found = [xp.astype(text == str(each), float) for each in labels]
        return xp.argmax(xp.stack(found, axis=1), axis=1)

    def _positions(self, name: str, result: Any) -> Any:
        """Return positions in ``classes_`` in place of labels that the method gives for NumPy arrays."""
        labels = self.labels(name)
        if labels is None:
            return result
        return np.argmax(np.asarray(result)[:, np.newaxis] == labels[0], axis=1)

    def nan_columns(self, clean: bool | NDArray[np.bool_] = False) -> bool | NDArray[np.bool_]:
        """Columns in which the main method takes NaN."""
        method = getattr(self.estimator, self.methods[0])
        names = self.feature_names
        count = getattr(self.estimator, "n_features_in_", (self.seen.count or 1) if names is None else len(names))
        clean = clean if "transform" in self.methods else False
        return nan_allowed_columns(method, count, names, clean, self.known_rows)

    @property
    def known_rows(self) -> Any:
        """A DataFrame of rows some of which the estimator takes, or None."""
        return self.seen.sample


class RecordedTransformer(RecordingConverter):
    """A converter that records a transformer's own ``transform``."""

    instead = ""
    check_fitted = Converter.check_fitted

    def transform(self, X: Any) -> Any:
        """Record the transformer's ``transform``."""
        return self.call("transform", X)


class TracedConverter(RecordingConverter):
    """A converter that records all inference methods of an estimator (:func:`trace`)."""

    @property
    def feature_names(self) -> list[str] | None:
        """Names of the columns that the estimator keeps; else those of the DataFrame given to ``convert``."""
        names = super().feature_names
        if names is None and self.seen.names is not None and len(self.seen.names) == self.n_features:
            return list(self.seen.names)
        return names


def _recorded(name: str) -> Callable[[TracedConverter, Array], Any]:
    return lambda self, X: self.call(name, X)


for _name in METHODS:
    if _name not in ARGUMENTS:
        setattr(TracedConverter, _name, _recorded(_name))


def _texts_of(text: Tensor) -> Iterator[object]:
    """Yield the texts that elements of a tensor may be; for a model's input, a description of it."""
    nodes, seen = [text.node], set()
    while nodes:
        node = nodes.pop()
        if node in seen:
            continue
        seen.add(node)
        if isinstance(node.op, Constant):
            yield from node.op.value.ravel().tolist()
        elif isinstance(node.op, Input):
            yield f"the text in {node.op.key}"
        nodes += [each.node for each in node.inputs if each.dtype == DType.STRING]


class _Labels(np.ndarray):
    """The labels of a classifier, which can be indexed by a tensor of positions; the result is these positions."""

    was_indexed = False

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, np.ndarray | Tensor) and (isinstance(key, Tensor) or key.dtype.kind in "iu"):
            self.was_indexed = True
            if isinstance(key, Tensor):
                return key
        return np.asarray(self)[key]

    def take(self, indices: Any, *args: Any, **kwargs: Any) -> Any:
        """Take labels at positions."""
        return self[indices] if not args and not kwargs else np.asarray(self).take(indices, *args, **kwargs)


def _holds_estimators(value: object) -> bool:
    """Return whether an attribute is a fitted estimator, or a list, tuple or dict that holds one."""
    if isinstance(value, list | tuple):
        return any(map(_holds_estimators, value))
    if isinstance(value, dict):
        return any(map(_holds_estimators, value.values()))
    return hasattr(value, "fit") and not isinstance(value, type) and any(hasattr(value, name) for name in METHODS)


class _Part:
    """A fitted estimator within a recorded one: calls with tensors go to its converter."""

    def __init__(self, estimator: Any, converter: Callable[[], Converter]) -> None:
        self._estimator = estimator
        self._converter = converter

    __class__ = property(lambda self: type(self._estimator))

    def __getattr__(self, name: str) -> Any:
        original = getattr(self._estimator, name)
        if name not in METHODS:
            return original

        def call(X: Any, *args: Any, **kwargs: Any) -> Any:
            if not isinstance(X, Tensor | Frame | Series):
                return original(X, *args, **kwargs)
            converter = self._converter()
            if name in converter.ragged:
                raise converter.refuse(f"{name} gives arrays of arrays", "work with kneighbors instead")
            results = converter.method(name)(X.table if isinstance(X, Frame) else as_tensor(plain(X)))
            if isinstance(results, Table):
                return Values(results)
            labels = converter.labels(name)
            if labels is not None:
                if len(labels) > 1 or labels[0].dtype.kind not in "iufb":
                    raise converter.refuse("gives labels that are no numbers", "work with predict_proba instead")
                results = xp.take(labels[0], results)
            if isinstance(results, list | tuple):
                return [handle(as_tensor(result), "") for result in results]
            return handle(as_tensor(results), "")

        return call
