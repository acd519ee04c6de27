"""The types of a model in TypeScript: its rows by the features' names, and the answers of its methods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from skl2tflite.app_contract import AppContract, Feature, Method, Output
from skl2tflite.escaping import javascript

_MOST_ALTERNATIVES = 200
"""Most texts in a union; beyond them the type is that of any text."""
_HEAD = """// Types of the model, for editors and TypeScript.

/** A label or number, and what the model says of it. */
export interface Scored<Label> {
  label: Label;
  value: number;
}

/** A row that the model does not take; `feature` is the name of the feature that is wrong. */
export class InputError extends Error {
  readonly reason: string;
  readonly feature?: string;
}

/** A row for which scikit-learn raises an error, too. */
export class NoAnswerError extends Error {}

"""
_LOAD = """  /** How many golden rows were compared when the model was loaded. */
  readonly golden: number;
  /** What the file says of its inputs and outputs. */
  readonly contract: Readonly<Record<string, unknown>>;
  /** Frees the memory of the model. */
  delete(): void;
}

export interface LoadOptions {
  /** The folder `wasm` of @litertjs/core, as the page finds it. Not used where the app has loaded LiteRT.js itself. */
  wasm?: string;
  /** The model's file, by default model.tflite beside this module: its address, or its bytes. */
  file?: string | URL | Uint8Array;
}

/** Loads LiteRT.js and the model, and compares the golden rows; rejects where they differ. */
export function load(options: LoadOptions): Promise<Model>;
"""


def types(contract: AppContract) -> str:
    """Return the declarations of a model's module."""
    takes = [contract.features_of(method) for method in contract.methods]
    names = {features: f"Row{i or ''}" for i, features in enumerate(dict.fromkeys(takes))}
    rows = "".join(_row(name, features) for features, name in names.items())
    runs = "".join(
        f"  run(method: {javascript(method.name)}, rows: readonly {names[features]}[]): "
        f"Promise<({_answer(method)})[]>;\n"
        for method, features in zip(contract.methods, takes, strict=True)
    )
    return f"{_HEAD}{rows}export class Model {{\n{runs}{_LOAD}"


def _row(name: str, features: Sequence[Feature]) -> str:
    fields = "".join(f"  {javascript(each.name)}{_field(each)};\n" for each in features)
    values = "readonly (number | string | boolean | null)[]"
    single = f" | {_value(features[0])}" if len(features) == 1 else ""
    return (
        "/** A row: its features by name, or all of them in order. */\n"
        f"export type {name} = {{\n{fields}}} | {values}{single};\n\n"
    )


def _field(feature: Feature) -> str:
    if feature.absent == "refused":
        return f": {_value(feature)}"
    return f"?: {_value(feature)} | null"


def _value(feature: Feature) -> str:
    if feature.absent == "not read":
        return "number | string | boolean"
    only = [value for value in feature.only or () if value is not None]
    if only and len(only) <= _MOST_ALTERNATIVES:
        return _union(only)
    if feature.kind == "boolean":
        return "boolean | 0 | 1"
    if feature.kind not in ("category", "text"):
        return "number" if feature.missing_text is None else f"number | {javascript(feature.missing_text)}"
    known = feature.categories or ()
    # Editors offer the categories, and any other text is taken.
    texts = f"{_union(known)} | (string & {{}})" if 0 < len(known) <= _MOST_ALTERNATIVES else "string"
    return f"{texts} | number" if feature.whole_numbers else texts


def _union(values: Iterable[object]) -> str:
    return " | ".join(dict.fromkeys(javascript(value) for value in values))


def _answer(method: Method) -> str:
    parts = [_part(output) for output in method.outputs]
    return parts[0] if method.returns == "array" else f"[{', '.join(parts)}]"


def _part(output: Output) -> str:
    shape = output.shape[1:]
    if output.axis_labels is not None and len(shape) == 1:
        return f"Scored<{_labels([output.axis_labels])}>[]"
    one = "boolean" if output.returned_as == "bool" else "number"
    if output.value_labels is not None:
        one = _labels(output.value_labels)
    return one if not shape else f"({one})" + "[]" * len(shape)


def _labels(lists: Iterable[Sequence[object]]) -> str:
    labels = [label for each in lists for label in each]
    if len(labels) <= _MOST_ALTERNATIVES:
        return _union(labels)
    return " | ".join(sorted({_TYPES.get(type(label), "null") for label in labels}))


_TYPES: dict[type, str] = {str: "string", int: "number", float: "number", bool: "boolean"}
