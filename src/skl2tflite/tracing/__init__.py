"""Recording user code: functions and estimators' methods are called with symbolic arrays, DataFrames and matrices.

Every operation on a symbolic argument adds a node to the graph. Importing this package lets tensors take NumPy's own
functions (:mod:`skl2tflite.tracing.recorder`).
"""

from skl2tflite.graph.recorder import use_recorder
from skl2tflite.tracing.recorder import TracingRecorder

use_recorder(TracingRecorder())
