"""What the READMEs of bundles say alike."""

from __future__ import annotations

from collections.abc import Mapping

from skl2tflite.app_contract import AppContract, Feature
from skl2tflite.bundle.apps.typed import RowType
from skl2tflite.escaping import markdown, markdown_code

MOST_SHOWN = 40
"""Features that a README lists."""


def about(contract: AppContract) -> str:
    """Return what made a bundle."""
    needs = "" if contract.min_runtime is None else f" The file needs LiteRT or TensorFlow Lite {contract.min_runtime}."
    return f"Made by {markdown(contract.made_by)} from {markdown_code(contract.estimator)}; do not edit.{needs}"


def features_table(row: RowType, types: Mapping[str, str]) -> str:
    """Return a table of what a row is made of.

    Parameters
    ----------
    row : RowType
    types : mapping of str to str
        The language's types, by kinds of features.
    """
    if row.is_array:
        return f"A row is an array `x` of {len(row.features)} numbers, in the order of the columns that were fitted."
    lines = ["| member | feature | type | where it is missing |", "|---|---|---|---|"]
    lines += [
        f"| `{member.name}` | {markdown(member.feature.name)} | `{types[member.feature.kind]}` | {_absent(member.feature)} |"
        for member in row.members[:MOST_SHOWN]
    ]
    left = len(row.members) - MOST_SHOWN
    return "\n".join([*lines, *([f"\n… and {left} more."] if left > 0 else [])])


def _absent(feature: Feature) -> str:
    return {
        "refused": "an error",
        "missing": "a missing value, which the model takes",
        "zero": "0",
        "unknown": "an unknown category",
    }.get(feature.absent, "")
