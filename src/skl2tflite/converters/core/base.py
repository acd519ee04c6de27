"""The base class of converters, and the function that returns the converter of an estimator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, ClassVar, cast

import numpy as np
from numpy.typing import NDArray

from skl2tflite.converters.core.contract import Contract, never_equivalent, no_error
from skl2tflite.converters.core.feature_counts import true_width
from skl2tflite.converters.core.method_names import INTEGER_RESULTS
from skl2tflite.converters.core.refusals import why_not
from skl2tflite.converters.core.registry import converter_for
from skl2tflite.converters.core.saved_versions import check_version
from skl2tflite.converters.core.transform_output import TransformOutput
from skl2tflite.errors import ConversionError, UnsupportedEstimatorError, UnsupportedMethodError
from skl2tflite.features import TABLE, RowKind
from skl2tflite.flow.column import Column, KindError
from skl2tflite.flow.matrix import Matrix, as_floats, dtype_of, is_sparse
from skl2tflite.flow.table import Table, as_matrix
from skl2tflite.graph import Array, DType, Tensor
from skl2tflite.method_arguments import METHODS, offers
from skl2tflite.tracing.rows_at_hand import given


class Converter(TransformOutput):
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
        Place in the model, for errors.

    Attributes
    ----------
    default_methods : tuple of str
        Methods that are converted by default, where the estimator has them.
    exact : frozenset of str
        Methods whose results are equal to the bit, or the same labels; others are within ``tolerance``.
    tolerance : float
        Largest error of values, as a fraction of the greatest magnitude in their column.
    ragged : frozenset of str
        Methods for which scikit-learn returns arrays of arrays (``radius_neighbors``). The file gives values for all
        points; those that are finite, and their positions, are the two arrays of a row.
    rows_second : frozenset of str
        Methods for which scikit-learn's result has the rows on the second axis; the file's has them on the first.
    takes_distance_graph : bool
        Whether its rows are those of a sparse graph of distances, in which a stored 0 differs from an absent entry.
    graph_transformer : Converter, optional
        Of an estimator that takes such a graph: the converter of the transformer that makes it.
    runs_on : tuple of str
        Targets for which the estimator can be converted.
    integer_columns : bool
        Whether the estimator treats integers of a DataFrame differently from floats: as categories.
    inverse_rows : RowKind
        Kind of rows that ``inverse_transform`` takes.
    inverse_takes_nan : bool
        Whether ``inverse_transform`` takes NaN.
    takes_tables : bool
        Whether the methods, apart from inverses, take a :class:`~skl2tflite.flow.table.Table`, whose columns may be
        strings. Otherwise they are given an array of its numbers.
    takes_matrices : bool
        Whether the methods, apart from inverses, take a :class:`~skl2tflite.flow.matrix.Matrix`, whose sparsity and
        dtype they use or pass on. Otherwise they are given an array of its numbers.
    cleans_each : bool
        Whether :meth:`nan_columns` takes one boolean for each column that ``transform`` gives.
    keeps_sparse, keeps_dtype : bool
        As in :class:`~skl2tflite.converters.core.transform_output.TransformOutput`.
    """

    default_methods: ClassVar[tuple[str, ...]] = ()
    exact: ClassVar[frozenset[str]] = INTEGER_RESULTS
    tolerance: ClassVar[float] = 1e-6
    ragged: ClassVar[frozenset[str]] = frozenset()
    rows_second: frozenset[str] = frozenset()
    takes_distance_graph: bool = False
    graph_transformer: Converter | None = None
    runs_on: ClassVar[tuple[str, ...]] = ("litert", "web", "micro")
    integer_columns: ClassVar[bool] = False
    inverse_rows: RowKind = TABLE
    inverse_takes_nan: bool = False
    takes_tables: ClassVar[bool] = False
    takes_matrices: ClassVar[bool] = False
    cleans_each: ClassVar[bool] = False

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
        """Return the error for something of this estimator that cannot be converted, with advice what to do instead."""
        return UnsupportedEstimatorError(f"{self.path}: {what}" + (f"; {instead}" if instead else ""))

    @cached_property
    def methods(self) -> tuple[str, ...]:
        """Names of the inference methods that both the estimator and its converter have."""
        return tuple(name for name in METHODS if self.has(name))

    def has(self, method: str) -> bool:
        """Return whether the estimator has a method (with its parameters), and the converter too."""
        return hasattr(type(self), method) and offers(self.estimator, method)

    def method(self, name: str) -> Any:
        """Return the function of a method, which takes what a step may be given, or raise an error with the methods."""
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
        takes_columns = not self.inverse_rows.is_table if name == "inverse_transform" else self.takes_tables
        function = self._of_arrays(function) if takes_columns else self._of_numbers(function)
        return self._as_matrix(function) if name == "transform" else function

    def log_proba(self, X: Any) -> Array | None:
        """Return what :meth:`wide_log_proba` gives for whatever other methods take."""
        function = self.wide_log_proba
        return cast("Array | None", (self._of_arrays if self.takes_tables else self._of_numbers)(function)(X))

    def wide_log_proba(self, X: Array) -> Array | None:
        """Logarithms of ``predict_proba`` that keep the digits of numbers below 1e-38, which are 0 in float32.

        Of two classes both together tell how near 1 a probability is. None where there is no way to have them.
        """
        return None

    def _of_arrays(self, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return a method that gets a Matrix as the array of its numbers, unless the converter takes matrices."""
        if self.takes_matrices:
            return function
        return lambda X: function(X.values if isinstance(X, Matrix) else X)

    def _of_numbers(self, function: Callable[[Array], Any]) -> Callable[[Any], Any]:
        """Return a method that gets a table as the matrix of its numbers."""

        def call(X: Any) -> Any:
            if isinstance(X, Column | Table) and self.rows.passes_through:
                return cast("Callable[[Any], Any]", function)(X)
            try:
                X = X if self.takes_matrices and isinstance(X, Matrix) else as_matrix(X)
            except KindError as error:
                raise self.refuse(f"takes numbers, but {error.reason}", "encode it before, or drop it") from None
            if isinstance(X, Tensor) and not self.keeps_dtype and X.dtype in (DType.INT, DType.BOOL):
                X = as_floats(X)
            return function(X)

        return call

    def _as_matrix(self, transform: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return ``transform`` whose result is a Matrix where scikit-learn's result is not a dense array of floats."""

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

    @property
    def contract(self) -> Contract:
        """How close a file's answers are to the estimator's; of one that leaves them to another, that one's."""
        return Contract(self.exact, self.tolerance, self.float64_error, self.is_equivalent)

    def float64_error(self, method: str, answer: NDArray[Any]) -> NDArray[np.float64] | float:
        """How far the estimator's own answer may be from its formula, where its float64 arithmetic loses digits."""
        return no_error(method, answer)

    def is_equivalent(
        self, method: str, rows: NDArray[Any], answers: Sequence[tuple[NDArray[Any], NDArray[Any]]], tolerance: float
    ) -> NDArray[np.bool_]:
        """Return for which rows the estimator's answer and the file's are both right, though they differ.

        Parameters
        ----------
        method : str
        rows : ndarray of shape (n_rows, n_features)
        answers : sequence of pairs of ndarrays, each of shape (n_rows, ...)
            For each output, the estimator's answers and the file's.
        tolerance : float
            Largest error of values, as a fraction of their greatest magnitude.

        Returns
        -------
        ndarray of bool, of shape (n_rows,)
        """
        return never_equivalent(method, rows, answers, tolerance)

    def labels(self, method: str) -> list[NDArray[Any]] | None:
        """Return the labels that integers in a method's result stand for: one array for each column, or None."""
        return None

    def sub(self, estimator: Any, place: str) -> Converter:
        """Return the converter of a part, named by its place in this estimator, as ``".part_"``; it is made once."""
        key = id(estimator), place
        if key not in self._converters_of_parts:
            # The estimator is kept beside its converter, so that no other one gets its id.
            self._converters_of_parts[key] = estimator, converter_for(estimator, f"{self.path}{place}")
        return self._converters_of_parts[key][1]

    def every_part(self) -> Iterator[Converter]:
        """Yield this converter, and those of its parts that have been asked for, and of theirs."""
        yield self
        for _, part in self._converters_of_parts.values():
            yield from part.every_part()

    @cached_property
    def _converters_of_parts(self) -> dict[tuple[int, str], tuple[Any, Converter]]:
        """The converters of parts that have been asked for, by the part's identity and place."""
        return {}

    @property
    def n_features(self) -> int:
        """Number of columns of the input."""
        count = getattr(self.fitted, "n_features_in_", None)
        if count == 0:
            count = true_width(self.estimator)
        if count is None:
            count = self.rows.n_features
        if count is None and self.rows.passes_through:
            count = len(self.feature_names or ())
        if count is None:
            return self._given_width
        if not np.issubdtype(np.asarray(count).dtype, np.integer):
            raise self.refuse(f"has n_features_in_={count!r:.60}, which is no number of features", "fit it again")
        return int(count)

    @cached_property
    def _given_width(self) -> int:
        """Number of columns of the rows given to ``convert``, for an estimator that is never fitted."""
        width = given().width
        if width is None:
            raise ConversionError(
                f"{self.path} has not seen its number of features; give convert rows X, or call fit before"
            )
        return width

    @property
    def fitted(self) -> Any:
        """The fitted estimator: this one, or the part of a meta-estimator that was fitted before."""
        return self.estimator

    @property
    def rows(self) -> RowKind:
        """Kind of rows that the methods take; texts and labels come as a :class:`~skl2tflite.flow.column.Column`.

        A meta-estimator takes texts or dicts if its members do.
        """
        kinds = [kind for kind in (member.rows for member in self.sharing) if kind.passes_through]
        if any(kind != kinds[0] for kind in kinds):
            raise self.refuse("has members that read the same rows in different ways", "give them rows of one kind")
        return kinds[0] if kinds else TABLE

    def learn_rows(self, rows: RowKind) -> None:
        """Take names and dtypes of columns from the rows given to ``convert``, for estimators that do not keep them.

        Members are told as well, without the names where the estimator passes them arrays.
        """
        rows = rows if self.takes_tables else rows.in_array()
        for member in self.sharing:
            if member.rows.is_like(rows):
                member.learn_rows(rows)

    @property
    def sharing(self) -> Sequence[Converter]:
        """Converters of members that are given the estimator's rows unchanged."""
        return ()

    @property
    def reads_texts(self) -> bool:
        """Whether the estimator or a part of it cuts texts into terms, which a file does for one row at a time."""
        return any(part.reads_texts for _, part in self._converters_of_parts.values())

    @property
    def allows_nan(self) -> bool:
        """Whether the estimator takes NaN."""
        from sklearn.utils import get_tags

        return bool(get_tags(self.estimator).input_tags.allow_nan)

    @property
    def removes_nan(self) -> bool:
        """Whether results are free of NaN even for rows with NaN."""
        return not hasattr(self.estimator, "transform")

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """Return which columns may hold NaN, in one boolean for all or one for each.

        Parameters
        ----------
        clean : bool, default=False
            Whether the result must be free of NaN, as the next step takes none. A converter with ``cleans_each`` also
            takes one boolean for each column of the result.
        """
        return self.allows_nan and (self.removes_nan or not clean)

    @property
    def feature_names(self) -> list[str] | None:
        """Names of the columns, where the estimator was fitted on a DataFrame."""
        names = getattr(self.fitted, "feature_names_in_", None)
        if names is not None and np.ndim(names) != 1:
            raise self.refuse("feature_names_in_ is no list of names", "fit it again")
        if names is None and self.rows.passes_through and self.rows.n_features is None:
            names = dict.fromkeys(name for member in self.sharing for name in member.feature_names or ())
        return None if names is None else [str(name) for name in names]

    @property
    def needed_columns(self) -> tuple[int, ...] | None:
        """Positions of the columns that must be there, where columns are selected by name; None: all, in order."""
        return None
