"""Columns that are inputs of a file: which, and what each holds."""

from __future__ import annotations

from collections.abc import Mapping

from skl2tflite.backends.tflite.lowering.emitter import WIDTHS
from skl2tflite.converters import Converter
from skl2tflite.converters.core.method_graph import Traced
from skl2tflite.errors import ConversionError
from skl2tflite.features import ColumnSpec
from skl2tflite.features.texts import analyzer_of, described
from skl2tflite.graph import DType


def input_names(converter: Converter) -> list[str]:
    """Return the names of the columns' tensors."""
    return converter.rows.tensor_names(converter.feature_names, converter.n_features)


def column_specs(
    converter: Converter, traced: Mapping[str, Traced], kinds: Mapping[int, DType]
) -> tuple[ColumnSpec, ...]:
    """Return the columns that some method takes.

    Parameters
    ----------
    converter : Converter
    traced : mapping of str to Traced
        The methods' graphs by name.
    kinds : mapping of int to DType
        Of the features that some method has asked for.

    Raises
    ------
    ConversionError
        Where a file cannot tell two columns apart, or cannot hold a vocabulary.
    """
    names = input_names(converter)
    taken = {name: tensor for result in traced.values() for name, tensor in result.graph.inputs.items()}
    terms = {name: terms for result in traced.values() for name, terms in result.call.rows.columns.made.items()}
    twice = sorted(name for name in taken if names.count(name) > 1)
    if twice:
        raise ConversionError(f"more than one column is called {twice[0]!r}; a tensor for each needs distinct names")
    in_characters = [name for name, tensor in taken.items() if tensor.ndim > converter.rows.column_axes]
    missing = {name: text for result in traced.values() for name, text in result.call.rows.columns.missing.items()}
    columns = [
        ColumnSpec(
            names[feature],
            feature,
            "characters" if names[feature] in in_characters else WIDTHS[kind],
            missing=missing.get(names[feature]),
            digits=any(names[feature] in result.call.rows.columns.digits for result in traced.values()),
            length=taken[names[feature]].shape[-1] if names[feature] in in_characters else None,
        )
        for feature, kind in sorted(kinds.items())
        if names[feature] in taken and names[feature] not in terms
    ]
    for name, read in terms.items():
        dtype = "counts" if taken[name].dtype == DType.FLOAT else "tokens"
        broken = next((term for term in read.vocabulary or () if "\n" in term or "\r" in term), None)
        if broken is not None:
            instead = "use text='characters'" if dtype == "tokens" else "fit it on texts without line breaks"
            raise ConversionError(
                f"the vectorizer of {name!r} has the term {broken!r}, and a vocabulary has one on each line; {instead}"
            )
        columns.append(
            ColumnSpec(
                name,
                read.feature,
                dtype,
                read.vocabulary,
                described(read),
                analyzer_of(read.vectorizer),
                length=taken[name].shape[-1] if dtype == "tokens" else None,
            )
        )
    return tuple(columns)
