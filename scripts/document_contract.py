"""Write ``docs/app_contract.schema.json``, and the tables of ``docs/contract.md``, from the classes of the contract."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from skl2tflite.app_contract import json_schema

DOCS = Path(__file__).parents[1] / "docs"
SCHEMA, PAGE = DOCS / "app_contract.schema.json", DOCS / "contract.md"
BEGIN, END = "<!-- written by scripts/document_contract.py -->\n", "<!-- to here -->"
OBJECTS = ("AppContract", "Feature", "Method", "Input", "Output", "NoAnswer", "Golden")
"""In the order of the page."""


def schema_text() -> str:
    """Return the JSON schema as the file holds it."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def tables() -> str:
    """Return a table of the fields of each object, in Markdown."""
    definitions: Mapping[str, Any] = json_schema()["$defs"]
    return "\n".join(_table(name, definitions[name]) for name in OBJECTS)


def _table(name: str, definition: Mapping[str, Any]) -> str:
    rows = "".join(
        f"| `{field}` | {_kind(held)} | {_said(held)} |\n" for field, held in definition["properties"].items()
    )
    return f"### {name}\n\n{definition['description']}\n\n| field | JSON | what it says |\n|---|---|---|\n{rows}"


def _said(held: Mapping[str, Any]) -> str:
    values = "; ".join(f"`{value}`" for value in _values(held))
    return " ".join(filter(None, (held.get("description", ""), f"One of {values}." if values else ""))).replace(
        "|", "\\|"
    )


def _values(held: Mapping[str, Any]) -> Iterator[str]:
    for each in held.get("anyOf", (held,)):
        yield from (str(value) for value in each.get("enum", ()) if value is not None)


def _kind(held: Mapping[str, Any]) -> str:
    """Return the JSON type of a field in words."""
    kinds = (kind for each in held.get("anyOf", (held,)) for kind in _name(each).split(" or "))
    return " or ".join(dict.fromkeys(kinds))


def _name(held: Mapping[str, Any]) -> str:
    if "$ref" in held:
        return f"[{held['$ref'].split('/')[-1]}](#{held['$ref'].split('/')[-1].lower()})"
    if "enum" in held:
        return "null" if held["enum"] == [None] else "string"
    if held.get("type") == "array":
        inner = held.get("items") or next(iter(held.get("prefixItems", [])), None)
        return f"array of {_kind(inner)}" if isinstance(inner, dict) and inner else "array"
    return str(held.get("type", "any value"))


def main() -> None:
    """Write both files."""
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{tables()}\n{END}{rest.split(END, 1)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
