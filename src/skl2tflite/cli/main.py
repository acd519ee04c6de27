"""The application: its commands, and how errors end it."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from importlib.metadata import version
from io import TextIOWrapper
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from skl2tflite.cli import bundle, convert, demo, inspect, supported, verify
from skl2tflite.cli.console import complain, one_line, warn
from skl2tflite.errors import DefectError, FidelityError, Skl2TFLiteError
from skl2tflite.escaping import terminal_lines

UNFAITHFUL, BAD_INPUT, DEFECT, INTERRUPTED, NOBODY_READS = 1, 2, 3, 130, 141


class NobodyReadsError(Exception):
    """The reader of the output has closed it, as ``head`` does."""


class Commands(TyperGroup):
    """The commands as a group that reports every error in one line, and exits with its status."""

    debug = False

    def main(self, args: Sequence[str] | None = None, **extra: Any) -> Any:  # type: ignore[override]
        """Run a command and exit with its status."""
        args = list(sys.argv[1:] if args is None else args) or ["--help"]
        extra["standalone_mode"] = False
        with warnings.catch_warnings():
            warnings.showwarning = lambda message, *_, **__: warn(message)
            try:
                status = self._status(args, **extra)
            except (NobodyReadsError, BrokenPipeError):  # end as other programs do then
                for stream in (sys.stdout, sys.stderr):
                    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
                status = NOBODY_READS
        sys.exit(status)

    def _status(self, args: Sequence[str], **extra: Any) -> int:
        """Run a command, report its error, and return its status."""
        try:
            status = super().main(args, **extra)
            sys.stdout.flush()
        except (NobodyReadsError, BrokenPipeError):
            raise
        except (KeyboardInterrupt, typer.Abort):
            complain("interrupted")
            return INTERRUPTED
        except Exception as error:
            if self.debug:
                print(terminal_lines(traceback.format_exc()), file=sys.stderr)
            message, status = explain(error)
            complain(message)
        return status if isinstance(status, int) else 0

    def invoke(self, ctx: Any) -> Any:
        """Run a command; note whether it was called with ``--debug``."""
        self.debug = bool(ctx.params.get("debug"))
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # which typer would end with status 1, that of answers that differ
            raise NobodyReadsError from None


def explain(error: Exception) -> tuple[str, int]:
    """Return an error as one line for the user, and the exit status."""
    if isinstance(error, FidelityError):
        return one_line(error), UNFAITHFUL
    if isinstance(error, DefectError):
        return f"{one_line(error)} (--debug shows where)", DEFECT
    if isinstance(error, Skl2TFLiteError):
        return one_line(error), BAD_INPUT
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror or one_line(error), BAD_INPUT
    if hasattr(error, "format_message"):  # what typer, or click, says of the arguments
        context = getattr(error, "ctx", None)
        hint = f" (see {context.command_path} --help)" if context is not None else ""
        return one_line(error.format_message()).rstrip(".") + hint, BAD_INPUT
    if isinstance(error, MemoryError):
        return "not enough memory", BAD_INPUT
    return f"unexpected {type(error).__name__}: {one_line(error)} (a defect; --debug shows where)", DEFECT


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(
            f"skl2tflite {version('skl2tflite')} "
            f"(scikit-learn {version('scikit-learn')}, LiteRT {version('ai-edge-litert')})"
        )
        raise typer.Exit


app = typer.Typer(
    cls=Commands,
    rich_markup_mode="rich",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 all well, 1 a model differs from its estimator, 2 bad input, 3 a defect of skl2tflite, "
    "130 interrupted, 141 nobody reads the output any more.",
)


@app.callback()
def skl2tflite(
    debug: Annotated[
        bool, typer.Option("--debug", envvar="SKL2TFLITE_DEBUG", help="Show the traceback of an error.")
    ] = False,
    show_version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show versions and leave.")
    ] = False,
) -> None:
    """Turn fitted scikit-learn models, whole pipelines included, into [bold].tflite[/] files.

    Start with [bold]skl2tflite demo[/]. To convert a model of your own, save it with
    [bold]skops.io.dump(model, "model.skops")[/], then [bold]skl2tflite convert model.skops --data rows.csv[/].
    """


for module in (convert, verify, inspect, bundle, supported, demo):
    name = module.__name__.rpartition(".")[2]
    about = "\n\n".join(" ".join(paragraph.split()) for paragraph in str(module.command.__doc__).split("\n\n"))
    app.command(name, help=about, epilog="\n\n".join(("[bold]Examples[/]", *module.EXAMPLES)))(module.command)


def main() -> None:
    """Run the command line: the entry point of the installed ``skl2tflite``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # print ? for characters that the terminal's encoding lacks
    if not os.environ.get("SKL2TFLITE_DEBUG"):
        _silence_native_code()
    app()


def _silence_native_code() -> None:
    """Send what LiteRT's C++ prints to standard error, such as the name of its delegate, to /dev/null."""
    try:
        ours = os.dup(2)
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        sys.stderr = os.fdopen(ours, "w", buffering=1, encoding=sys.stderr.encoding, errors="backslashreplace")
    except OSError:
        pass  # no standard error to speak of
