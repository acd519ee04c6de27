"""Kinds of rows: one class for each, which answers every question that depends on what a row is."""

from __future__ import annotations

from skl2tflite.features.rows.base import RowKind, RowsFile
from skl2tflite.features.rows.dicts import record_names
from skl2tflite.features.rows.hashed import HashedRows
from skl2tflite.features.rows.images import ImageRows
from skl2tflite.features.rows.labels import LabelRows
from skl2tflite.features.rows.records import RecordRows
from skl2tflite.features.rows.sets import SetRows
from skl2tflite.features.rows.table import TABLE, TableRows
from skl2tflite.features.rows.text import TextRows
from skl2tflite.features.rows.values import ValueRows
from skl2tflite.stored import AnyRows

KINDS: dict[str, type[RowKind]] = {
    each.kind: each for each in (TableRows, ValueRows, TextRows, LabelRows, SetRows, RecordRows, HashedRows, ImageRows)
}
"""All kinds of rows, by their names in files."""


def kind_from_facts(facts: AnyRows) -> RowKind:
    """Return what :meth:`RowKind.to_json` wrote."""
    return KINDS[str(facts.__struct_config__.tag)].from_facts(facts)


__all__ = [
    "KINDS",
    "TABLE",
    "HashedRows",
    "ImageRows",
    "LabelRows",
    "RecordRows",
    "RowKind",
    "RowsFile",
    "SetRows",
    "TableRows",
    "TextRows",
    "ValueRows",
    "kind_from_facts",
    "record_names",
]
