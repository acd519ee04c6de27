"""Texts stay texts: what reads each place's language finds the text, and nothing else."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from skl2tflite import escaping
from tests.hostile import HOSTILE


@pytest.mark.parametrize("text", HOSTILE)
def test_terminal(text):
    shown = escaping.terminal(text)
    assert shown.isprintable()
    if text.isprintable():
        assert shown == text
    lines = escaping.terminal_lines(f"{text}\n\x1b")
    assert lines.replace("\n", "").isprintable()
    assert lines.endswith("\n\\x1b")


@pytest.mark.parametrize("text", HOSTILE)
def test_json(text):
    written = escaping.json({text: [text]})
    assert json.loads(written) == {text: [text]}
    assert written.replace("\n", "").isprintable()


@pytest.mark.parametrize("text", HOSTILE)
def test_lines(text):
    assert len(f"{escaping.line(text)}.".splitlines()) == 1
    escaping.line(text).encode()


def test_lines_keep_what_breaks_none():
    for text in ("a  b", "e\u0301", "नमस्\u200dते", "\xa0", "\\n"):
        assert escaping.line(text) == text
    assert escaping.line("a\nb\0") == "a\\nb\\x00"


@pytest.mark.parametrize("text", HOSTILE)
def test_cpp_comments(text):
    written = escaping.cpp_comment(text)
    assert written.isprintable()
    assert not written.endswith("\\")
    assert "??/" not in written


def test_cpp_comments_are_readable():
    assert escaping.cpp_comment("a\nb\\") == "a b"
    assert escaping.cpp_comment("größe \\ y") == "größe / y"


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
def test_cpp_strings(tmp_path: Path):
    """The compiler reads them back, behind comments of the same texts."""
    source = tmp_path / "texts.cc"
    lines = [f"    {escaping.cpp_string(text)},  // {escaping.cpp_comment(text)}" for text in HOSTILE]
    source.write_text(
        "#include <cstdio>\nstatic const char* const kTexts[] = {\n" + "\n".join(lines) + "\n};\n"
        "int main() {\n  for (const char* text : kTexts) std::fwrite(text, 1, __builtin_strlen(text) + 1, stdout);\n}\n"
    )
    flags = ["-std=c++17", "-trigraphs", "-Wall", "-Wextra", "-Werror", "-Wno-trigraphs"]
    subprocess.run(["g++", *flags, str(source), "-o", str(tmp_path / "texts")], check=True, timeout=60)
    printed = subprocess.run([tmp_path / "texts"], check=True, capture_output=True, timeout=60).stdout
    assert printed.split(b"\0")[:-1] == [text.encode(errors="surrogatepass") for text in HOSTILE]


MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def shown_by_markdown(document: str) -> list[tuple[str, str]]:
    """The kinds of a document's inline parts, and their texts."""
    inline = [token for token in MARKDOWN.parse(document) if token.type == "inline"]
    return [(part.type, part.content) for token in inline for part in token.children or ()]


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown(text):
    shown = escaping.terminal(text)
    table = f"| a | b |\n|---|---|\n| x{escaping.markdown(text)}x | y |\n"
    cells = [("".join(text for kind, text in [part])) for part in shown_by_markdown(table)]
    assert "".join(cells[2:-1]) == f"x{shown}x", cells
    assert {kind for kind, _ in shown_by_markdown(f"x {escaping.markdown(text)} x")} <= {"text"}
    parts = shown_by_markdown(f"x {escaping.markdown_code(text)} x")
    assert [kind for kind, _ in parts] == ["text", "code_inline", "text"], parts
    assert parts[1][1].strip() == shown.strip()


@pytest.mark.parametrize("text", HOSTILE)
def test_html(text):
    found: list[object] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, attrs))

        def handle_data(self, data: str) -> None:
            found.append(data)

    parser = Parser()
    parser.feed(f"<p title='{escaping.html(text)}' id=\"{escaping.html(text)}\">.{escaping.html(text)}</p>")
    parser.close()
    shown = escaping.terminal(text)
    assert found == [("p", [("title", shown), ("id", shown)]), f".{shown}"]


@pytest.mark.parametrize("text", HOSTILE)
def test_csv(text):
    file = io.StringIO()
    csv.writer(file).writerow([escaping.csv_cell(text), "y"])
    ((cell, other),) = csv.reader(io.StringIO(file.getvalue()))
    assert other == "y"
    assert cell.removeprefix("'").isprintable()
    assert not cell.strip().startswith(tuple("=+-@＝＋－＠"))
