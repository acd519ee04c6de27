"""Write what the reader of .tflite files knows of the format: ``schema.json`` and ``operators.json``.

Both come from a release of LiteRT (github.com/google-ai-edge/LiteRT), whose folder the script is given: the tables from
``tflite/converter/schema/schema.fbs``, the operands of operators from ``tflite/converter/ir/tfl_ops.td``, which says
what its converter writes. Kernels take other operands than it says, and the newest operators are not there: what was
read in their source is in ``scripts/operator_signatures.json``, and goes first.
"""

import argparse
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ai_edge_litert import schema_py_generated as schema

OUTPUT = Path(__file__).parents[1] / "src/skl2tflite/backends/tflite"
BY_HAND = Path(__file__).with_name("operator_signatures.json")
SCHEMA, OPERATORS = "tflite/converter/schema/schema.fbs", "tflite/converter/ir/tfl_ops.td"

NEWER_FIELDS = {
    "BlockwiseQuantization": [("block_shape", "[int]")],
    "FullyConnectedOptions": [("quant_spec", "[ubyte]")],
}
"""Fields that the module ``schema_py_generated`` of ai-edge-litert 2.3.0 has, and no schema.fbs up to LiteRT 2.2.0."""

DTYPES = {
    "F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64", "AnyFloat": "float32|float16|float64",
    "F8E4M3FN": "float8_e4m3fn", "F8E5M2": "float8_e5m2", "I1": "bool", "I4": "int4", "I8": "int8", "I16": "int16",
    "I32": "int32", "SI32": "int32", "I64": "int64", "UI8": "uint8", "UI16": "uint16", "UI32": "uint32",
    "UI64": "uint64", "QI2": "int2", "QI4": "int4", "QI8": "int8", "QI16": "int16", "QI32": "int32", "QUI8": "uint8",
    "QUI16": "uint16", "QUI32": "uint32", "TFL_Quint8": "uint8", "TFL_Uint8": "uint8", "TFL_Str": "string",
    "TFL_I4": "int4", "TFL_Int32Or64": "int64|int32", "Complex<F<32>>": "complex64", "Complex<F<64>>": "complex128",
}  # fmt: skip
"""Dtypes of schema.fbs, by the names that tfl_ops.td has for them."""
NAMED = {
    "TFL_I32Tensor": "int32", "TFL_I64Tensor": "int64", "TFL_BoolTensor": "bool", "TFL_FpTensor": "float32",
    "TFL_I32OrI64Tensor": "int64|int32", "TFL_Int32Or64Tensor": "int64|int32", "TFL_StrTensor": "string",
    "TFL_ResourceTensor": "resource", "TFL_StatefulTensor": "float32|int16|int8",
}  # fmt: skip
"""Dtypes of the types of tensors that have a name of their own."""
ORDER = (
    "float32", "float16", "bfloat16", "float64", "float8_e4m3fn", "float8_e5m2", "int64", "int32", "int16", "int8",
    "int4", "int2", "uint64", "uint32", "uint16", "uint8", "bool", "string", "complex64", "complex128", "resource",
    "variant",
)  # fmt: skip


def tables_of(text: str) -> tuple[dict[str, list[str]], dict[str, dict[str, str]]]:
    """Return the unions of a schema, and the tables that a model is made of, each field with its type and default."""
    text = re.sub(r"//.*|\(deprecated\)", "", text)
    enums = dict(re.findall(r"enum\s+(\w+)\s*:\s*(\w+)", text))
    bodies = dict(re.findall(r"enum\s+(\w+)\s*:\s*\w+\s*\{(.*?)\}", text, re.S))
    unions = {
        name: [part.strip() for part in body.split(",") if part.strip()]
        for name, body in re.findall(r"union\s+(\w+)\s*\{(.*?)\}", text, re.S)
    }
    tables = {
        name: dict(_fields(body, enums, bodies, unions))
        for name, body in re.findall(r"table\s+(\w+)\s*\{(.*?)\}", text, re.S)
    }
    for name, fields in NEWER_FIELDS.items():
        tables[name] |= {field: kind for field, kind in fields if field not in tables[name]}
    reached: set[str] = set()
    left = ["Model"]
    while left:
        name = left.pop()
        if name in tables and name not in reached:
            reached.add(name)
            kinds = [kind.split(" ")[0].strip("[]") for kind in tables[name].values()]
            left += [part for kind in kinds for part in (kind, *unions.get(kind, ()))]
    return unions, {name: fields for name, fields in tables.items() if name in reached}


def _fields(
    body: str, enums: Mapping[str, str], bodies: Mapping[str, str], unions: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    for declared in body.split(";"):
        found = re.match(r"\s*(\w+)\s*:\s*(\[?)(\w+)\]?\s*(?:=\s*([\w.+-]+))?", declared)
        if not found:
            continue
        name, vector, kind, default = found.groups()
        if kind in unions:
            yield f"{name}_type", "ubyte"
        elif kind in enums:
            default = default and str(_value(bodies[kind], default))
            kind = enums[kind]
        kind = kind.replace("int32", "int")
        shown = "" if default in (None, "0", "false") else f" = {default}"
        yield name, (f"[{kind}]" if vector else kind) + shown


def _value(body: str, name: str) -> int:
    """Return the number of a name of an enumeration."""
    if re.fullmatch(r"-?\d+", name):
        return int(name)
    value = -1
    for entry in filter(None, map(str.strip, body.split(","))):
        known, _, given = map(str.strip, entry.partition("="))
        value = int(given) if given else value + 1
        if known == name:
            return value
    raise ValueError(f"no {name} in {body}")


def operators_of(text: str) -> dict[str, str]:
    """Return the operands and results of the operators of tfl_ops.td, by their names in schema.fbs."""
    text = re.sub(r"//.*", "", text) + "\ndef X :"
    found = {}
    for match in re.finditer(
        r"^(?:def|class) (\w+)\s*(?:<[^>]*>)?\s*:\s*(\w+)<(.*?)(?=^(?:def|class) )", text, re.S | re.M
    ):
        definition, base, body = match.groups()
        name = re.search(r'(?:^|,)\s*"(\w+)"', base + "," + body[:400])
        if definition.startswith("TFL_") and name:
            sides = [_types(body, r"arguments\s*=\s*\(\s*ins"), _types(body, r"results\s*=\s*\(\s*outs")]
            found[name[1].upper()] = " -> ".join(sides).strip()
    return found


def _types(body: str, start: str) -> str:
    declared = re.search(rf"(?:let )?{start}(.*?)\)\s*;", body, re.S)
    pairs = re.findall(r"((?:\w|::)+(?:<(?:[^<>]|<[^<>]*>)*>)?)\s*:\s*\$\w+", declared[1] if declared else "", re.S)
    return ", ".join(_dtypes(re.sub(r"\s+", " ", each)) for each in pairs if "Attr" not in each)


def _dtypes(declared: str) -> str:
    listed = re.search(r"\[(.*?)\]", declared)
    names = [part.strip() for part in listed[1].split(",")] if listed else []
    dtypes = {dtype for name in names for dtype in DTYPES.get(name, "").split("|") if dtype}
    shown = "|".join(sorted(dtypes, key=ORDER.index)) if listed else NAMED.get(declared)
    mark = "?" if "OrNone" in declared else "+" if "Variadic" in declared else ""
    return (shown or "any") + mark


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("litert", type=Path, help="folder of a release of LiteRT's source")
    parser.add_argument("--release", default="v2.2.0", help="its name, which the files say")
    arguments = parser.parse_args()
    source = f"github.com/google-ai-edge/LiteRT {arguments.release}, "
    command = "python scripts/make_format_tables.py LITERT"

    unions, tables = tables_of((arguments.litert / SCHEMA).read_text())
    _write("schema.json", source + SCHEMA, command, {"unions": unions, "tables": tables})

    derived = operators_of((arguments.litert / OPERATORS).read_text())
    by_hand = json.loads(BY_HAND.read_text())
    names = [name for name in vars(schema.BuiltinOperator) if not name.startswith("_")]
    missing = [name for name in names if name not in by_hand and name not in derived]
    if missing:
        raise SystemExit(f"read the kernels of {', '.join(missing)}, and add them to {BY_HAND.name}")
    signatures = {name: by_hand.get(name, derived.get(name)) for name in sorted(names)}
    _write("operators.json", f"{source}{OPERATORS}, and its kernels", command, {"operators": signatures})


def _write(name: str, source: str, command: str, parts: Mapping[str, Mapping[str, object]]) -> None:
    """Write a file with a line for each entry, and tell whether it has changed."""
    head = json.dumps({"generated": {"command": command, "source": source}}, indent=1)[:-2]
    for part, entries in parts.items():
        lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in entries.items())
        head += f',\n "{part}": {{\n{lines}\n }}'
    path, text = OUTPUT / name, head + "\n}\n"
    print(name, "is as it was" if path.exists() and path.read_text() == text else "has changed")
    path.write_text(text)


if __name__ == "__main__":
    main()
