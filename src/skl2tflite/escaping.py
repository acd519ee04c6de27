"""Texts of models, files and users, spelt so that they stay texts where they go: one function for each such place.

Names of features, labels, estimators and methods may hold anything: line breaks, quotes, escape codes, formulas, code.
Whatever is generated takes such texts through one of these functions; none of them raises an error.
"""

from __future__ import annotations

import json as _json
import re
import unicodedata
from html import escape

_FORMULA = tuple("=+-@＝＋－＠")
"""What the cells that a spreadsheet computes begin with."""
_MARKDOWN = re.compile(r"[\\`*\[\]<>&|~$#]|(?<![^\W_])_")  # within and behind words Markdown takes _ as it is
_BREAKING = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode's categories of control characters, lone surrogates and separators of lines."""


def terminal(text: object) -> str:
    """Return a text in one line that a terminal shows as it is.

    Line breaks become spaces, and other characters that do not print, as escape codes, are spelt out.
    """
    shown = str(text)
    if shown.isprintable():
        return shown
    return _spelt(" ".join(shown.split()))


MOST_SHOWN = 80
"""Characters of a name that a description for people shows."""


def shortened(text: str) -> str:
    """Return a name without its middle where it is too long for a description."""
    if len(text) <= MOST_SHOWN:
        return text
    end = MOST_SHOWN // 3
    return f"{text[: MOST_SHOWN - end - 1]}…{text[-end:]}"


def terminal_lines(text: object) -> str:
    """Return a text as :func:`terminal` does, but in the lines that it has."""
    return "\n".join(map(_spelt, str(text).splitlines()))


def _spelt(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)


def json(value: object) -> str:
    """Return a value as indented JSON that a terminal shows as it is: what does not print is escaped as in JSON."""
    text = _json.dumps(value, indent=2, ensure_ascii=False)
    return "".join(c if c.isprintable() or c == "\n" else _json.dumps(c)[1:-1] for c in text)


def line(text: object) -> str:
    """Return a text as one line of a file of labels: what breaks lines is spelt out, and all else kept."""
    shown = str(text)
    return "".join(_spelt(c) if unicodedata.category(c) in _BREAKING else c for c in shown)


def cpp_comment(text: object) -> str:
    """Return a text that can follow ``//``: on one line, without a backslash at its end to continue the comment.

    It can follow ``#`` too, in CMake, in a Makefile and in YAML.
    """
    shown = "".join(c if c.isprintable() else " " for c in str(text))
    return shown.rstrip("\\ ").replace("\\", "/").replace("??/", "?/")


def cpp_string(text: str) -> str:
    """Return a C string literal of UTF-8; C takes it to end at the first NUL."""
    octets = text.encode(errors="surrogatepass")
    written = "".join(chr(o) if 32 <= o < 127 and o not in b'"\\?' else f"\\{o:03o}" for o in octets)
    return f'"{written}"'


def markdown(text: object) -> str:
    """Return a text that Markdown, and a cell of its tables, shows as it is."""
    return _MARKDOWN.sub(r"\\\g<0>", terminal(text))


def markdown_code(text: object) -> str:
    """Return a text as inline code in Markdown, between more backticks than it holds itself."""
    shown = terminal(text)
    ticks = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    space = " " if shown[:1] in ("", "`") or shown[-1:] == "`" else ""
    return f"{ticks}{space}{shown}{space}{ticks}"


def html(text: object) -> str:
    """Return a text for an element or an attribute of HTML."""
    return escape(terminal(text))


def csv_cell(text: object) -> str:
    """Return a text for a cell of CSV, which Python's :mod:`csv` quotes: one line, and no formula to a spreadsheet."""
    shown = str(text)
    return ("'" if shown.lstrip().startswith(_FORMULA) else "") + terminal(shown)
