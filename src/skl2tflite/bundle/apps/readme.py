"""What the READMEs of bundles say alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from skl2tflite.app_contract import AppContract, Feature
from skl2tflite.bundle.apps.typed import RowType
from skl2tflite.escaping import markdown, markdown_code

MOST_SHOWN = 40
"""Features that a README lists."""
MOST_CHARACTERS = 60
"""Of a name that it shows."""
MOST_SET = 4
"""Features that its example sets."""


def about(contract: AppContract) -> str:
    """Return what made a bundle."""
    needs = "" if contract.min_runtime is None else f" The file needs {runtime(contract.min_runtime)} or later."
    return f"Made by {markdown(contract.made_by)} from {markdown_code(contract.estimator)}; do not edit.{needs}"


def runtime(version: str) -> str:
    """Return a version of the runtime with its name."""
    return version if version.startswith("LiteRT") else f"TensorFlow Lite {version}"


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
        f"| `{name}` | {_cut(feature.name)} | `{types[feature.kind]}` | {_absent(feature)} |"
        for name, feature in ((member.name, member.feature) for member in row.members[:MOST_SHOWN])
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


def _cut(name: str) -> str:
    return markdown(name if len(name) <= MOST_CHARACTERS else f"{name[:MOST_CHARACTERS]}…")


def example(lines: Sequence[str], backtick: str, comma: str = "") -> str:
    """Return the first lines that set features, for a block of code in a README.

    Parameters
    ----------
    lines : sequence of str
    backtick : str
        How the language spells a backtick within a text, as one would end the block.
    comma : str
        What stands between lines.
    """
    shown = [line.strip("\n").replace("`", backtick) for line in lines if len(line) <= 2 * MOST_CHARACTERS][:MOST_SET]
    more = [] if len(shown) == len(lines) else [f"{' ' * (len(shown[0]) - len(shown[0].lstrip()) if shown else 0)}// …"]
    return f"{comma}\n".join(shown) + (comma if more and shown else "") + "".join(f"\n{line}" for line in more)
