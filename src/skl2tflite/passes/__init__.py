"""Named, ordered rewrites of graphs.

Every pass keeps each result to the bit, apart from those that run only under ``precision="fast"`` or for small files.
What depends on constants alone is computed in float64 and rounded once, where the device would round at each step.
"""

from skl2tflite.passes.base import Pass
from skl2tflite.passes.pipeline import LAST_PASSES, PASSES, PassRecord, run_last_passes, run_passes

__all__ = ["LAST_PASSES", "PASSES", "Pass", "PassRecord", "run_last_passes", "run_passes"]
