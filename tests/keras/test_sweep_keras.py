"""The sweep as Keras models: every configuration, held to scikit-learn by the contract, or refused for a reason."""

from __future__ import annotations

import pytest

from skl2tflite.conversion import Conversion
from skl2tflite.errors import ConversionError
from skl2tflite.keras_road import converted
from skl2tflite.verify import compare
from tests.estimators.case import Case
from tests.estimators.table import CASES
from tests.estimators.test_sweep import fitted, inputs_of, methods_of

LOOPS, LENGTHS, NAME = (
    "a Keras model holds no loops",
    "a length that is known only at run time",
    "no inputs of the name",
)
REFUSED: dict[str, str] = {
    "CountVectorizer": LENGTHS,
    "HashingVectorizer": LENGTHS,
    "TfidfVectorizer": LENGTHS,
    "MultiLabelBinarizer": LENGTHS,
    "FeatureHasher": NAME,  # one of the features has an empty name
    "KNNImputer": LOOPS,
    "LatentDirichletAllocation": LOOPS,
    "NMF": LOOPS,
    "MiniBatchNMF": LOOPS,
    "DictionaryLearning": LOOPS,
    "MiniBatchDictionaryLearning": LOOPS,
    "SparseCoder": LOOPS,
    "StandardScaler() | SVC": LOOPS,  # probabilities of several classes
    "StandardScaler() | NuSVC": LOOPS,
}
"""Start of a configuration's name, and what its refusal says, if it is refused: not all of them need loops."""
PART = CASES[1::10]
"""What there is time for; all were compared when the spellings were written."""


def reason_of(case: Case) -> str | None:
    """Why a configuration is refused, None where it is not."""
    return next((reason for start, reason in REFUSED.items() if case.id.startswith(start)), None)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in PART])
def test_keras_equals_scikit_learn(case: Case) -> None:
    estimator = fitted(case)
    methods = methods_of(case, estimator)
    for some in ([m for m in methods if m != "inverse_transform"], [m for m in methods if m == "inverse_transform"]):
        if not some:
            continue
        X = inputs_of(case, estimator, some[0])
        try:
            answers = converted(estimator, case.rows, some)
        except ConversionError as error:
            if reason_of(case) is None or str(reason_of(case)) not in str(error):
                raise
            continue
        report = compare(answers, Conversion(estimator, X))
        assert report.faithful, report.summary()


def test_every_reason_is_needed() -> None:
    for start in REFUSED:
        assert any(case.id.startswith(start) for case in CASES), start
