"""Reading rows: names, labels, delimiters, and cells that are no numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skl2tflite.errors import InvalidInputError
from skl2tflite.row_files.rows import read_rows

NAMES = "mean radius,mean texture,mean area,worst area"


@pytest.fixture
def read(tmp_path):
    def from_text(text, estimator, target_column=None, encoding="utf-8", tell=str):
        path = tmp_path / "rows.csv"
        path.write_text(text, encoding=encoding)
        return read_rows(path, estimator, target_column, tell)

    return from_text


@pytest.fixture
def refused(read):
    def with_words(text, estimator, *words, target_column=None):
        with pytest.raises(InvalidInputError) as caught:
            read(text, estimator, target_column)
        assert "\n" not in str(caught.value)
        for word in words:
            assert word in str(caught.value)

    return with_words


ROWS = [[1.0, 2.0, 3.0, 4.0], [5.5, -6.0, 7e3, 8.0]]


@pytest.mark.parametrize(
    "text",
    [
        f"{NAMES}\n1,2,3,4\n5.5,-6,7e3,8\n",
        "1,2,3,4\n5.5,-6,7e3,8",
        "1;2;3;4\n5.5;-6;7e3;8\n",
        "1\t2\t3\t4\r\n5.5\t-6\t7e3\t8\r\n",
        '\n"1", 2,3,4\n\n5.5,"-6",7e3,8\n\n',
        "0,1,2,3\n1,2,3,4\n5.5,-6,7e3,8\n",
    ],
)
def test_ways_to_write_the_same_rows(read, pipeline, nameless, text):
    assert np.array_equal(read(text, nameless), ROWS)
    frame = read(text, pipeline)
    assert isinstance(frame, pd.DataFrame)
    assert list(frame) == NAMES.split(",")
    assert np.array_equal(frame, ROWS)


def test_byte_order_mark(read, pipeline):
    assert len(read(f"{NAMES}\n1,2,3,4\n", pipeline, encoding="utf-8-sig")) == 1


def test_columns_in_another_order(read, pipeline):
    told = []
    frame = read("worst area,id,mean area,mean texture,mean radius\n4,a7,3,2,1\n", pipeline, tell=told.append)
    assert np.array_equal(frame, ROWS[:1])
    assert ["left out 'id'" in line for line in told] == [True]


def test_empty_cells_are_missing_values(read, nameless):
    values = read("1,,3,NA\nnan,2,N/A,null\n", nameless)
    assert np.array_equal(np.isnan(values), [[False, True, False, True], [True, False, True, True]])


@pytest.mark.parametrize("target_column", ["label", "4", "-1"])
def test_labels_are_left_out(read, nameless, pipeline, target_column):
    text = f"{NAMES},label\n1,2,3,4,benign\n5.5,-6,7e3,8,malignant\n"
    assert np.array_equal(read(text, nameless, target_column), ROWS)
    assert np.array_equal(read(text, pipeline, target_column), ROWS)


def test_labels_without_names(read, nameless):
    assert np.array_equal(read("benign,1,2,3,4\nmalignant,5.5,-6,7e3,8\n", nameless, "0"), ROWS)


def test_no_rows(refused, nameless, pipeline):
    refused("", nameless, "is empty")
    refused("\n\n", nameless, "is empty")
    refused(f"{NAMES}\n", pipeline, "holds no rows")


def test_wrong_columns(refused, nameless, pipeline):
    refused("1,2,3\n", nameless, "has 3 columns of features", "takes 4")
    refused("1,2,3,4,0\n", nameless, "has 5", "--target-column")
    refused("mean radius,b,c,d\n1,2,3,4\n", pipeline, "lacks 'mean texture', 'mean area', 'worst area'")
    refused(f"{NAMES},mean area\n1,2,3,4,5\n", pipeline, "more than one column 'mean area'")
    refused(f"{NAMES}\n1,2,3,4\n", pipeline, "no column 'label'", target_column="label")
    refused("1,2,3,4\n", nameless, "no column '9'", "4 without names", target_column="9")


def test_ragged_lines(refused, nameless):
    refused("1,2,3,4\n1,2,3\n", nameless, "line 2 has 3 cells", "first has 4")
    refused("1,2,3,4\n1,2,3,4,5\n", nameless, "line 2 has 5 cells")


@pytest.mark.parametrize("cell", ["old", "1+2j", "[1]", "1_000", "0x10", "2024-01-01", "yes"])
def test_cells_that_are_no_numbers(refused, nameless, pipeline, cell):
    refused(f"1,2,3,4\n1,2,{cell},4\n", nameless, "line 2, column 2", repr(cell), "not a number")
    refused(f"{NAMES}\n1,2,3,4\n1,2,{cell},4\n", pipeline, "line 3, column 'mean area'")


def test_no_text(tmp_path, nameless):
    (tmp_path / "rows.csv").write_bytes(b"\xff\xfe\x00\x01\x80")
    with pytest.raises(InvalidInputError, match="no CSV file"):
        read_rows(tmp_path / "rows.csv", nameless)


class TestParquet:
    @pytest.fixture
    def path(self, tmp_path):
        return tmp_path / "rows.parquet"

    def test_kinds_of_numbers(self, path, pipeline):
        columns = {
            "mean radius": np.array([1, 2], np.int8),
            "mean texture": pd.array([1, None], "Int64"),
            "mean area": [True, False],
            "worst area": np.array([0.5, 1.5], np.float32),
        }
        pd.DataFrame(columns, index=[7, 9]).to_parquet(path)
        expected = [[1, 1, 1, 0.5], [2, np.nan, 0, 1.5]]
        assert np.array_equal(read_rows(path, pipeline), expected, equal_nan=True)

    def test_text(self, path, pipeline):
        pd.DataFrame([["a", 1.0, 2.0, 3.0]], columns=NAMES.split(",")).to_parquet(path)
        with pytest.raises(InvalidInputError, match=r"column 'mean radius' holds .*string values, not numbers"):
            read_rows(path, pipeline)

    def test_no_rows(self, path, pipeline, frame):
        frame[:0].to_parquet(path)
        with pytest.raises(InvalidInputError, match="holds no rows"):
            read_rows(path, pipeline)

    def test_no_parquet_file(self, path, pipeline):
        path.write_text("1,2,3,4\n")
        with pytest.raises(InvalidInputError, match="no Parquet file"):
            read_rows(path, pipeline)
