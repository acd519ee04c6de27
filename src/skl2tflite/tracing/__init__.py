"""What is recorded: NumPy and pandas code, and functions of users, called with stand-ins for arrays and DataFrames.

Importing it teaches tensors NumPy's functions (:mod:`skl2tflite.tracing.recorder`).
"""

from skl2tflite.graph.recorder import use_recorder
from skl2tflite.tracing.recorder import TracingRecorder

use_recorder(TracingRecorder())
