"""What `import skl2tflite` adds to the imports nobody who uses it can avoid."""

from __future__ import annotations

from harness import Comparison, Row, run_python

SUITE = "Import, in a fresh interpreter"
PAIRS = 9

BASE = "import sklearn, ai_edge_litert.schema_py_generated"
TIMED = "from time import perf_counter; start = perf_counter(); {}; print(perf_counter() - start)"


def test_import(compare: Comparison) -> None:
    row = Row(SUITE, "import skl2tflite", "scikit-learn + LiteRT's schema", goal=0.3, measure="difference")
    ours, theirs = [], []
    for _ in range(PAIRS + 1):
        theirs.append(float(run_python(TIMED.format(BASE))))
        ours.append(float(run_python(TIMED.format(f"{BASE}, skl2tflite"))))
    # The first pair reads the files from disk.
    compare.measured(row, ours[1:], theirs[1:])
