"""Objects that are given as rows: refused where they are none, and whatever exception reading them raises.

Such objects, and those in them, have methods of their own, which may raise anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from skl2tflite.errors import InvalidInputError, Skl2TFLiteError
from skl2tflite.features.frames import is_frame

_INSTEAD = {
    "LazyFrame": "call collect() on it",
    "Table": "call to_pandas() on it",
    "RecordBatch": "call to_pandas() on it",
}
"""What to do instead with tables of polars and pyarrow, by their type."""


def check_given(X: Any, once: bool = False) -> None:
    """Raise where X is of a type that cannot hold rows.

    Parameters
    ----------
    X : object
    once : bool, default=False
        Whether rows are read only once, so that an iterator of them will do.

    Raises
    ------
    InvalidInputError
    """
    kind = type(X)
    if X is None or isinstance(X, type):
        raise InvalidInputError(f"X is {'None' if X is None else f'the class {X.__name__}'}; {ROWS}")
    if isinstance(X, Iterator) and not once:
        raise InvalidInputError(f"X is a {kind.__name__}, which is used up by looking at it; make a list of it")
    library = kind.__module__.split(".")[0]
    if library in ("polars", "pyarrow") and kind.__name__ in _INSTEAD:
        raise InvalidInputError(f"X is a {kind.__name__} of {library}; {_INSTEAD[kind.__name__]}")
    if not is_frame(X):
        refuse_half((getattr(X, "dtype", None),))


def check_columns(X: Any) -> None:
    """Raise where a column of a pandas DataFrame is of float16."""
    if type(X).__module__.split(".")[0] == "pandas" and hasattr(X, "columns"):
        refuse_half(X.dtypes)


def refuse_half(dtypes: Iterable[object]) -> None:
    """Raise where one of the dtypes of rows is float16.

    A DataFrame takes longer to tell its dtypes than a model to answer a row, so they are checked where they are read.
    """
    for dtype in dtypes:
        if isinstance(dtype, np.dtype) and dtype == np.float16:
            raise InvalidInputError(
                "X holds float16, for which scikit-learn computes in half precision, and a file does not; give "
                "X.astype('float32')"
            )


def listed(X: Any, expected: str) -> list[Any]:
    """Return rows that are no rows of a table (texts, dicts, sets) in a list; ``expected`` names them, for the message.

    Raises
    ------
    InvalidInputError
        Where X is a sparse matrix, or a single value.
    """
    if hasattr(X, "toarray") or (isinstance(X, np.ndarray) and not X.ndim):
        raise InvalidInputError(
            f"X is {'one value' if not getattr(X, 'shape', ()) else 'a matrix'}; the model takes {expected}"
        )
    return list(X)


ROWS = "give rows, as an array, a DataFrame or a list"


def unreadable(X: Any, error: Exception) -> InvalidInputError:
    """Return the error to raise for an exception that came while X was read."""
    return InvalidInputError(
        f"X, a {type(X).__name__}, cannot be read as rows ({type(error).__name__}: {error!s:.200}); {ROWS}"
    )


@contextmanager
def reading(X: Any) -> Iterator[None]:
    """Turn any exception that is raised while X is read into an InvalidInputError that says so."""
    try:
        yield
    except (Skl2TFLiteError, Warning):
        raise
    except Exception as error:
        raise unreadable(X, error) from error
