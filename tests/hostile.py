"""Names that become something else where they are not escaped."""

HOSTILE = (
    '"); system("x"); //', "a\nint main() {}", "a\rb", "ends in \\", "??/", "*/ x /*", "// x",
    "\x1b[31mred\x1b]0;title\x07", "\x9b2J", "=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t=1", "＝1",
    "<script>alert(1)</script>", "&lt;", "' onclick='x", "`code`", "```", "` `` `", "| a | b |", "# title",
    "- item", "[x](http://x)", "![x](y)", "**bold**", "_a_", "~~x~~", "$x$", "[/bold]", "[red]", ":smile:",
    "${name}", "$(shell x)", "$ENV{x}", "%s%n", "{name}", "{{name}}", "Int", "int 2", "int", "class", "Class",
    "label", "predict", "x", "x[0]", "", " ", "  ", "\u202e", "\u2028", "\ufeff", "a,b", 'a"b', 'R"(x)"',
    "#include <x>", "#[[x", "..", "/etc/passwd", "a/b", "0", "1e3", "nan", "🙂", "é", "e\u0301", "\ud800",
    "x" * 3000, "\v\f\x1c\x85", "None", "true",
)  # fmt: skip
"""For C++, Markdown, HTML, terminals, spreadsheets, files of lines, rich, templates, make, CMake and format strings."""
