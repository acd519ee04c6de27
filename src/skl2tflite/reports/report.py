"""What a comparison of a model with its estimator found."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from skl2tflite.errors import InvalidInputError
from skl2tflite.reports.method_report import MethodReport


@dataclass(frozen=True, eq=False)
class Report:
    """Every method of a model compared with the estimator's.

    Attributes
    ----------
    methods : tuple of MethodReport
        One for each method; several where rows made from the model were compared too, or the file ran on several
        runtimes.
    interrupted : bool
        Whether the comparison was interrupted, so that some rows were not compared.
    """

    methods: tuple[MethodReport, ...]
    interrupted: bool = False

    @property
    def faithful(self) -> bool:
        """Whether every method keeps the contract on every row compared."""
        return all(method.faithful for method in self.methods)

    @property
    def rows(self) -> int:
        """Number of rows compared, those made from the model not counted."""
        return max((method.rows for method in self.methods if not method.is_made), default=0)

    @property
    def made_rows(self) -> int:
        """Number of rows compared that were made from the model."""
        return max((method.rows for method in self.methods if method.is_made), default=0)

    @property
    def largest_error(self) -> float:
        """Greatest difference of a value over all methods."""
        return max((method.largest_error for method in self.methods), default=0.0)

    @property
    def verdict(self) -> str:
        """Return "faithful", "not faithful", or "interrupted" where nothing differs so far."""
        if not self.faithful:
            return "not faithful"
        return "interrupted" if self.interrupted else "faithful"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Report) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(self.to_json())

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
        lines = ["interrupted: not all rows were compared"] if self.interrupted else []
        return "\n".join([*lines, *map(str, self.methods)])

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON keeps it; the same report gives the same fields in the same order."""
        return {
            "verdict": self.verdict,
            "faithful": self.faithful,
            "interrupted": self.interrupted,
            "rows": self.rows,
            "made_rows": self.made_rows,
            "methods": [method.to_dict() for method in self.methods],
        }

    def to_json(self) -> str:
        """Return :meth:`to_dict` as the text of a JSON document."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Report:
        """Return what :meth:`to_dict` wrote.

        Raises
        ------
        InvalidInputError
            Where it is something else, or says two things that cannot both be true.
        """
        try:
            report = cls(tuple(MethodReport.from_dict(each) for each in data["methods"]), bool(data["interrupted"]))
            if report.to_dict() != data:
                raise ValueError("it contradicts itself")
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            raise InvalidInputError(
                "data is no report of a comparison, or contradicts itself; give what to_dict returned"
            ) from None
        return report
