"""What a comparison found."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from skl2tflite.verify.comparison import Reading

_STEPS = (
    "they lie on thresholds of trees, where columns computed of others differ in their last digits; round such columns "
    "to steps that float32 holds, as np.round(64 * x) / 64 does, and fit again"
)
SHARE = 0.1
"""Share of near ties that a faithful model may have, and of rows with neighbours equally far."""


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
        Rows whose answer differs because float32 is too narrow to decide it. They do not break the contract.
    largest_error : float
        Greatest difference of a value in the other rows than ``near_ties`` and ``equally_far``; 0 for labels.
    scale : float
        Greatest magnitude of the expected values, by which errors are judged.
    agreement : float
        Fraction of rows with the same labels (values: within the contract).
    example : str
        The worst wrong row in words.
    equally_far : ndarray of int
        Rows whose answer differs because scikit-learn counts other neighbours among those that are equally far. They do
        not break the contract.
    reference : {"as given", "float32"}
        Rows for which the estimator's answers are the right ones: the rows as they were given, if float32 holds their
        numbers exactly; otherwise the rows rounded to float32. In the latter case its answer for the row as given is
        right as well.
    trees : bool
        Whether there are too many near ties and trees decide them, so that scaling the features would not help.
    """

    method: str
    rows: int
    wrong: NDArray[np.intp]
    near_ties: NDArray[np.intp]
    largest_error: float
    scale: float
    agreement: float
    example: str = ""
    equally_far: NDArray[np.intp] = field(default_factory=lambda: np.arange(0))
    reference: Reading = "as given"
    trees: bool = False

    @property
    def faithful(self) -> bool:
        """Whether no row breaks the contract, and few rows are near ties or have neighbours equally far."""
        return not (self.wrong.size or self.too_narrow or self.undecided)

    @property
    def too_narrow(self) -> bool:
        """Whether near ties are more than one, and more than one row in ten: float32 is too narrow for the model."""
        return self._many(self.near_ties)

    @property
    def undecided(self) -> bool:
        """Whether as many rows depend on which of the equally far neighbours scikit-learn's search finds first."""
        return self._many(self.equally_far)

    def _many(self, rows: NDArray[np.intp]) -> bool:
        return rows.size > max(1, SHARE * self.rows)

    @property
    def relative_error(self) -> float:
        """Largest error as a fraction of the scale."""
        return self.largest_error / self.scale if self.scale else self.largest_error

    def __str__(self) -> str:
        ties = f", {self.near_ties.size} near ties" if self.near_ties.size else ""
        ties += f", {self.equally_far.size} with neighbours equally far" if self.equally_far.size else ""
        if self.faithful:
            return f"{self.method}: {self.rows} rows agree (largest error {self.largest_error:.2g}{ties})"
        if self.too_narrow:
            return (
                f"{self.method}: {self.near_ties.size} of {self.rows} rows depend on differences that float32 "
                f"cannot hold; {_STEPS if self.trees else 'scale the features, or fit a better conditioned model'}"
            )
        if self.undecided and not self.wrong.size:
            labels = "; or convert predict alone, methods=('predict',)" if self.method == "predict_proba" else ""
            return (
                f"{self.method}: {self.equally_far.size} of {self.rows} rows depend on which of equally far neighbours "
                "scikit-learn's search finds first; fit on rows with a little noise, so that no two are equally "
                f"far, or count all neighbours within a radius{labels}"
            )
        rows = ", ".join(map(str, self.wrong[:5])) + (", …" if self.wrong.size > 5 else "")
        rounded = " (of rows rounded to float32)" if self.reference == "float32" and self.example else ""
        text = f"{self.method}: {self.wrong.size} of {self.rows} rows differ (rows {rows}); {self.example}"
        return f"{text}{rounded}{ties}"


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
