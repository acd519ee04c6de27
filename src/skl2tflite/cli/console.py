"""What the commands print with: consoles, tables, and numbers in units."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from skl2tflite.escaping import terminal, terminal_lines

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

PIPED_WIDTH = 120
"""Characters in a line that is printed to a file or a pipe, where no terminal sets the width."""


def console(*, stderr: bool = False) -> Console:
    """Return a console on standard output, or on standard error.

    Colours and escape codes only go to terminals, and not there either if ``NO_COLOR`` is set (rich does both).
    Strings, in tables too, are shown as they are, for they may come from files; for colours see :func:`styled`.
    """
    from rich.console import Console

    class PlainConsole(Console):
        def render_str(self, text: str, **options: Any) -> Text:
            return super().render_str(terminal_lines(text), **{**options, "markup": False, "emoji": False})

        def on_broken_pipe(self) -> None:
            raise  # the error that is being handled; rich would leave with status 1, which is that of other answers

    stream = sys.stderr if stderr else sys.stdout
    piped = not stream.isatty() and "COLUMNS" not in os.environ
    return PlainConsole(stderr=stderr, highlight=False, width=PIPED_WIDTH if piped else None)


def table(*columns: str, title: str | None = None, caption: str | None = None, tight: bool = False) -> Table:
    """Return a table. Columns whose title starts with ``>`` hold numbers, which are aligned right and not wrapped."""
    from rich import box
    from rich.table import Table

    made = Table(
        title=title, caption=caption, box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True,
        padding=(0, 0 if tight else 1), title_justify="left", caption_justify="left", title_style="bold",
        caption_style="dim",
    )  # fmt: skip
    for name in columns:
        number = name.startswith(">")
        made.add_column(name.removeprefix(">"), justify="right" if number else "left", no_wrap=number, overflow="fold")
    return made


def facts(rows: list[tuple[str, str]]) -> Table:
    """Return lines of a name and a text; long texts are wrapped in their own column."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(Text(terminal(name)), Text(terminal(value)))
    return grid


def one_line(text: object) -> str:
    """Return a message on one line, without control characters."""
    return terminal(" ".join(str(text).split()))


def styled(text: str, style: str) -> Text:
    """Return text in a colour or weight, for a line or a table's cell."""
    from rich.text import Text

    return Text(terminal_lines(text), style)


def say(message: object) -> None:
    """Print one line on standard output."""
    _line(message, "", "", stderr=False)


def note(message: object) -> None:
    """Print one line of advice on standard error."""
    _line(message, "note: ", "cyan", stderr=True)


def warn(message: object) -> None:
    """Print one line of warning on standard error."""
    _line(message, "warning: ", "yellow", stderr=True)


def complain(message: object) -> None:
    """Print one line of error on standard error."""
    _line(message, "error: ", "bold red", stderr=True)


def _line(message: object, prefix: str, style: str, *, stderr: bool) -> None:
    from rich.text import Text

    console(stderr=stderr).print(Text.assemble((prefix, style), one_line(message)), soft_wrap=True)


@contextmanager
def counting(what: str) -> Iterator[Callable[[int], None]]:
    """Yield a function that shows a number on standard error, which goes when the block ends; on terminals only."""
    shown = console(stderr=True)
    with shown.status("") as status:
        yield lambda number: status.update(f"{number:,} {what}")


def error_size(value: float) -> str:
    """Return a difference with two digits, or "0"."""
    return "0" if value == 0 else f"{value:.1e}"
