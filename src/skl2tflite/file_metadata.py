"""The TFLite metadata of a file: what its tensors hold, in words, and files of labels and vocabularies."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count
from typing import Any, Literal

from numpy.typing import NDArray

from skl2tflite import digest
from skl2tflite.backends.tflite import metadata, min_runtime
from skl2tflite.backends.tflite.program import Program
from skl2tflite.escaping import line
from skl2tflite.examples import Examples
from skl2tflite.features import ColumnSpec, Features
from skl2tflite.method_output import GIVE_LABELS, MethodOutput
from skl2tflite.model_metadata import CUSTOM_NAME, METADATA_NAME, ModelFacts


def add_metadata(program: Program, facts: ModelFacts, classes: Sequence[NDArray[Any]] | None) -> dict[str, bytes]:
    """Add the TFLite metadata to a program.

    Parameters
    ----------
    program : Program
    facts : ModelFacts
    classes : sequence of ndarray, optional
        Labels of a classifier, for each of its outputs.

    Returns
    -------
    dict of str to bytes
        Files of labels and vocabularies that the metadata names, to be appended to the packed program.
    """
    files = {label_file(i, len(classes or ())): _lines(labels) for i, labels in enumerate(classes or ())}
    vocabularies = {} if facts.runtime.is_microcontroller else _vocabulary_files(facts.features, files)
    files.update({name: _lines(column.categories or ()) for column, name in vocabularies.values()})
    signatures = {signature.subgraph: signature for signature in program.signatures}
    subgraphs = []
    for index, subgraph in enumerate(program.subgraphs):
        if index not in signatures:
            subgraphs.append(metadata.SubgraphInfo(subgraph.name))
            continue
        method = signatures[index].key
        outputs = [
            metadata.TensorInfo(
                name,
                f"{method} of {facts.estimator}{facts.methods[method].note}",
                *_labelling(facts.methods[method], method, i, files, len(classes or ())),
            )
            for i, name in enumerate(signatures[index].outputs)
        ]
        features = facts.features_of(method)
        examples = facts.examples if method not in facts.takes else None
        inputs = tuple(
            _with_values(_input_info(name, features, vocabularies), features, examples)
            for name in signatures[index].inputs
        )
        subgraphs.append(metadata.SubgraphInfo(method, "", inputs, tuple(outputs)))
    info = metadata.ModelInfo(
        name=facts.estimator,
        description=program.description,
        version=facts.versions["skl2tflite"],
        subgraphs=tuple(subgraphs),
        custom={CUSTOM_NAME: digest.with_place(facts.to_bytes())},
    )
    program.add_metadata(METADATA_NAME, metadata.pack(info))
    if facts.runtime.has_older_releases:
        program.add_metadata(min_runtime.METADATA_NAME, min_runtime.needed(program, facts.nan_operators).metadata)
    return files


def _labelling(
    info: MethodOutput, method: str, output: int, files: Mapping[str, bytes], outputs: int
) -> tuple[str | None, Literal["axis", "values"]]:
    """Name the file of labels that an output's last axis, or its values, refer to.

    Parameters
    ----------
    info : MethodOutput
    method : str
    output : int
        Position of the output among the method's.
    files : mapping of str to bytes
        The files of labels by name.
    outputs : int
        Number of outputs that have labels.
    """
    if method in ("predict_proba", "predict_log_proba"):
        name = label_file(output, outputs)
        return (name if name in files else None), "axis"
    if method in GIVE_LABELS and info.labels is not None and outputs == 1:
        return label_file(0, 1), "values"
    return None, "axis"


_READ = {
    "characters": "Unicode code points of a text, shape (1, length)",
    "tokens": "ids of a text's terms, shape (1, number): their lines in the vocabulary from 0, -1: unknown; without a "
    "vocabulary their MurmurHash3 (x86, 32 bits, seed 0, of UTF-8)",
    "counts": "how often each term of the vocabulary is in a text",
}
"""What inputs hold that a vectorizer reads."""


def _input_info(
    name: str, features: Features, vocabularies: Mapping[str, tuple[ColumnSpec, str]]
) -> metadata.TensorInfo:
    """Describe an input: all features, or one column.

    Parameters
    ----------
    name : str
        Name of the input.
    features : Features
    vocabularies : mapping of str to (ColumnSpec, str)
        Columns that are given as codes, each with the name of its vocabulary's file.
    """
    if features.columns is None:
        absent = "; NaN for what sparse rows do not hold" if features.absent_is_nan and features.only else ""
        return metadata.TensorInfo(name, features.rows.about_matrix(features.count, features.names) + absent)
    about = _READ.get(next((column.dtype for column in features.columns if column.name == name), ""))
    if about is not None:
        return metadata.TensorInfo(
            name, about, *((vocabularies[name][1], "vocabulary") if name in vocabularies else ())
        )
    about = features.rows.about_column(in_codes=name in vocabularies)
    return metadata.TensorInfo(name, about, *((vocabularies[name][1], "vocabulary") if name in vocabularies else ()))


def _with_values(info: metadata.TensorInfo, features: Features, examples: Examples | None) -> metadata.TensorInfo:
    """Return what there is to say of an input, with the range of its numbers and, of a column, a typical value.

    Parameters
    ----------
    info : TensorInfo
    features : Features
    examples : Examples, optional
    """
    if examples is None:
        return info
    column = next((each.feature for each in features.columns or () if each.name == info.name), None)
    ranges = examples.ranges if column is None else examples.ranges[column : column + 1]
    known = [each for each in ranges if each is not None]
    if known and len(known) == len(ranges):
        info = replace(info, least=tuple(low for low, _ in known), greatest=tuple(high for _, high in known))
    typical = None if column is None or not examples.typical else examples.typical[column]
    return info if typical is None else replace(info, description=f"{info.description}; typically {typical}")


def _vocabulary_files(features: Features, taken: Collection[str]) -> dict[str, tuple[ColumnSpec, str]]:
    """Return the names of the columns that are given as codes, each with the name of its vocabulary's file."""
    files: dict[str, tuple[ColumnSpec, str]] = {}
    used = set(taken)
    for column in features.columns or ():
        if column.categories is not None:
            stem = re.sub(r"[^\w.-]+", "_", column.name)[:_LONGEST] or "column"
            name = next(
                n for n in (f"{stem}{end}.txt" for end in chain([""], (f"_{i}" for i in count(2)))) if n not in used
            )
            used.add(name)
            files[column.name] = column, name
    return files


def _lines(items: Iterable[object]) -> bytes:
    return "".join(f"{line(item)}\n" for item in items).encode()


_LONGEST = 100
"""Characters of a file's name that are a column's."""


def label_file(output: int, outputs: int) -> str:
    """Return the name of the file with the labels of one of several outputs."""
    return "labels.txt" if outputs == 1 else f"labels_{output}.txt"
