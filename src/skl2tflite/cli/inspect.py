"""``skl2tflite inspect``: what is in a .tflite file, or what a conversion would do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from skl2tflite import escaping
from skl2tflite.cli.console import console, facts, one_line, table
from skl2tflite.cli.options import Methods, PrecisionOption, TrustPickle, TrustTypes

if TYPE_CHECKING:
    from skl2tflite.backends.tflite.program import Program
    from skl2tflite.plan import Plan
    from skl2tflite.reports import ConversionReport

EXAMPLES = (
    "skl2tflite inspect model.tflite --operators",
    "skl2tflite inspect model.tflite --json",
    "skl2tflite inspect model.skops --graph --method predict",
    "skl2tflite inspect model.skops --passes",
    "skl2tflite inspect --passes",
)


def command(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A .tflite file of any maker, or a saved estimator.")
    ] = None,
    operators: Annotated[bool, typer.Option("--operators", help="List the operators of a .tflite file.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all that is in a .tflite file as JSON.")] = False,
    contract: Annotated[
        bool, typer.Option("--contract", help="Print what an app has to know of a .tflite file, as JSON.")
    ] = False,
    graph: Annotated[bool, typer.Option("--graph", help="Print an estimator's graphs after all passes.")] = False,
    passes: Annotated[
        bool, typer.Option("--passes", help="Print what each pass did to an estimator's graphs; alone, list them.")
    ] = False,
    method: Methods = None,
    precision: PrecisionOption = "exact",
    trust_pickle: TrustPickle = False,
    trust_type: TrustTypes = None,
) -> None:
    """Show what is in a [bold].tflite[/] file, or what converting an estimator would do.

    A file shows its signatures, operators and bytes, and what it says of the estimator it came from. An estimator
    shows the graph of each method, and what each pass rewrote.
    """
    from skl2tflite.cli.estimators import is_estimator_file, read_estimator
    from skl2tflite.errors import InvalidInputError

    if file is None:
        if not passes or graph or operators or as_json or contract:
            raise InvalidInputError("name a file to inspect (see skl2tflite inspect --help)")
        _list_passes()
    elif is_estimator_file(file):
        if operators or as_json or contract:
            raise InvalidInputError(
                "--operators, --json and --contract are for .tflite files; convert the estimator first"
            )
        from skl2tflite.conversion import Conversion
        from skl2tflite.options import ConversionOptions
        from skl2tflite.plan import plan

        estimator = read_estimator(file, trust_pickle=trust_pickle, trusted_types=trust_type or ())
        conversion = Conversion(estimator)
        with conversion.guarded():
            planned = plan(conversion, ConversionOptions(methods=method, precision=precision))
        _show_plan(planned, graph=graph, passes=passes)
    else:
        if graph or passes or method:
            raise InvalidInputError(f"--graph, --passes and --method are for saved estimators, and {file} is not one")
        if contract:
            _show_contract(file)
        else:
            _show_file(file, operators=operators, as_json=as_json)


def _list_passes() -> None:
    from skl2tflite.passes import LAST_PASSES, PASSES

    shown = table("", "pass", "keeps every bit", "what it does")
    for number, step in enumerate((*PASSES, *LAST_PASSES), 1):
        rounds = "no: order of sums" if step in LAST_PASSES else "no: precision fast"
        shown.add_row(str(number), step.name, "yes" if step.exact else rounds, one_line(step.summary))
    console().print(shown)


def _show_contract(path: Path) -> None:
    from skl2tflite.app_contract import describe
    from skl2tflite.model import load

    print(escaping.json(describe(load(path)).to_json()))


def _show_file(path: Path, *, operators: bool, as_json: bool) -> None:
    from skl2tflite.backends.tflite.writer import LARGEST_FILE
    from skl2tflite.cli import summary
    from skl2tflite.errors import InvalidFileError
    from skl2tflite.model_file import open_file
    from skl2tflite.whole_files import read_whole

    try:
        file = open_file(read_whole(path, LARGEST_FILE))
        if as_json:
            report = _report(path, file.content)
            known = None if isinstance(report, str) else report.to_dict()
            print(escaping.json({**summary.as_json(file), "report": known}))
            return
        lines = summary.summary(file)
    except InvalidFileError as error:
        raise InvalidFileError(f"{path}: {error}") from None
    if file.facts is not None:
        lines.append(("compared", _compared(path, file.content)))
    console().print(facts([("file", str(path)), *lines]))
    if operators:
        _show_operators(file.program)


def _compared(path: Path, content: bytes) -> str:
    """Say what the report beside a file tells of it."""
    report = _report(path, content)
    return report if isinstance(report, str) else f"{report.result}; estimator {report.estimator_digest}"


def _report(path: Path, content: bytes) -> ConversionReport | str:
    """Return the report beside a file, or why nothing is known."""
    from skl2tflite.errors import InvalidFileError
    from skl2tflite.reports.conversion_report import SUFFIX, report_beside

    try:
        report = report_beside(path, content)
    except (InvalidFileError, OSError) as error:
        return f"nothing is known of it: {error}"
    missing = f"nothing is known of it: not compared with rows, or its report is not beside it ({path.name}{SUFFIX})"
    return missing if report is None else report


def _show_operators(program: Program) -> None:
    from skl2tflite.cli.summary import spec

    for number, subgraph in enumerate(program.subgraphs):
        shown = table(">", "operator", ">version", "inputs", "outputs", title=f"subgraph {number}: {subgraph.name}")
        for index, operator in enumerate(subgraph.operators):
            sides = (
                "\n".join(f"{subgraph.tensors[i].name} {spec(subgraph, i)}" for i in side if i >= 0)
                for side in (operator.inputs, operator.outputs)
            )
            shown.add_row(str(index), operator.name, str(operator.version), *sides)
        console().print(shown)


def _show_plan(plan: Plan, *, graph: bool, passes: bool) -> None:
    out = console()
    if not graph and not passes:
        features = plan.features
        lines = [("estimator", plan.converter.path), ("features", str(features.count))]
        for name, drawn in plan.graphs.items():
            contract = plan.converter.contract
            kept = "exact" if name in contract.exact else f"within {contract.tolerance:g} of the scale"
            lines.append((name, f"{sum(1 for _ in drawn.operations())} operations, {kept}"))
        out.print(facts(lines))
        out.print("--graph shows the operations, --passes what was rewritten.", style="dim")
    if passes:
        shown = table("method", "pass", ">before", ">after", "what was done")
        for record in plan.records:
            notes = "\n".join(dict.fromkeys(record.notes))
            shown.add_row(record.graph, record.name, *map(str, record.operations), notes)
        out.print(shown)
    if graph:
        out.print("\n\n".join(str(drawn) for drawn in plan.graphs.values()), soft_wrap=True)
