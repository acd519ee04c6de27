"""Models and rows that say they are larger than their files: refused before anything is unpacked."""

from __future__ import annotations

import json
import re
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import skops.io
from pyarrow import parquet
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.image import PatchExtractor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import SVC

from skl2tflite import unpacked_sizes
from skl2tflite.cli.estimators import read_estimator
from skl2tflite.converters.core.categoricals import UnplacedCategoriesError
from skl2tflite.errors import InvalidFileError, InvalidInputError
from skl2tflite.row_files.category_columns import category_columns
from skl2tflite.row_files.chosen_columns import FeatureFile
from skl2tflite.row_files.feature_files import read_features
from skl2tflite.row_files.image_and_json_rows import read_images
from skl2tflite.row_files.parquet_files import _bytes_of
from tests.robustness.test_command_line import ends_well

X = np.random.default_rng(0).normal(size=(20, 3))
Y = (X[:, 0] > 0).astype(int)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("model") / "model.skops"
    skops.io.dump(LogisticRegression().fit(X, Y), path)
    return path


@contextmanager
def little_memory() -> Iterator[None]:
    """Within which Python and NumPy take less than 50 MB."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 5e7
    finally:
        tracemalloc.stop()


def rewritten(source: Path, target: Path, change: Any, **members: bytes) -> Path:
    """Copy a .skops file with another schema and further members."""
    with ZipFile(source) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "schema.json":
                schema = json.loads(content)
                change(schema)
                content = json.dumps(schema).encode()
            new.writestr(name, content)
        for name, content in members.items():
            new.writestr(f"{name}.npy", content)
    return target


def says_of_sizes(path: Path, size: int) -> None:
    """Change the size that an archive's directory gives for its last member."""
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\1\2")
    content[entry + 24 : entry + 28] = size.to_bytes(4, "little")
    path.write_bytes(content)


def test_an_archive_that_says_it_is_large(model, tmp_path):
    path = rewritten(model, tmp_path / "large.skops", lambda schema: None, extra=b"1")
    read_estimator(path)
    says_of_sizes(path, 2_000_000_000)
    with little_memory(), pytest.raises(InvalidFileError, match=r"would take 2 GB in memory; if you trust its maker"):
        read_estimator(path)


def test_a_schema_takes_more_in_memory_than_in_the_file(model, tmp_path):
    """Of JSON that repeats itself little is left when it is compressed, and much made when it is read."""
    path = rewritten(model, tmp_path / "schema.skops", lambda schema: schema.update(spare=[" " * 1000] * 40_000))
    assert path.stat().st_size < 200_000
    with little_memory(), pytest.raises(InvalidFileError, match=r"would take 8\d\d MB in memory"):
        read_estimator(path)


def test_members_that_are_named_often(model, tmp_path):
    """Each object that names a member reads it."""
    array = {"__class__": "ndarray", "__module__": "numpy", "__loader__": "NdArrayNode", "type": "numpy"}

    def name_often(schema: Any) -> None:
        schema["spare"] = [{**array, "file": "extra.npy", "__id__": -n} for n in range(1, 1001)]

    path = rewritten(model, tmp_path / "often.skops", name_often, extra=bytes(1_000_000))
    with little_memory(), pytest.raises(InvalidFileError, match=r"would take 1 GB in memory"):
        read_estimator(path)

    def name_one_often(schema: Any) -> None:
        schema["spare"] = [{**array, "file": "extra.npy", "__id__": -1} for _ in range(1000)]

    unpacked_sizes.check_skops(rewritten(model, tmp_path / "once.skops", name_one_often, extra=bytes(1_000_000)))


def test_archives_within(tmp_path):
    """As a sparse matrix is, which NumPy saves as an archive."""
    path = tmp_path / "sparse.skops"
    skops.io.dump(SVC().fit(csr_matrix(X), Y), path)
    read_estimator(path)
    with ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = next(name for name in members if name.endswith(".npz"))
    inner = tmp_path / "inner.npz"
    inner.write_bytes(members[name])
    says_of_sizes(inner, 3_000_000_000)
    with ZipFile(path, "w") as archive:
        for each, content in members.items():
            archive.writestr(each, inner.read_bytes() if each == name else content)
    with little_memory(), pytest.raises(InvalidFileError, match=r"would take 3 GB in memory"):
        read_estimator(path)


def test_what_is_compressed_well_is_read(tmp_path):
    words = np.array([[f"word {n}"] for n in range(3000)], dtype=object)
    skops.io.dump(OneHotEncoder().fit(words), tmp_path / "words.skops", compression=ZIP_DEFLATED, compresslevel=9)
    assert len(read_estimator(tmp_path / "words.skops").categories_[0]) == 3000


ARRAYS: dict[str, bytes] = {
    "absurd shape": b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000000,), }",
    "beyond 64 bits": b"{'descr': '<f8', 'fortran_order': False, 'shape': (10000000000000000000000,), }",
    "negative": b"{'descr': '<f8', 'fortran_order': False, 'shape': (-5,), }",
    "objects": b"{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
    "nothing, often": b"{'descr': '<U0', 'fortran_order': False, 'shape': (1000000000000,), }",
    "wide": b"{'descr': '<U250000000', 'fortran_order': False, 'shape': (2,), }",
}


def npy(header: bytes) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"1234567890123456"


@pytest.mark.parametrize("array", ARRAYS)
def test_arrays_that_are_not_what_they_say(model, tmp_path, array):
    def point(schema: Any) -> None:
        text = json.dumps(schema)
        assert re.search(r'"\d+\.npy"', text)
        schema.update(json.loads(re.sub(r'"\d+\.npy"', '"extra.npy"', text)))

    path = rewritten(model, tmp_path / "array.skops", point, extra=npy(ARRAYS[array]))
    said = ends_well("convert", path, "-o", tmp_path / "out.tflite")
    assert re.match(r"error: \S+array\.skops (cannot be loaded|is damaged)", said), said
    assert not (tmp_path / "out.tflite").exists()


@pytest.mark.parametrize(("schema", "words"), [
    (b"[" * 100_000, "nested more deeply than Python follows"),
    (b'{"content":' * 100_000, "nested more deeply than Python follows"),
    (b'{"protocol": ' + b"9" * 5000 + b"}", "cannot be loaded: ValueError"),
    (b"{}", "cannot be loaded"), (b"[]", "cannot be loaded"), (b"\xff", "cannot be loaded"), (None, "it has no schema"),
])  # fmt: skip
def test_schemas(tmp_path, schema, words):
    path = tmp_path / "model.skops"
    with ZipFile(path, "w") as archive:
        archive.writestr("schema.json" if schema is not None else "other", schema or b"")
    assert words in ends_well("convert", path)


def test_huge_integers(model, tmp_path):
    """Such as Python reads, and nothing else holds."""

    def change(schema: Any) -> None:
        text = json.dumps(schema)
        at = text.index('"n_features_in_"')
        huge = text[at:].replace('"content": "3"', '"content": "' + "9" * 4000 + '"', 1)
        schema.update(json.loads(text[:at] + huge))

    path = rewritten(model, tmp_path / "huge.skops", change)
    said = ends_well("convert", path, "-o", tmp_path / "out.tflite")
    assert said.startswith("error: "), said
    assert not (tmp_path / "out.tflite").exists()


# --- rows ---------------------------------------------------------------------------------------------


@pytest.fixture
def constant(tmp_path) -> Path:
    """Many rows of one number in a small file."""
    path = tmp_path / "rows.parquet"
    rows = 2_000_000
    table = pa.table({name: pa.DictionaryArray.from_arrays(np.zeros(rows, np.int8), pa.array([1.0])) for name in "abc"})
    parquet.write_table(table.cast(pa.schema([(name, pa.float64()) for name in "abc"])), path, use_dictionary=True)
    assert path.stat().st_size < 50_000
    return path


def test_parquet_of_constants(constant, monkeypatch):
    assert read_features(FeatureFile(constant, 3, None)).shape == (2_000_000, 3)
    monkeypatch.setattr(unpacked_sizes, "ALWAYS", 40_000_000)
    with little_memory(), pytest.raises(InvalidFileError, match=r"would take 48 MB in memory; give fewer rows"):
        read_features(FeatureFile(constant, 3, None))


def test_metadata_of_columns_is_not_asked_for():
    """Where it is damaged, pyarrow ends the process."""
    group = SimpleNamespace(num_rows=1000, total_byte_size=100)
    metadata = SimpleNamespace(num_row_groups=2, row_group=lambda index: group)
    assert _bytes_of(metadata, 3) == 2 * 8 * 3 * 1000


def test_parquet_of_lists(tmp_path):
    """Of which a row may hold any number."""
    path = tmp_path / "lists.parquet"
    parquet.write_table(pa.table({"a": [1.0], "b": [[1.0, 2.0]]}), path)
    with pytest.raises(InvalidInputError, match=r"column 'b' holds list<.*> values, not numbers"):
        read_features(FeatureFile(path, 2, None))


def test_parquet_of_one_long_text(tmp_path, monkeypatch):
    """A text that all rows share is one text in memory."""
    path = tmp_path / "texts.parquet"
    codes = np.zeros(3000, np.int32)
    texts = pa.DictionaryArray.from_arrays(codes, pa.array(["x" * 100_000])).cast(pa.string())
    parquet.write_table(pa.table({"a": texts, "b": texts}), path)
    del texts
    assert path.stat().st_size < 200_000
    with little_memory():
        rows = read_features(FeatureFile(path, 2, None, text={0: None, 1: None}))
    assert rows.shape == (3000, 2)
    assert len(rows[-1, 1]) == 100_000
    assert rows[0, 0] is rows[-1, 0]
    with little_memory(), pytest.raises(InvalidFileError, match=r"would take 600 MB in memory"):
        category_columns(FeatureFile(path, 2, ["a", "b"]), UnplacedCategoriesError("", [], frozenset()))


def test_parquet_texts_are_as_they_were(tmp_path):
    path = tmp_path / "rows.parquet"
    rows = pd.DataFrame({"a": ["x", None, "y"] * 5, "b": pd.Categorical(["u", "v", None] * 5), "c": [1.0, None, 3] * 5})
    rows.to_parquet(path, row_group_size=4)
    found = read_features(FeatureFile(path, 3, ["a", "b", "c"], text={0: {"x"}, 1: {"u"}}))
    expected = rows.astype(object).where(rows.notna(), np.nan)
    assert found[["a", "b"]].astype(object).equals(expected[["a", "b"]])
    assert np.array_equal(found["c"].astype(float), rows["c"], equal_nan=True)


def test_images_that_say_they_are_many(tmp_path):
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000, 1000), }"
    (tmp_path / "images.npy").write_bytes(npy(header))
    with little_memory(), pytest.raises(InvalidInputError, match=r"no \.npy file of numbers"):
        read_images(tmp_path / "images.npy")
    skops.io.dump(PatchExtractor(patch_size=(2, 2)).fit(np.zeros((2, 4, 4))), tmp_path / "model.skops")
    ends_well("convert", tmp_path / "model.skops", "-o", tmp_path / "out.tflite", "--data", tmp_path / "images.npy")
    assert not (tmp_path / "out.tflite").exists()


@pytest.mark.parametrize("number", ["1" + "0" * 400, "-1" + "0" * 4000, "1e999", "NaN", "Infinity"])
def test_numbers_in_json(tmp_path, number):
    from sklearn.feature_extraction import DictVectorizer

    pipeline = make_pipeline(DictVectorizer(), LogisticRegression()).fit([{"a": 1.0}, {"a": 2.0}], [0, 1])
    skops.io.dump(pipeline, tmp_path / "model.skops")
    (tmp_path / "rows.jsonl").write_text(f'{{"a": {number}}}\n')
    model, out = tmp_path / "model.skops", tmp_path / "out.tflite"
    said = ends_well("convert", model, "-o", out, "--data", tmp_path / "rows.jsonl")
    assert not out.exists()
    assert "error: " in said
    assert "defect" not in said
