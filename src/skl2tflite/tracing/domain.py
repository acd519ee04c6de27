"""Rows that scikit-learn refuses for their values: below 0, or below another bound."""

from __future__ import annotations

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.row_errors import refuse_rows


def refuse_below(
    path: str, X: Array, bound: float = 0.0, *, refuses_bound: bool = False, gives_nan: bool = False
) -> None:
    """Refuse rows that hold a value below a bound, as the estimator does.

    Parameters
    ----------
    path : str
        What to call the estimator in the message.
    X : array of shape (n_rows, n_features)
    bound : float, default=0.0
    refuses_bound : bool, default=False
        Whether it refuses the bound too.
    gives_nan : bool, default=False
        Whether NaN may be the answer for other rows.
    """
    beyond = X <= bound if refuses_bound else X < bound
    least = f"at most {bound:g}" if refuses_bound else "below 0" if bound == 0 else f"below {bound:g}"
    refuse_rows(xp.any(beyond, axis=1), f"{path} refuses values {least}", gives_nan)
