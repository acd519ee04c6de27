"""What a comparison found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEAR_TIES = 0.1
"""Share of near ties that a faithful model may have."""


@dataclass(frozen=True)
class MethodReport:
    """One method compared on all rows.

    Attributes
    ----------
    method : str
    rows : int
        Rows compared.
    wrong : ndarray of int
        Rows that break the contract.
    near_ties : ndarray of int
        Rows whose outcome differs, and hangs on less than float32 can tell; they break nothing.
    largest_error : float
        Greatest difference of a value, near ties apart; 0 for labels.
    scale : float
        Greatest magnitude of the expected values, by which errors are judged.
    agreement : float
        Fraction of rows with the same labels (values: within the contract).
    example : str
        The worst wrong row in words.
    """

    method: str
    rows: int
    wrong: NDArray[np.intp]
    near_ties: NDArray[np.intp]
    largest_error: float
    scale: float
    agreement: float
    example: str = ""

    @property
    def faithful(self) -> bool:
        """Whether no row breaks the contract, and near ties are few: else float32 is too narrow for the model."""
        return not self.wrong.size and not self.too_narrow

    @property
    def too_narrow(self) -> bool:
        """Whether near ties are more than one, and more than one row in ten."""
        return self.near_ties.size > max(1, NEAR_TIES * self.rows)

    @property
    def relative_error(self) -> float:
        """Largest error as a fraction of the scale."""
        return self.largest_error / self.scale if self.scale else self.largest_error

    def __str__(self) -> str:
        ties = f", {self.near_ties.size} near ties" if self.near_ties.size else ""
        if self.faithful:
            return f"{self.method}: {self.rows} rows agree (largest error {self.largest_error:.2g}{ties})"
        if self.too_narrow:
            return (
                f"{self.method}: {self.near_ties.size} of {self.rows} rows hang on less than float32 can tell; "
                "scale the features, or fit a better conditioned model"
            )
        rows = ", ".join(map(str, self.wrong[:5])) + (", …" if self.wrong.size > 5 else "")
        return f"{self.method}: {self.wrong.size} of {self.rows} rows differ (rows {rows}); {self.example}{ties}"


@dataclass(frozen=True)
class Report:
    """Every method of a model compared with the estimator's.

    Attributes
    ----------
    methods : tuple of MethodReport
    """

    methods: tuple[MethodReport, ...]

    @property
    def faithful(self) -> bool:
        """Whether every method keeps the contract on every row."""
        return all(method.faithful for method in self.methods)

    @property
    def rows(self) -> int:
        """Number of rows compared."""
        return max((method.rows for method in self.methods), default=0)

    @property
    def largest_error(self) -> float:
        """Greatest difference of a value over all methods."""
        return max((method.largest_error for method in self.methods), default=0.0)

    def __getitem__(self, method: str) -> MethodReport:
        for report in self.methods:
            if report.method == method:
                return report
        raise KeyError(method)

    def summary(self) -> str:
        """Return one line: what is wrong, or that all is well."""
        shown = [m for m in self.methods if not m.faithful] or self.methods
        return "; ".join(map(str, shown))

    def __str__(self) -> str:
        return "\n".join(map(str, self.methods))
