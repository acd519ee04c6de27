"""``skl2tflite supported``: which estimators convert, and how exactly."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

from skl2tflite.cli.console import console, facts, styled, table
from skl2tflite.escaping import terminal

if TYPE_CHECKING:
    from skl2tflite.converters.core.coverage import Support

EXAMPLES = (
    "skl2tflite supported",
    "skl2tflite supported RandomForestClassifier",
    "skl2tflite supported --json",
)
WITHIN = "those of the estimators within"


def command(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="An estimator's class.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print docs/supported.md.")] = False,
) -> None:
    """List the estimators that convert, with their methods and how exact they are.

    [bold]Exact[/]: the same bits, or the same labels. [bold]Close[/]: values within 10⁻⁶ of the greatest in
    their column, or what else is said. With NAME, also what does not convert of that estimator, and why;
    exit status 2 if nothing does.
    """
    from skl2tflite.converters.core.coverage import survey

    entries = survey()
    if name is not None:
        found = _find(name, entries)
        if as_json:
            print(json.dumps(asdict(found), indent=2))
        else:
            _show_one(found)
    elif as_json:
        print(json.dumps([asdict(entry) for entry in entries], indent=2))
    elif as_markdown:
        from skl2tflite.cli.supported_page import page

        print(page(entries), end="")
    else:
        _show(entries)


def _find(name: str, entries: Sequence[Support]) -> Support:
    from skl2tflite.errors import InvalidInputError

    wanted = name.lower()
    # Of the same name in two packages, scikit-learn's comes first; the module in front tells them apart.
    known = {f"{entry.module}.{entry.estimator}".lower(): entry for entry in entries}
    known |= {entry.estimator.lower(): entry for entry in reversed(entries)}
    wanted = wanted if wanted in known else wanted.rpartition(".")[2]
    if wanted in known:
        found = known[wanted]
        if found.reason:
            raise InvalidInputError(f"{found.estimator} does not convert: {found.reason}")
        return found
    close = [known[match].estimator for match in get_close_matches(wanted, known, n=3)]
    raise InvalidInputError(f"there is no estimator {name!r}" + (f"; is it {' or '.join(close)}?" if close else ""))


def _show_one(entry: Support) -> None:
    others = f"as {WITHIN}" if entry.delegates else f"within {entry.tolerance:g} of the scale"
    out = console()
    out.print(
        facts(
            [
                ("estimator", f"{entry.module}.{entry.estimator}"),
                ("methods", ", ".join(entry.methods)),
                *([("exact", ", ".join(entry.exact))] if entry.exact else []),
                *([("others" if entry.exact else "contract", others)] if entry.close else []),
                ("targets", ", ".join(entry.targets)),
            ]
        )
    )
    for method, reason in entry.refused.items():
        out.print(styled(method, "bold") + f" does not convert: {terminal(reason)}", style="dim")


def _show(entries: Sequence[Support]) -> None:
    out = console()
    converting = [entry for entry in entries if not entry.reason]
    shown = table("estimator", "exact", "close", "targets")
    module = None
    for entry in converting:
        if entry.module != module:
            module = entry.module
            shown.add_row(styled(module, "bold"), "", "", "")
        close = WITHIN if entry.delegates else ", ".join(entry.close)
        shown.add_row(f"  {entry.estimator}", ", ".join(entry.exact), close, ", ".join(entry.targets))
    out.print(shown)
    lacking = [entry for entry in entries if entry.reason]
    out.print(f"{len(converting)} estimators convert. scikit-learn's others, {len(lacking)}, do not:")
    refused = table("estimator", "why not")
    for entry in lacking:
        refused.add_row(f"  {entry.estimator}", entry.reason)
    out.print(refused)
