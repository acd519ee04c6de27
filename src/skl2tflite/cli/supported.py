"""``skl2tflite supported``: which estimators convert, and how exactly."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Annotated

import typer

from skl2tflite.cli.console import console, facts, table

EXAMPLES = (
    "skl2tflite supported",
    "skl2tflite supported RandomForestClassifier",
    "skl2tflite supported --json",
)


@dataclass(frozen=True)
class Support:
    """What converts of an estimator; one that ``delegates`` has the methods of the estimator within it, too."""

    estimator: str
    module: str
    methods: tuple[str, ...]
    delegates: bool
    contract: str

    @property
    def all_methods(self) -> str:
        """The methods in words."""
        return ", ".join((*self.methods, *(["those of the estimator within"] if self.delegates else [])))


def command(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="An estimator's class.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the estimators that convert, with their methods and how exact they are.

    Contract [bold]exact[/]: the same bits, or the same labels. [bold]float32[/]: within what float32 rounds.
    With NAME, exit status 2 if that estimator does not convert.
    """
    converting, lacking = survey()
    if name is not None:
        found = _find(name, converting, lacking)
        if as_json:
            print(json.dumps(asdict(found), indent=2))
        else:
            console().print(
                facts(
                    [
                        ("estimator", f"{found.module}.{found.estimator}"),
                        ("methods", found.all_methods),
                        ("contract", found.contract),
                    ]
                )
            )
    elif as_json:
        print(json.dumps({"supported": [asdict(entry) for entry in converting], "unsupported": lacking}, indent=2))
    else:
        _show(converting, lacking)


def survey() -> tuple[list[Support], list[str]]:
    """Return what converts, and the names of scikit-learn's estimators that have no converter."""
    from sklearn.utils import all_estimators

    from skl2tflite.converters import METHODS
    from skl2tflite.converters.registry import registered

    converters = registered()
    converting = [
        Support(
            estimator.__name__,
            _public_module(estimator),
            tuple(method for method in METHODS if hasattr(estimator, method) and hasattr(converter, method)),
            hasattr(converter, "inner") or hasattr(converter, "last"),
            converter.contract,
        )
        for estimator, converter in converters.items()
    ]
    lacking = sorted(name for name, estimator in all_estimators() if estimator not in converters)
    return sorted(converting, key=lambda entry: (entry.module, entry.estimator)), lacking


def _public_module(estimator: type) -> str:
    """Return the module that users import an estimator from: scikit-learn's have two parts."""
    parts = [part for part in estimator.__module__.split(".") if not part.startswith("_")]
    return ".".join(parts[:2] if parts[0] == "sklearn" else parts)


def _find(name: str, converting: list[Support], lacking: list[str]) -> Support:
    from skl2tflite.errors import InvalidInputError

    wanted = name.rpartition(".")[2]
    for entry in converting:
        if entry.estimator.lower() == wanted.lower():
            return entry
    known = {entry.estimator.lower(): entry.estimator for entry in converting} | {n.lower(): n for n in lacking}
    if wanted.lower() in known:
        raise InvalidInputError(f"{known[wanted.lower()]} does not convert yet")
    close = [known[match] for match in get_close_matches(wanted.lower(), known, n=3)]
    raise InvalidInputError(f"there is no estimator {name!r}" + (f"; is it {' or '.join(close)}?" if close else ""))


def _show(converting: list[Support], lacking: list[str]) -> None:
    from rich.padding import Padding

    out = console()
    shown = table("estimator", "methods", "contract")
    module = None
    for entry in converting:
        if entry.module != module:
            module = entry.module
            shown.add_row(f"[bold]{module}[/]", "", "")
        shown.add_row(f"  {entry.estimator}", entry.all_methods, entry.contract)
    out.print(shown)
    out.print(f"{len(converting)} estimators convert. scikit-learn's others, {len(lacking)}, do not:")
    out.print(Padding(", ".join(lacking), (0, 0, 0, 2)), style="dim")
