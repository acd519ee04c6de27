"""The report of a comparison with scikit-learn, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skl2tflite import escaping
from skl2tflite.cli.console import console, error_size, styled, table

if TYPE_CHECKING:
    from skl2tflite.verify import MethodReport, Report


def percent(share: float) -> str:
    """Return a share in percent: 100 only where it is exactly 1."""
    return "100 %" if share == 1 else f"{min(share * 100, 99.99):.4g} %"


def show_report(report: Report) -> None:
    """Print one line for each method, and the worst row of those that differ."""
    far = any(method.n_equally_far for method in report.methods)
    columns = [">near ties", ">equally far"] if far else [">near ties"]
    shown = table("method", ">rows", ">agree", ">largest error", ">relative", *columns, "verdict")
    for method in report.methods:
        shown.add_row(
            method.title,
            f"{method.rows:,}",
            percent(method.agreement),
            error_size(method.largest_error),
            error_size(method.relative_error),
            f"{method.n_near_ties:,}",
            *([f"{method.n_equally_far:,}"] if far else []),
            styled("faithful", "green") if method.faithful else styled(f"{_differing(method):,} rows differ", "red"),
        )
    out = console()
    out.print(shown)
    for method in report.methods:
        if not method.faithful:
            out.print(f"{method.title}: {method.example}" if method.example else str(method))
    if any(method.n_near_ties for method in report.methods):
        out.print("A near tie is a row whose answer depends on differences that float32 cannot hold; it is no fault.")
    if far:
        out.print(
            "Equally far: a row with several neighbours at one distance, "
            "of which scikit-learn takes others than the file."
        )


def print_json(report: Report) -> None:
    """Print a report as JSON."""
    print(escaping.json(report.to_dict()))


def _differing(method: MethodReport) -> int:
    """Count the rows that make a method unfaithful: those that differ, or else near ties and equally far neighbours."""
    return int(method.n_wrong or method.n_near_ties + method.n_equally_far)
