"""Rows that are images: more rows come out than go in."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.image import PatchExtractor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import skl2tflite
from skl2tflite.errors import ConversionError, InvalidInputError, UnsupportedEstimatorError
from skl2tflite.runtime.litert import LiteRTRunner
from skl2tflite.runtime.micro import has_micro

IMAGES = np.random.default_rng(0).normal(size=(6, 8, 9, 3))
EACH = 6 * 7
TARGETS = ["litert", *(["micro"] if has_micro() else [])]
CLASSES = np.arange(len(IMAGES) * EACH) % 3


def flat(patches):
    return np.reshape(patches, (-1, 27))


def of_patches(*steps):
    return make_pipeline(PatchExtractor(patch_size=(3, 3)), FunctionTransformer(flat), *steps)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((9, 7), (1, 1)),
        ((9, 7), (9, 7)),
        ((9, 7, 2), (1, 7)),
        ((10, 20), None),
        ((4, 5, 2, 2), (3, 1)),
        ((3, 3, 1), (2, 2)),
    ],
)
def test_patches(shape, size, target):
    X = np.random.default_rng(0).normal(size=(4, *shape))
    extractor = PatchExtractor(patch_size=size)
    model = skl2tflite.convert(extractor, X, target=target)
    assert f"images      {' × '.join(map(str, shape))}" in str(model)
    assert model.inputs["X"] == ("float32", (-1 if target == "litert" else 1, *shape))
    expected = extractor.transform(X.astype(np.float32))
    np.testing.assert_array_equal(model.transform(X), expected)
    np.testing.assert_array_equal(model.transform(X[:1]), expected[: len(expected) // 4])
    assert model.transform(X[:0]).shape == (0, *expected.shape[1:])
    assert model.transform(X.tolist()).shape == expected.shape


def test_whole_numbers_are_their_values():
    X = np.random.default_rng(0).integers(0, 256, (3, 12, 11), dtype=np.uint8)
    extractor = PatchExtractor(patch_size=(4, 4))
    np.testing.assert_array_equal(skl2tflite.convert(extractor, X).transform(X), extractor.transform(X))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "estimator",
    [of_patches(PCA(4)), of_patches(StandardScaler(), LogisticRegression()), of_patches(RandomForestClassifier(7))],
    ids=["components", "scores", "trees"],
)
def test_patches_are_rows_of_what_is_behind(estimator, target, tmp_path):
    estimator.fit(IMAGES, CLASSES)
    method = "transform" if hasattr(estimator, "transform") else "predict"
    model = skl2tflite.convert(estimator, IMAGES, methods=(method,), target=target)
    model = skl2tflite.load(model.save(tmp_path / "model.tflite"))
    report = skl2tflite.verify(model, estimator, IMAGES)
    assert report.faithful
    assert report.rows == len(IMAGES) * EACH


def test_rows_that_differ_are_explained_patch_by_patch():
    estimator = of_patches(StandardScaler(), PCA(4)).fit(IMAGES)
    model = skl2tflite.convert(estimator, IMAGES)
    beyond = skl2tflite.verify(model, estimator, IMAGES, tolerance=1e-9)["transform"]
    assert beyond.faithful  # what one ulp moves is excused, wherever the patch is
    assert 0 < beyond.largest_error < 1e-5
    other = of_patches(StandardScaler(), PCA(4)).fit(IMAGES[:3])
    assert skl2tflite.verify(model, other, IMAGES)["transform"].wrong.size > len(IMAGES) * EACH / 2


def test_many_images_run_in_parts():
    extractor = PatchExtractor(patch_size=(3, 3))
    content = bytes(skl2tflite.convert(extractor, IMAGES))
    parts = LiteRTRunner(content, rows_per_call=4).run("transform", {"X": IMAGES.astype(np.float32)})
    np.testing.assert_array_equal(parts["transform"], extractor.transform(IMAGES.astype(np.float32)))


def test_rows_that_are_no_such_images():
    model = skl2tflite.convert(PatchExtractor(patch_size=(3, 3)), IMAGES)
    with pytest.raises(InvalidInputError, match=r"shape \(6, 8, 9\), but the model takes images of 8 × 9 × 3"):
        model.transform(IMAGES[..., 0])
    holed = IMAGES.copy()
    holed[2, 1, 5, 2] = np.nan
    with pytest.raises(InvalidInputError, match=r"NaN \(row 2, pixel \(1, 5, 2\)\)"):
        model.transform(holed)
    with pytest.raises(InvalidInputError, match="not numbers"):
        model.transform(np.full(IMAGES.shape, "a", dtype=object))
    for rows in (IMAGES[:, 0, 0], np.empty((2, 0, 3))):
        with pytest.raises(InvalidInputError, match="expected images"):
            skl2tflite.convert(PatchExtractor(), rows)


@pytest.mark.parametrize(
    ("parameters", "rows", "message"),
    [
        ({}, None, "give convert images X of the size that the device will see"),
        ({"max_patches": 3}, IMAGES, "max_patches=3 draws patches at random; use max_patches=None"),
        ({"max_patches": 10**6, "random_state": 0}, IMAGES, "at random"),
        ({"max_patches": 0.5}, IMAGES, "at random"),
        ({"patch_size": (9, 2)}, IMAGES, "an image of 8 × 9 holds no patch of 9 × 2"),
        ({}, IMAGES, "an image of 8 × 9 holds no patch of 0 × 0; set patch_size"),
        ({"patch_size": (2, 2, 2)}, IMAGES, r"patch_size=\(2, 2, 2\) is not"),
        ({"patch_size": (0, 2)}, IMAGES, r"patch_size=\(0, 2\) is not"),
    ],
)
def test_refused(parameters, rows, message):
    with pytest.raises(UnsupportedEstimatorError, match=message):
        skl2tflite.convert(PatchExtractor(**parameters), rows)


def test_images_are_no_columns():
    with pytest.raises(ConversionError, match="leave out inputs='columns'"):
        skl2tflite.convert(PatchExtractor(patch_size=(2, 2)), IMAGES, inputs="columns")


def test_functions_that_mix_patches_are_refused():
    mixed = make_pipeline(PatchExtractor(patch_size=(3, 3)), FunctionTransformer(lambda P: P - P.mean(axis=0)))
    for target in TARGETS:
        with pytest.raises(UnsupportedEstimatorError, match="change with the other rows"):
            skl2tflite.convert(mixed.fit(IMAGES), IMAGES, target=target)
