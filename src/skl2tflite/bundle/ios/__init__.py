"""Bundles for iOS: a Swift package, over TensorFlow Lite's Interpreter."""

from skl2tflite.app_contract import AppContract
from skl2tflite.bundle.apps import taken
from skl2tflite.bundle.apps.readme import runtime
from skl2tflite.bundle.ios.write import TENSORFLOW_LITE, write
from skl2tflite.bundle.place import Place
from skl2tflite.errors import ConversionError


def check(contract: AppContract) -> None:
    """Raise where Swift's code cannot fill a file's inputs, or hold its outputs, or the pod is too old for the file.

    Raises
    ------
    ConversionError
        Which says what to do.
    """
    taken.check(contract)
    needed = contract.min_runtime
    if needed is not None and (needed.startswith("LiteRT") or _numbers(needed) > _numbers(TENSORFLOW_LITE)):
        raise ConversionError(
            f"the file needs {runtime(needed)}, and the pod for Swift is TensorFlow Lite {TENSORFLOW_LITE}; convert "
            "with min_runtime='2.17'"
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])


PLACE = Place("ios", "iOS", taken.TARGETS, taken.ENCODINGS, write, check)

__all__ = ["PLACE"]
