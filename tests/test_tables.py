"""Tables of numbers and text: one tensor for each column, as strings or as codes."""

import io
import zipfile

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

import skl2tflite
from skl2tflite.errors import ConversionError, ConversionWarning, InvalidInputError, UnsupportedEstimatorError

CITIES = ["Paris", "Zürich", "東京", "", "São Paulo"]


def table(rows=120, seed=0):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({
        "age": random.normal(40, 10, rows).round(1),
        "home city": pd.Series(random.choice(CITIES, rows).tolist(), dtype=object),
        "customer": random.choice([5, 2**24 + 1, 2**24 + 2, 2**30 + 3], rows),
        "size": pd.Series(random.choice(["small", "large"], rows).tolist(), dtype=object),
        "smoker": random.random(rows) < 0.5,
    })  # fmt: skip
    frame.loc[random.random(rows) < 0.1, "home city"] = np.nan
    frame.loc[random.random(rows) < 0.1, "size"] = np.nan
    return frame


FRAME = table()
Y = np.where((FRAME["home city"] == "Paris") | (FRAME["age"] > 45), "yes", "no")
PIPE = make_pipeline(
    make_column_transformer(
        (StandardScaler(), ["age"]),
        (OneHotEncoder(handle_unknown="ignore"), ["home city", "customer"]),
        (
            make_pipeline(
                SimpleImputer(strategy="most_frequent", add_indicator=True),
                OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
            ),
            ["size", "home city"],
        ),
        remainder="passthrough",
    ),
    LogisticRegression(max_iter=2000),
).fit(FRAME, Y)


def unseen():
    frame = table(80, seed=1)
    frame.loc[:9, "home city"] = [
        "Rome",
        None,
        np.nan,
        "paris",
        "Paris ",
        "x" * 100_000,
        "\uffff",
        "\ufffe",
        "\ud800",
        7,
    ]
    frame.loc[:4, "size"] = ["medium", None, np.nan, "", "LARGE"]
    frame.loc[:2, "customer"] = [2**24, 2**30, -(2**31)]
    return frame.astype({"age": np.float32})


@pytest.mark.parametrize("known", ["rows", "fitted"])
@pytest.mark.parametrize("categories", ["strings", "codes"])
def test_a_table_gets_scikit_learns_answers(known, categories, tmp_path):
    model = skl2tflite.convert(PIPE, FRAME if known == "rows" else None, categories=categories)
    text = "string" if categories == "strings" else "int32"
    smoker = "bool" if known == "rows" else "float32"
    assert model.inputs == {
        "age": ("float32", (-1,)), "home city": (text, (-1,)), "customer": ("int32", (-1,)), "size": (text, (-1,)),
        "smoker": (smoker, (-1,)),
    }  # fmt: skip
    again = skl2tflite.load(model.save(tmp_path / "model.tflite"))
    for rows in (FRAME.astype({"age": np.float32}), unseen(), unseen().iloc[:1], unseen().iloc[:0]):
        for each in (model, again):
            if len(rows):
                np.testing.assert_array_equal(each.predict(rows), PIPE.predict(rows))
                np.testing.assert_allclose(each.predict_proba(rows), PIPE.predict_proba(rows), atol=1e-6)
            else:
                assert each.predict(rows).shape == (0,)
    assert skl2tflite.verify(again, PIPE, unseen()).faithful


def test_codes_are_positions_in_files_that_the_model_carries():
    model = skl2tflite.convert(PIPE, categories="codes")
    with zipfile.ZipFile(io.BytesIO(bytes(model))) as archive:
        assert set(archive.namelist()) == {"labels.txt", "home_city.txt", "size.txt"}
        assert archive.read("home_city.txt").decode() == "".join(f"{city}\n" for city in sorted(CITIES))
    tensors = model.facts.features.tensors(unseen())
    assert tensors["home city"][:10].tolist() == [-1, -3, -2, *[-1] * 7]
    assert tensors["size"][:5].tolist() == [-1, -3, -2, -1, -1]
    assert set(tensors["size"].tolist()) == {-1, -2, -3, 0, 1}


def test_micro_files_have_codes():
    model = skl2tflite.convert(PIPE, FRAME, methods=("predict",), target="micro")
    assert {dtype for dtype, _ in model.inputs.values()} == {"float32", "int32", "bool"}
    assert {shape for _, shape in model.inputs.values()} == {(1,)}
    np.testing.assert_array_equal(model.predict(unseen()), PIPE.predict(unseen()))


def test_columns_come_by_name_in_any_order_with_others():
    model = skl2tflite.convert(PIPE, FRAME)
    rows = unseen()
    expected = model.predict(rows)
    np.testing.assert_array_equal(model.predict(rows[rows.columns[::-1]].assign(more=1)), expected)
    with pytest.raises(InvalidInputError, match=r"columns are missing .*: 'size'"):
        model.predict(rows.drop(columns="size"))


@pytest.mark.parametrize(
    "dtypes",
    [
        {"home city": "category", "size": "category"},
        {"home city": "str", "size": "str", "age": "float64"},
        {"customer": "Int64", "smoker": "boolean", "age": "Float64"},
        {"customer": "int64[pyarrow]", "age": "double[pyarrow]"},
    ],
    ids=["category", "str", "nullable", "arrow"],
)
def test_dtypes_of_pandas(dtypes):
    frame, rows = FRAME.astype(dtypes), table(50, 3).astype(dtypes)
    pipe = PIPE.fit(frame, Y)
    model = skl2tflite.convert(pipe, frame)
    assert skl2tflite.verify(model, pipe, rows).faithful


def test_pandas_na_is_unknown_as_it_is_to_encoders():
    rows = FRAME.astype({"home city": "string", "size": "string"})
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(FRAME[["home city", "size"]])
    model = skl2tflite.convert(encoder)
    given = rows[["home city", "size"]]
    np.testing.assert_array_equal(model.transform(given), encoder.transform(given))


def test_polars():
    def to_polars(frame):
        return pl.DataFrame({name: column.replace({np.nan: None}).tolist() for name, column in frame.items()})

    frame = to_polars(FRAME)
    encode = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["home city", "size"]), ("passthrough", ["age"])
    )
    pipe = make_pipeline(encode, LogisticRegression()).fit(frame, Y)
    model = skl2tflite.convert(pipe, frame)
    rows = to_polars(table(50, 2))
    assert model.inputs["size"] == ("int32", (-1,))
    assert skl2tflite.verify(model, pipe, rows).faithful
    np.testing.assert_array_equal(model.predict(rows[rows.columns[::-1]]), pipe.predict(rows))


def test_arrays_of_objects_have_numbered_columns():
    X = FRAME[["home city", "size"]].to_numpy()
    encoder = OrdinalEncoder(encoded_missing_value=-5).fit(X)
    model = skl2tflite.convert(encoder, X)
    assert list(model.inputs) == ["x0", "x1"]
    np.testing.assert_array_equal(model.transform(X), encoder.transform(X))
    np.testing.assert_array_equal(model.transform(X.tolist()), encoder.transform(X))


def test_numbers_are_a_matrix_unless_asked_for():
    numbers = FRAME[["age", "smoker"]]
    pipe = make_pipeline(StandardScaler(), LogisticRegression()).fit(numbers, Y)
    assert list(skl2tflite.convert(pipe, numbers).inputs) == ["X"]
    model = skl2tflite.convert(pipe, numbers, inputs="columns")
    assert model.inputs == {"age": ("float32", (-1,)), "smoker": ("bool", (-1,))}
    rows = table(50, 4)[["age", "smoker"]].astype({"age": np.float32})
    np.testing.assert_array_equal(model.predict(rows), pipe.predict(rows))
    with pytest.raises(InvalidInputError, match="another order"):
        model.predict(rows[["smoker", "age"]])
    with pytest.raises(InvalidInputError, match=r"NaN \(row 1, feature 'smoker'\)"):
        model.predict(pd.DataFrame({"age": [1.0, 2.0], "smoker": [True, None]}))


def test_refusals_say_where():
    with pytest.raises(ConversionError, match=r"needs column 'home city' as string values, .* use inputs='columns'"):
        skl2tflite.convert(PIPE, inputs="matrix")
    scaled = make_pipeline(make_column_transformer((OrdinalEncoder(), ["size"]), remainder="passthrough"))
    scaled.steps.append(("lr", LogisticRegression()))
    frame = FRAME[["age", "size"]].fillna("small")
    scaled.fit(frame, Y)
    model = skl2tflite.convert(scaled)
    with pytest.raises(InvalidInputError, match="column 'age' holds values that are not numbers"):
        model.predict(frame.assign(age="old"))
    with pytest.raises(InvalidInputError, match="column 'age' holds values that are not numbers"):
        skl2tflite.convert(scaled, frame.assign(age="old"))
    with pytest.raises(ConversionError, match="inputs is 'matrix' or 'columns', not 'rows'"):
        skl2tflite.convert(scaled, inputs="rows")
    with pytest.raises(ConversionError, match="categories is 'strings' or 'codes', not 'ids'"):
        skl2tflite.convert(scaled, categories="ids")
    imputed = make_pipeline(SimpleImputer(strategy="most_frequent"), OrdinalEncoder()).fit(frame)
    imputed.steps[1] = ("lr", LogisticRegression().fit(frame.assign(size=1.0), Y))
    with pytest.raises(
        UnsupportedEstimatorError, match=r"Pipeline\['lr'\]: takes numbers, but column 'size' holds strings"
    ):
        skl2tflite.convert(imputed)


def test_whole_numbers_beyond_float32():
    frame = FRAME[["customer"]]
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit(frame)
    model = skl2tflite.convert(encoder)
    rows = pd.DataFrame({"customer": [2**24, 2**24 + 1, 2**24 + 2, 2**24 + 3, 2**30 + 3, 2**30 + 4, 5, -5]})
    np.testing.assert_array_equal(model.transform(rows), encoder.transform(rows))
    with pytest.raises(InvalidInputError, match="beyond 32 bits"):
        model.transform(pd.DataFrame({"customer": [2**31]}))
    with pytest.raises(ConversionError, match="needs column 'customer' as int values"):
        skl2tflite.convert(encoder, inputs="matrix")


def test_columns_by_selector():
    encode = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude=["number", "bool"])),
        (StandardScaler(), make_column_selector(dtype_include=np.number)),
        remainder="drop",
    )
    pipe = make_pipeline(encode, LogisticRegression()).fit(FRAME, Y)
    model = skl2tflite.convert(pipe, FRAME)
    assert sorted(model.inputs) == ["age", "customer", "home city", "size"]
    np.testing.assert_array_equal(model.predict(unseen().drop(columns="smoker")), pipe.predict(unseen()))


def test_text_travels_as_codes_by_default_and_what_needs_strings_says_so():
    frame = pd.DataFrame({"town": ["Ulm", "Bonn", "Ulm", "Graz"]})
    encoder = OneHotEncoder(sparse_output=False).fit(frame)
    model, strings = skl2tflite.convert(encoder, frame), skl2tflite.convert(encoder, frame, categories="strings")
    assert (model.inputs, strings.inputs) == ({"town": ("int32", (-1,))}, {"town": ("string", (-1,))})
    assert "LiteRT's Interpreter" in str(strings)
    assert "Interpreter" not in str(model)
    np.testing.assert_array_equal(model.transform(frame), strings.transform(frame))

    broken = pd.DataFrame({"town": ["Ulm", "two\nlines"]})
    encoder = OneHotEncoder(sparse_output=False).fit(broken)
    with pytest.warns(ConversionWarning, match="travel as strings.*a vocabulary has one on each line"):
        model = skl2tflite.convert(encoder, broken)
    assert model.inputs == {"town": ("string", (-1,))}
    np.testing.assert_array_equal(model.transform(broken), encoder.transform(broken))
    with pytest.raises(ConversionError, match="a vocabulary has one on each line"):
        skl2tflite.convert(encoder, broken, categories="codes")


def test_columns_of_one_name_are_refused():
    """Which of them is meant, nobody knows; scikit-learn raises an error too, or takes both."""
    X = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "k": [1.0, 0.0, 2.0, 1.0]})
    pipeline = make_pipeline(make_column_transformer((StandardScaler(), ["a", "k"])), LogisticRegression())
    model = skl2tflite.convert(pipeline.fit(X, [0, 0, 1, 1]), X)
    with pytest.raises(InvalidInputError, match="several columns of one name: 'a'; leave one of each"):
        model.predict(pd.DataFrame([[1.0, 2.0, 3.0]], columns=["a", "k", "a"]))


def test_names_that_a_runtime_would_cut_are_refused():
    X = pd.DataFrame({"\0nul": ["a", "b"] * 4, "k": np.arange(8.0)})
    encode = make_column_transformer((OneHotEncoder(), ["\0nul"]), ("passthrough", ["k"]))
    pipeline = make_pipeline(encode, LogisticRegression()).fit(X, [0, 1] * 4)
    for given in (None, X):
        with pytest.raises(ConversionError, match=r"the feature '\\x00nul' has a NUL in its name"):
            skl2tflite.convert(pipeline, given)


def test_rows_that_a_model_takes_and_scikit_learn_does_not():
    """As docs/tables.md says: none, arrays of columns that were picked by name, pandas.NA as a missing value."""
    numbers = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": [2.0, 3.0, 1.0, 2.0]})
    named = make_column_transformer((StandardScaler(), ["b"]), (SimpleImputer(), ["a"])).fit(numbers)
    model = skl2tflite.convert(named)
    missing = numbers.astype(object)
    missing.loc[1, "a"] = pd.NA
    for rows in (numbers[:0], numbers.to_numpy(), missing):
        with pytest.raises((ValueError, TypeError)):
            named.transform(rows)
    assert model.transform(numbers[:0]).shape == (0, 2)
    np.testing.assert_array_equal(model.transform(numbers.to_numpy()), model.transform(numbers))
    np.testing.assert_allclose(model.transform(missing)[1], [1.414214, 2.5], rtol=1e-5)
