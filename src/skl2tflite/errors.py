"""The errors of the package: one clear line each, saying what, where and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skl2tflite.escaping import terminal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SHOWN = 5
"""Rows that a message names before the rest is left out."""


class Skl2TFLiteError(Exception):
    """Base class of every error that the package raises on purpose; its message is one line."""

    def __init__(self, message: object = "") -> None:
        super().__init__(terminal(message))


class ConversionError(Skl2TFLiteError, ValueError):
    """The estimator cannot be converted faithfully; the message says why and what to do."""


class UnsupportedEstimatorError(ConversionError):
    """No converter is registered for an estimator, or for one of its parameters."""


class UnsupportedMethodError(ConversionError, AttributeError):
    """The estimator, or its converter, lacks a requested method."""


class UnsupportedOnTarget(ConversionError):  # noqa: N818 - the name of the design, read aloud in messages
    """The target runtime has no operator, dtype or rank for what the model needs."""


class GraphError(ConversionError, TypeError):
    """Operands of an operation do not fit together; the message shows the line that joined them."""


class BudgetError(ConversionError):
    """The model needs more flash or memory than was allowed; the message says what costs most."""


class FidelityError(ConversionError):
    """The converted model does not give scikit-learn's answer on the checked rows.

    Attributes
    ----------
    report : object
        The full report of the comparison (:class:`skl2tflite.verify.Report`).
    """

    def __init__(self, message: str, report: object = None) -> None:
        super().__init__(message)
        self.report = report


class ConversionWarning(UserWarning):
    """Something of the model cannot be seen in the file, and the user should know."""


class InvalidInputError(Skl2TFLiteError, ValueError):
    """Rows that the model, or scikit-learn itself, would refuse."""


class NoAnswerError(InvalidInputError):
    """Rows for which scikit-learn raises an error once it has looked at them.

    Attributes
    ----------
    rows : ndarray of int
        Their positions.
    reason : str
        What scikit-learn says, and what to do.
    """

    def __init__(self, rows: NDArray[np.intp], reason: str) -> None:
        shown = ", ".join(map(str, rows[:_SHOWN].tolist())) + (", …" if len(rows) > _SHOWN else "")
        super().__init__(f"no answer for row{'s' * (len(rows) > 1)} {shown}: {reason}")
        self.rows = rows
        self.reason = reason

    def __reduce__(self) -> tuple[type[NoAnswerError], tuple[NDArray[np.intp], str]]:
        return type(self), (self.rows, self.reason)


class EstimatorError(ConversionError, InvalidInputError):
    """The estimator itself, or a converter that another package registered, raises an exception; it is quoted.

    The exception is the ``__cause__``.
    """


class DefectError(Skl2TFLiteError, RuntimeError):
    """The package itself went wrong, where the estimator and the rows seem right: please report it.

    What went wrong is the ``__cause__``.
    """


class InvalidFileError(Skl2TFLiteError, ValueError):
    """A file that is truncated, foreign or otherwise not what it should be."""


class MissingDependencyError(Skl2TFLiteError, ImportError):
    """An optional package is not installed; the message names the extra that brings it."""


class VerificationInterrupted(KeyboardInterrupt):
    """A comparison was interrupted before all rows were compared.

    Attributes
    ----------
    report : object
        What was found until then (:class:`skl2tflite.verify.Report`).
    """

    def __init__(self, report: object) -> None:
        super().__init__("the comparison was interrupted")
        self.report = report
