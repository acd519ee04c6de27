"""What converters share: one class for each kind of estimator that scikit-learn has a mixin for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, ClassVar, cast

import numpy as np
from numpy.typing import NDArray

from skl2tflite.converters.core.feature_counts import true_width
from skl2tflite.converters.core.method_names import METHODS, WHOLE
from skl2tflite.converters.core.refusals import why_not
from skl2tflite.converters.core.registry import make_converter
from skl2tflite.converters.core.saved_versions import check_version
from skl2tflite.errors import ConversionError, UnsupportedEstimatorError, UnsupportedMethodError
from skl2tflite.features import TABLE, RowKind, TableRows, TextRows
from skl2tflite.flow.column import Column, KindError
from skl2tflite.flow.matrix import Matrix, as_floats, dtype_of, is_sparse
from skl2tflite.flow.table import Table, as_matrix
from skl2tflite.forest.transformed import Monotone, note
from skl2tflite.graph import Array, DType, Tensor
from skl2tflite.graph import functions as xp
from skl2tflite.method_arguments import offers
from skl2tflite.tracing.rows_at_hand import given
from skl2tflite.tracing.trial_calls import quiet


class Converter:
    """The mirror of an estimator: methods of the same names, on symbolic tensors.

    A method takes and returns tensors, or NumPy arrays, for which it computes what scikit-learn computes.
    A list of results stands for a list, a tuple for a tuple. Labels are special:
    :meth:`ClassifierConverter.predict` gives positions in ``classes_``, for a file holds numbers; ``labels`` says
    what they mean.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    path : str
        Where it stands in the model, for errors.

    Attributes
    ----------
    default_methods : tuple of str
        What a user of such an estimator calls; those that the estimator has are converted by default.
    exact : frozenset of str
        Methods that give the same bits, or the same labels; others give values within ``tolerance``.
    tolerance : float
        Error that values may have, as a fraction of the greatest magnitude in their column.
    ragged : frozenset of str
        Methods that give values of all points, of which scikit-learn returns, for each row, those that are finite and
        their positions, in two arrays of arrays.
    rows_second : frozenset of str
        Methods whose results have rows on their second axis; a file has them on the first.
    takes_distance_graph : bool
        Whether its rows are those of a sparse graph of distances, where 0 is not the same as nothing.
    graph_transformer : Converter, optional
        Of an estimator that does: what makes the graph.
    runs_on : tuple of str
        Targets that it converts for.
    integer_columns : bool
        Whether the estimator tells a DataFrame's integers from floats, as categories.
    inverse_rows : RowKind
        What a row is to ``inverse_transform``.
    inverse_takes_nan : bool
        Whether that takes NaN.
    takes_tables : bool
        Whether the methods (but for inverses) take a :class:`~skl2tflite.flow.table.Table`, whose columns may be
        strings; all others are given an array of its numbers.
    takes_matrices : bool
        Whether the methods (but for inverses) take a :class:`~skl2tflite.flow.matrix.Matrix`, whose sparsity and dtype
        they look at or hand on; all others are given an array of its numbers.
    cleans_each : bool
        Whether :meth:`nan_columns` may be asked for the columns, one by one, of what ``transform`` gives.
    keeps_sparse : bool
        Whether ``transform`` gives a sparse matrix for a sparse one; else it gives a dense one for any.
    keeps_dtype : bool
        Whether ``transform`` gives whole numbers for whole numbers, of their width; else it gives floats for any.
    """

    default_methods: ClassVar[tuple[str, ...]] = ()
    exact: ClassVar[frozenset[str]] = WHOLE
    tolerance: ClassVar[float] = 1e-6
    ragged: ClassVar[frozenset[str]] = frozenset()
    rows_second: frozenset[str] = frozenset()
    takes_distance_graph: bool = False
    graph_transformer: Converter | None = None
    runs_on: ClassVar[tuple[str, ...]] = ("litert", "micro")
    integer_columns: ClassVar[bool] = False
    inverse_rows: RowKind = TABLE
    inverse_takes_nan: bool = False
    takes_tables: ClassVar[bool] = False
    takes_matrices: ClassVar[bool] = False
    cleans_each: ClassVar[bool] = False
    keeps_sparse: ClassVar[bool] = False
    keeps_dtype: ClassVar[bool] = False

    def __init__(self, estimator: Any, path: str) -> None:
        self.estimator = estimator
        self.path = path
        self.check_fitted()
        check_version(estimator, path)
        self.check()

    def check_fitted(self) -> None:
        """Refuse an estimator that is not fitted."""
        # scikit-learn takes a second to import; who only runs a file does not need it.
        from sklearn.exceptions import NotFittedError
        from sklearn.utils.validation import check_is_fitted

        try:
            check_is_fitted(self.fitted)
        except NotFittedError:
            raise ConversionError(f"{self.path} is not fitted; call fit before converting it") from None
        except TypeError as error:
            raise ConversionError(f"{self.path} is not an estimator: {error}") from None

    def check(self) -> None:
        """Refuse parameters whose inference cannot be reproduced; called once, when the converter is made."""

    def refuse(self, what: str, instead: str = "") -> UnsupportedEstimatorError:
        """Return the error for something of this estimator that cannot be converted."""
        return UnsupportedEstimatorError(f"{self.path}: {what}" + (f"; {instead}" if instead else ""))

    @cached_property
    def methods(self) -> tuple[str, ...]:
        """Inference methods that both the estimator and its converter have."""
        return tuple(name for name in METHODS if self.has(name))

    def has(self, method: str) -> bool:
        """Whether the estimator has a method now, and the converter too."""
        return hasattr(type(self), method) and offers(self.estimator, method)

    def method(self, name: str) -> Any:
        """Return a method, or raise the error that says which there are."""
        if not offers(self.estimator, name):
            raise UnsupportedMethodError(
                f"{self.path} has no method {name!r}; it has {', '.join(self.methods) or 'none that converts'}"
            )
        if not hasattr(type(self), name):
            reason = why_not(type(self.estimator), name)
            raise UnsupportedMethodError(
                f"{name!r} of {self.path} cannot be converted{f': {reason}' if reason else ''}; "
                f"these can: {', '.join(self.methods) or 'none'}"
            )
        function = getattr(self, name)
        if name == "transform":
            function = self._noted(function)
        takes_columns = self.inverse_rows != TABLE if name == "inverse_transform" else self.takes_tables
        function = self._of_arrays(function) if takes_columns else self._of_numbers(function)
        return self._held_as_there(function) if name == "transform" else function

    def _of_arrays(self, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return a method that takes matrices as the array of their numbers, if it does not take them itself."""
        if self.takes_matrices:
            return function
        return lambda X: function(X.values if isinstance(X, Matrix) else X)

    def _of_numbers(self, function: Callable[[Array], Any]) -> Callable[[Any], Any]:
        """Return a method that takes tables as the matrix of their numbers."""

        def call(X: Any) -> Any:
            if isinstance(X, Column) and isinstance(self.rows, TextRows):
                return cast("Callable[[Any], Any]", function)(X)
            try:
                X = X if self.takes_matrices and isinstance(X, Matrix) else as_matrix(X)
            except KindError as error:
                raise self.refuse(f"takes numbers, but {error.reason}", "encode it before, or drop it") from None
            if isinstance(X, Tensor) and not self.keeps_dtype and X.dtype in (DType.INT, DType.BOOL):
                X = as_floats(X)
            return function(X)

        return call

    def _held_as_there(self, transform: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return ``transform`` with a result that says how scikit-learn holds it, where that is no array of floats."""

        def held(X: Any) -> Any:
            result = transform(X)
            if not isinstance(result, np.ndarray | Tensor):
                return result
            sparse, dtype = self.gives_sparse(is_sparse(X)), self.gives_dtype(dtype_of(X))
            if not sparse and (dtype is None or dtype.kind == "f"):
                return result
            stored = self.stored(X, result) if sparse else None
            return Matrix(result, dtype, sparse, stored, self.gives_bounds(X.bounds if isinstance(X, Matrix) else None))

        return held

    def gives_sparse(self, sparse: bool) -> bool:
        """Whether ``transform`` gives a sparse matrix, where it is given one or not."""
        return self.keeps_sparse and sparse

    def gives_dtype(self, dtype: np.dtype[Any] | None) -> np.dtype[Any] | None:
        """Return the dtype that ``transform`` gives for a dtype; None stands for floats of the width of the rows."""
        return dtype if self.keeps_dtype else None

    def gives_bounds(self, bounds: tuple[float, float] | None) -> tuple[float, float] | None:
        """Return the least and the greatest whole number that ``transform`` gives, None where they are not known."""
        return None

    def stored(self, X: Any, result: Array) -> Callable[[], Array] | None:
        """Return what says which entries the sparse matrix holds that ``transform`` gives.

        Parameters
        ----------
        X : Table, Matrix or array
            What ``transform`` was given.
        result : array of shape (n_rows, n_columns)
            What it gave.

        Returns
        -------
        callable or None
            Gives an array of bool of the shape of the result; None stands for all numbers but 0.
        """
        if not isinstance(X, Matrix) or X.stored is None:
            return None
        # Where an entry is stored, 1 in its place would have made a number other than 0.
        return lambda: xp.not_equal(self.transform(xp.astype(X.present, float)), 0)  # type: ignore[attr-defined]

    def monotone(self, X: Tensor, transformed: Tensor) -> Monotone | None:
        """Say that ``transform`` makes each column from one column, never both rising and falling; None if not so.

        Such transformers go into the thresholds of trees behind them.

        Parameters
        ----------
        X : Tensor
        transformed : Tensor
            What ``transform`` has recorded for X.
        """
        return None

    def _noted(self, transform: Callable[[Array], Any]) -> Callable[[Array], Any]:
        """Return a function whose result says, among tensors, which transformer has made it."""

        def noted(X: Array) -> Any:
            result = transform(X)
            made = result.asked_matrix if isinstance(result, Table) else result
            read = self.numbers_read(X, made)
            if not isinstance(read, Tensor) or not isinstance(made, Tensor) or made is read:
                return result
            made = note(self.path, self.estimator, self.scikit_transform, self.monotone(read, made), read, made)
            return result.with_matrix(made) if isinstance(result, Table) else made

        return noted

    def numbers_read(self, X: Any, made: Any) -> Any:
        """Return the numbers of which ``transform`` has made its result, if they are known."""
        return X.asked_matrix if isinstance(X, Table) else X.values if isinstance(X, Matrix) else X

    def scikit_transform(self, X: NDArray[Any]) -> NDArray[Any]:
        """Transform an array by scikit-learn, whatever it holds."""
        from sklearn import config_context

        with config_context(assume_finite=True), quiet():
            return np.asarray(self.estimator.transform(np.array(X)))

    def noise(self, method: str, answer: NDArray[Any]) -> NDArray[np.float64] | float:
        """How far the estimator's own answer may be from its formula, where its float64 arithmetic loses digits."""
        return 0.0

    def equally_right(
        self, method: str, rows: NDArray[Any], answers: Sequence[tuple[NDArray[Any], NDArray[Any]]], tolerance: float
    ) -> NDArray[np.bool_]:
        """Whether, of each row, the estimator's answer and another are both right, though they differ.

        Parameters
        ----------
        method : str
        rows : ndarray of shape (n_rows, n_features)
        answers : sequence of pairs of ndarrays, each of shape (n_rows, ...)
            For each output what the estimator gives, and what the file gives.
        tolerance : float
            Of values, as a fraction of their greatest magnitude.

        Returns
        -------
        ndarray of bool, of shape (n_rows,)
        """
        return np.zeros(len(rows), dtype=bool)

    def labels(self, method: str) -> list[NDArray[Any]] | None:
        """What the whole numbers in a method's outputs stand for: one array for each column, or None."""
        return None

    def sub(self, estimator: Any, place: str) -> Converter:
        """Return the converter of a part, named by its place in this estimator."""
        return converter_for(estimator, f"{self.path}{place}")

    @property
    def n_features(self) -> int:
        """Number of columns of the input."""
        count = getattr(self.fitted, "n_features_in_", None)
        if count == 0:
            count = true_width(self.estimator)
        if count is None and isinstance(self.rows, TextRows):
            return 1
        return self._given_width if count is None else int(count)

    @cached_property
    def _given_width(self) -> int:
        """Number of columns of the rows at hand, which an estimator that is never fitted takes as they come."""
        width = given().width
        if width is None:
            raise ConversionError(
                f"{self.path} has not seen its number of features; give convert rows X, or call fit before"
            )
        return width

    @property
    def fitted(self) -> Any:
        """The estimator; of one that answers without a fit of its own, as its part was fitted before, that part."""
        return self.estimator

    @property
    def rows(self) -> RowKind:
        """What a row is. Of texts and labels the methods take a :class:`~skl2tflite.flow.column.Column`.

        A meta-estimator asks the first of those that it is made of whether rows are texts.
        """
        members = getattr(self.estimator, "estimators_", None)
        if members is None:
            members = [each.estimator for each in getattr(self.estimator, "calibrated_classifiers_", ())]
        first = next(iter(members), None)  # of trees, which read no texts, a row of them
        kind = self.sub(first, ".estimators_[0]").rows if hasattr(first, "steps") else TABLE
        return kind if isinstance(kind, TextRows) else TABLE

    def learn_rows(self, rows: RowKind) -> None:
        """Take what is known of rows from those given to ``convert``, for an estimator that does not learn it.

        Members are told too; those of an estimator that makes arrays of its rows see no names.
        """
        if isinstance(rows, TableRows) and not self.takes_tables:
            rows = TableRows(rows.count)
        for member in self.sharing:
            if type(member.rows) is type(rows) or (isinstance(member.rows, TableRows) and isinstance(rows, TableRows)):
                member.learn_rows(rows)

    @property
    def sharing(self) -> Sequence[Converter]:
        """Members that are given the estimator's rows as they are."""
        return ()

    @property
    def allows_nan(self) -> bool:
        """Whether the estimator takes NaN."""
        from sklearn.utils import get_tags

        return bool(get_tags(self.estimator).input_tags.allow_nan)

    @property
    def removes_nan(self) -> bool:
        """Whether what it gives is free of NaN even where what it takes is not."""
        return not hasattr(self.estimator, "transform")

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """Which columns may hold NaN, in one truth value for all or one for each.

        Parameters
        ----------
        clean : bool, default=False
            Whether what the estimator gives must be free of NaN, as what comes behind it does not take any. A
            converter that ``cleans_each`` also takes one truth value for each column of what it gives.
        """
        return self.allows_nan and (self.removes_nan or not clean)

    @property
    def feature_names(self) -> list[str] | None:
        """Names of the columns, where the estimator was fitted on a DataFrame."""
        names = getattr(self.fitted, "feature_names_in_", None)
        if names is not None and np.ndim(names) != 1:
            raise self.refuse("feature_names_in_ is no list of names", "fit it again")
        return None if names is None else [str(name) for name in names]

    @property
    def needed_columns(self) -> tuple[int, ...] | None:
        """Where a DataFrame's columns are picked by name, those that must be there; None: all, in their order."""
        return None


def converter_for(estimator: Any, path: str = "") -> Converter:
    """Return the converter of a fitted estimator.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    path : str
        Where it stands in the model, as a Python expression: ``"pipe['scale']"``.

    Raises
    ------
    UnsupportedEstimatorError
        Where no converter is registered for exactly this class: a subclass may compute otherwise.
    """
    return cast("Converter", make_converter(estimator, path))
