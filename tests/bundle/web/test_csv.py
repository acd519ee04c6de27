"""Pasted rows in JavaScript: cells, columns in any order, values, and what is saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bundle.web.scripts import in_node, needs_node

pytestmark = needs_node

PARSE = 'const { parseCsv } = await import("./csv.js"); return parseCsv(given);'
ARRANGE = """
const { arrange } = await import("./csv.js");
const features = given.names.map((name) => ({ name, absent: name === "unread" ? "not read" : "missing" }));
try { return arrange(given.lines, features); }
catch (error) { return error.message; }
"""
READ = """
const { readCell } = await import("./csv.js");
const feature = { name: "f", missing_text: null, categories: null, ...given.feature };
return given.cells.map((cell) => { try { return readCell(feature, cell); } catch (error) { return error.message; } });
"""


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        ("a;b\r\n1,5;2\r\n", [["a", "b"], ["1,5", "2"]]),
        ("a\tb\n1\t2", [["a", "b"], ["1", "2"]]),
        ('"a;x","b"\n"say ""hi""","two\nlines"\n', [["a;x", "b"], ['say "hi"', "two\nlines"]]),
        ("\n\na,b\n\n,\n", [["a", "b"], ["", ""]]),
        ("", []),
    ],
)
def test_cells(text: str, lines: list[list[str]], tmp_path: Path) -> None:
    assert in_node(tmp_path, PARSE, text) == lines


def test_columns_are_found_by_name_or_by_position(tmp_path: Path) -> None:
    def arranged(lines: list[list[str]], *names: str) -> object:
        return in_node(tmp_path, ARRANGE, {"lines": lines, "names": names})

    assert arranged([["b", "other", "a"], ["1", "2", "3"], ["4"]], "a", "b") == [["3", "1"], ["", "4"]]
    assert arranged([["1", "2"], ["3", "4"]], "a", "b") == [["1", "2"], ["3", "4"]]
    assert arranged([["a"], ["1"]], "a", "unread") == [["1", ""]]
    assert arranged([["a", "x"], ["1", "2"]], "a", "b") == "there is no column b"
    assert arranged([["1", "2"], ["3"]], "a", "b") == (
        "the first line names no feature, and line 2 has 1 cells where there are 2 features"
    )
    assert arranged([], "a") == "there are no rows"


def test_cells_become_values(tmp_path: Path) -> None:
    def read(feature: dict[str, object], *cells: str) -> object:
        return in_node(tmp_path, READ, {"feature": feature, "cells": cells})

    assert read({"kind": "number"}, "1", " -2.5e3 ", ".5", "", "NaN", "1e999x", "3,5", "0x10") == [
        1, -2500, 0.5, None, None, "f: 1e999x is not a number", "f: write 3.5, with a point", "f: 0x10 is not a number",
    ]  # fmt: skip
    assert read({"kind": "number", "missing_text": "?"}, "?") == [None]
    assert read({"kind": "boolean"}, "true", "0", "No", "2") == [True, False, False, "f: 2 is neither true nor false"]
    assert read({"kind": "category", "categories": ["a", " b"]}, "a", " a", " b", "", "c") == [
        "a",
        "a",
        " b",
        None,
        "c",
    ]
    assert read({"kind": "category", "categories": [""]}, "") == [""]
    assert read({"kind": "text"}, "", " x ") == ["", " x "]


def test_what_is_saved_is_no_formula(tmp_path: Path) -> None:
    script = 'const { writeCsv } = await import("./csv.js"); return writeCsv(given);'
    lines = [["=1+1", -1, " @x"], ['say "hi"', "a,b", None], ["two\nlines", True, "－1"]]
    assert in_node(tmp_path, script, lines) == ('\'=1+1,-1,\' @x\r\n"say ""hi""","a,b",\r\n"two\nlines",true,\'－1\r\n')
