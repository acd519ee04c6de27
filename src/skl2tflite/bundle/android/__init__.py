"""Bundles for Android: a Gradle library module in Kotlin, over LiteRT's Interpreter."""

from skl2tflite.app_contract import AppContract
from skl2tflite.bundle.android.write import write
from skl2tflite.bundle.apps import taken
from skl2tflite.bundle.apps.typed import MOST_MEMBERS
from skl2tflite.bundle.place import Place
from skl2tflite.errors import ConversionError


def check(contract: AppContract) -> None:
    """Raise where Kotlin's code cannot fill a file's inputs, or hold its outputs; the JVM has limits of its own.

    Raises
    ------
    ConversionError
        Which says what to do.
    """
    taken.check(contract)
    for method in contract.methods:
        columns = sum(tensor.encoding != "matrix" for tensor in method.inputs)
        if columns > MOST_MEMBERS:
            raise ConversionError(
                f"{method.name} takes {columns} columns one by one, and a constructor on the JVM at most "
                f"{MOST_MEMBERS}; convert with inputs='matrix', where all of them are numbers"
            )


PLACE = Place("android", "Android", taken.TARGETS, taken.ENCODINGS, write, check)

__all__ = ["PLACE"]
