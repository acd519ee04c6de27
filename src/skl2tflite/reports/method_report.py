"""What a comparison found of one method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import chain
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skl2tflite.reports.differing_rows import DifferingRow, worst
from skl2tflite.reports.error_histogram import ErrorHistogram
from skl2tflite.reports.json_numbers import to_json_scalar

Reading: TypeAlias = Literal["as given", "float32"]
"""Rows as they were given, or rounded to float32."""
_STEPS = (
    "they lie on thresholds of trees, where columns computed of others differ in their last digits; round such columns "
    "to steps that float32 holds, as np.round(64 * x) / 64 does, and fit again"
)
SHARE = 0.1
"""Share of near ties that a faithful model may have, and of rows with neighbours equally far."""
LISTED = 1000
"""Number of positions of rows that are listed where many batches are compared; all are counted."""
MADE = "made from the model"
"""The origin of rows that nobody gave."""


@dataclass(frozen=True)
class MethodReport:
    """One method compared on all rows.

    Attributes
    ----------
    method : str
    rows : int
        Rows compared.
    wrong : ndarray of int
        Rows that break the contract. Where many batches were compared, the first of them.
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
    unlisted : tuple of int
        Numbers of rows that ``wrong``, ``near_ties`` and ``equally_far`` leave out.
    within_rounding : int
        Number of rows whose values differ by more than the tolerance, and no more than float32's rounding makes of
        them.
    no_answer : int
        Number of rows made from the model that it has no answer for, as it says: the numbers leave float32.
    refused : int
        Number of rows made from the model that scikit-learn does not take.
    differing : tuple of DifferingRow
        The worst rows, whatever the reason.
    errors : ErrorHistogram, optional
        How the errors of all rows are distributed; None of labels.
    origin : {"given", "made from the model"}
        Where the rows come from.
    runtime : str
        What ran the file.
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
    unlisted: tuple[int, int, int] = (0, 0, 0)
    within_rounding: int = 0
    no_answer: int = 0
    refused: int = 0
    differing: tuple[DifferingRow, ...] = ()
    errors: ErrorHistogram | None = None
    origin: str = "given"
    runtime: str = ""

    @property
    def is_made(self) -> bool:
        """Whether the rows were made from the model."""
        return self.origin == MADE

    @property
    def n_wrong(self) -> int:
        """Number of rows that break the contract."""
        return int(self.wrong.size) + self.unlisted[0]

    @property
    def n_near_ties(self) -> int:
        """Number of near ties."""
        return int(self.near_ties.size) + self.unlisted[1]

    @property
    def n_equally_far(self) -> int:
        """Number of rows that depend on which of the neighbours equally far are counted."""
        return int(self.equally_far.size) + self.unlisted[2]

    @property
    def faithful(self) -> bool:
        """Whether no row breaks the contract, and few rows are near ties or have neighbours equally far."""
        return not (self.n_wrong or self.too_narrow or self.undecided)

    @property
    def too_narrow(self) -> bool:
        """Whether near ties are more than one, and more than one row in ten: float32 is too narrow for the model."""
        return self._many(self.n_near_ties)

    @property
    def undecided(self) -> bool:
        """Whether as many rows depend on which of the equally far neighbours scikit-learn's search finds first."""
        return self._many(self.n_equally_far)

    def _many(self, count: int) -> bool:
        """Whether so many rows are too many; rows made from the model are made to be ties."""
        return not self.is_made and count > max(1, SHARE * self.rows)

    @property
    def relative_error(self) -> float:
        """Largest error as a fraction of the scale."""
        return self.largest_error / self.scale if self.scale else self.largest_error

    @property
    def title(self) -> str:
        """The method, and what is special of its rows and of what ran the file."""
        special = [each for each in (self.origin if self.is_made else "", self.runtime) if each]
        return f"{self.method} ({', '.join(special)})" if special else self.method

    def __str__(self) -> str:
        ties = f", {self.n_near_ties} near ties" if self.n_near_ties else ""
        ties += f", {self.n_equally_far} with neighbours equally far" if self.n_equally_far else ""
        ties += f", {self.no_answer} without an answer" if self.no_answer else ""
        if self.faithful:
            return f"{self.title}: {self.rows} rows agree (largest error {self.largest_error:.2g}{ties})"
        if self.too_narrow:
            return (
                f"{self.title}: {self.n_near_ties} of {self.rows} rows depend on differences that float32 "
                f"cannot hold; {_STEPS if self.trees else 'scale the features, or fit a better conditioned model'}"
            )
        if self.undecided and not self.n_wrong:
            labels = "; or convert predict alone, methods=('predict',)" if self.method == "predict_proba" else ""
            return (
                f"{self.title}: {self.n_equally_far} of {self.rows} rows depend on which of equally far neighbours "
                "scikit-learn's search finds first; fit on rows with a little noise, so that no two are equally "
                f"far, or count all neighbours within a radius{labels}"
            )
        rows = ", ".join(map(str, self.wrong[:5])) + (", …" if self.n_wrong > 5 else "")
        rounded = " (of rows rounded to float32)" if self.reference == "float32" and self.example else ""
        text = f"{self.title}: {self.n_wrong} of {self.rows} rows differ (rows {rows}); {self.example}"
        return f"{text}{rounded}{ties}"

    def at(self, positions: NDArray[np.intp]) -> MethodReport:
        """Return the same report of rows that stand at other positions, one for each of its rows."""
        moved = tuple(row.at(int(positions[row.row])) for row in self.differing)
        first = next((row for row in self.differing if str(row) == self.example), None)
        return replace(
            self,
            wrong=positions[self.wrong],
            near_ties=positions[self.near_ties],
            equally_far=positions[self.equally_far],
            differing=moved,
            example=self.example if first is None else str(first.at(int(positions[first.row]))),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON keeps it."""
        return {
            "method": self.method,
            "origin": self.origin,
            "runtime": self.runtime,
            "verdict": "faithful" if self.faithful else "not faithful",
            "rows": self.rows,
            "agreement": self.agreement,
            "differing": self.n_wrong,
            "near_ties": self.n_near_ties,
            "equally_far": self.n_equally_far,
            "within_rounding": self.within_rounding,
            "no_answer": self.no_answer,
            "refused": self.refused,
            "largest_error": to_json_scalar(self.largest_error),
            "scale": to_json_scalar(self.scale),
            "reference": self.reference,
            "errors": None if self.errors is None else self.errors.to_json(),
            "worst_rows": [row.to_json() for row in self.differing],
            "example": self.example,
            "trees": self.trees,
            "differing_rows": self.wrong[:LISTED].tolist(),
            "near_tie_rows": self.near_ties[:LISTED].tolist(),
            "equally_far_rows": self.equally_far[:LISTED].tolist(),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> MethodReport:
        """Return what :meth:`to_dict` wrote.

        Raises
        ------
        KeyError, TypeError, ValueError
            Where it is something else, or says two things that cannot both be true.
        """
        wrong, near, far = (
            np.array(data[name], dtype=np.intp) for name in ("differing_rows", "near_tie_rows", "equally_far_rows")
        )
        counts = [data["differing"] - wrong.size, data["near_ties"] - near.size, data["equally_far"] - far.size]
        made = {
            **{each.name: data[each.name] for each in fields(cls) if each.name in data},
            "wrong": wrong,
            "near_ties": near,
            "equally_far": far,
            "unlisted": tuple(counts),
            "largest_error": float(data["largest_error"]),
            "scale": float(data["scale"]),
            "differing": tuple(DifferingRow.from_json(row) for row in data["worst_rows"]),
            "errors": None if data["errors"] is None else ErrorHistogram.from_json(data["errors"]),
        }
        report = cls(**made)
        if not report._is_consistent or report.to_dict() != data:
            raise ValueError("it contradicts itself")
        return report

    @property
    def _is_consistent(self) -> bool:
        """Whether its numbers can be of the same rows."""
        listed = (self.wrong, self.near_ties, self.equally_far)
        counts = (self.n_wrong, self.n_near_ties, self.n_equally_far)
        others = (self.within_rounding, self.no_answer, self.refused)
        return (
            isinstance(self.rows, int)
            and self.origin in ("given", MADE)
            and min(*self.unlisted, *others, self.rows) >= 0
            and sum(counts) <= self.rows
            and max(others) <= self.rows
            and all(np.array_equal(np.intersect1d(each, np.arange(self.rows)), np.sort(each)) for each in listed)
            and 0.0 <= self.agreement <= 1.0
            and not (self.n_wrong and self.agreement == 1.0)
        )


def merged(parts: Sequence[MethodReport]) -> MethodReport:
    """Return one report of the rows of several, whose rows stand at different positions.

    Parameters
    ----------
    parts : sequence of MethodReport
        At least one; of one method, one origin and one runtime.
    """
    if len(parts) == 1:
        return parts[0]
    rows = sum(part.rows for part in parts)
    listed = [np.concatenate([getattr(part, name) for part in parts]) for name in ("wrong", "near_ties", "equally_far")]
    totals = [sum(getattr(part, name) for part in parts) for name in ("n_wrong", "n_near_ties", "n_equally_far")]
    differing = worst(chain.from_iterable(part.differing for part in parts))
    examples = [part.example for part in parts if part.example]
    shown = [str(row) for row in differing if row.reason == "differs" and str(row) in examples]
    histograms = [part.errors for part in parts if part.errors is not None]
    return replace(
        parts[0],
        rows=rows,
        wrong=listed[0][:LISTED],
        near_ties=listed[1][:LISTED],
        equally_far=listed[2][:LISTED],
        unlisted=tuple(total - min(each.size, LISTED) for total, each in zip(totals, listed, strict=True)),
        largest_error=max(part.largest_error for part in parts),
        scale=max(part.scale for part in parts),
        agreement=sum(part.agreement * part.rows for part in parts) / rows if rows else 1.0,
        example=next(iter([*shown, *examples]), ""),
        reference="float32" if any(part.reference == "float32" for part in parts) else "as given",
        trees=any(part.trees for part in parts),
        within_rounding=sum(part.within_rounding for part in parts),
        no_answer=sum(part.no_answer for part in parts),
        refused=sum(part.refused for part in parts),
        differing=differing,
        errors=sum(histograms[1:], histograms[0]) if histograms else None,
    )
