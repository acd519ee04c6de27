"""The page ``docs/supported.md``: what ``skl2tflite supported`` lists, as a document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from skl2tflite.converters.core.coverage import Support
from skl2tflite.converters.core.registry import OPTIONAL
from skl2tflite.escaping import markdown, markdown_code

PACKAGES = (
    ("scikit-learn", "1.6 to 1.9", "`sklearn`"),
    ("xgboost", "2.1.4 to 3", "`xgboost`"),
    ("lightgbm", "4.6", "`lightgbm`"),
    ("catboost", "1.2.9", "`catboost`"),
    ("category_encoders", "2.8", "`category_encoders`"),
    ("imbalanced-learn", "0.13 to 0.14", "`imblearn`"),
    ("feature-engine", "1.9.4", "`feature_engine`"),
    ("mlxtend", "0.25", "`mlxtend`"),
    ("scikit-lego", "0.9.10", "`sklego`"),
    ("skrub", "0.11", "`skrub`"),
)
"""Packages whose estimators convert, and the versions that are tested."""
USUAL = 1e-6
OWN = OPTIONAL | {"sklearn"}
"""Packages whose estimators have converters here."""
HEAD = """\
<!-- Written by `make docs` from the converters themselves; a test checks that it is up to date. -->
# What converts

This page lists every estimator of scikit-learn, then those of other packages. *Exact* methods give the same bits or the
same labels. *Close* methods give values within 10⁻⁶ of the greatest magnitude in their column, or within float32's
rounding where the formula amplifies it ([the numerical contract](../README.md#the-numerical-contract)). Methods take
only `X`; their other arguments (`n_neighbors`, …) have their defaults. `predict_std` is `predict` with
`return_std=True`. `skl2tflite supported NAME` prints the same for one estimator.

All parameters and shapes of labels convert, except those that `convert` refuses: what is random at inference, Python
functions (kernels, metrics, weights) that cannot be recorded because they need single values or draw random numbers,
and a few cases in which scikit-learn's own answer is undefined. The error says which, where, and what to use instead.
"""


def page(entries: Sequence[Support]) -> str:
    """Return the page."""
    entries = [entry for entry in entries if entry.module.split(".")[0] in OWN]  # no plugins
    parts = [HEAD, "## Packages\n", _table(("package", "versions", "imported as"), PACKAGES), ""]
    converting = [entry for entry in entries if not entry.reason]
    for module, group in groupby(converting, key=lambda entry: entry.module):
        parts.append(f"## {module}\n")
        parts.append(_table(("estimator", "exact", "close", "targets"), map(_row, group)))
    parts.append("## Estimators that do not convert\n")
    parts.append(_table(("estimators", "why not"), _lacking(entries)))
    parts.append("## Methods that do not convert\n")
    parts.append(_table(("method", "of", "why not"), _refused(converting)))
    return "\n".join(parts)


def _row(entry: Support) -> tuple[str, ...]:
    close = "those of the estimators within" if entry.delegates else _names(entry.close)
    if entry.tolerance > USUAL:
        close += f" (within {entry.tolerance:g})"
    return markdown_code(entry.estimator), _names(entry.exact), close, ", ".join(entry.targets)


def _lacking(entries: Iterable[Support]) -> list[tuple[str, ...]]:
    """Return a row for each reason, with the estimators that do not convert for it."""
    found: dict[str, list[str]] = {}
    for entry in entries:
        if entry.reason:
            found.setdefault(entry.reason, []).append(entry.estimator)
    return [(_names(names), markdown(reason)) for reason, names in found.items()]


def _refused(entries: Iterable[Support]) -> list[tuple[str, ...]]:
    """Return a row for each method and reason, with the estimators that have it, or how many."""
    found: dict[tuple[str, str], list[str]] = {}
    for entry in entries:
        for method, reason in entry.refused.items():
            found.setdefault((method, reason), []).append(entry.estimator)
    return [
        (markdown_code(method), _names(names) if len(names) <= 8 else f"{len(names)} estimators", markdown(reason))
        for (method, reason), names in sorted(found.items())
    ]


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(markdown_code, names))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
