#!/usr/bin/env bash
# The guess: 0 < x is true of every positive float32, as in NumPy, LiteRT and IEEE 754.
# What happens: TensorFlow's kernels flush subnormal numbers (below 1.2e-38) to zero, as operands too: 0 < 1e-40 is false,
# and x == 0 is true. Where a converter writes "x >= c" as "x > the float32 just below c", c = 0 gives a bound that is
# subnormal, and rows of zeros change their side.
# Versions: TensorFlow 2.21.0 on Linux x86-64, NumPy 2.4.6.
# What a converter must do: never let an answer hang on a subnormal constant on this runtime: use >= with 0 itself, or
# move the bound to the least normal number where no row lies between.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tensorflow-cpu==2.21.0 numpy==2.4.6
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import tensorflow as tf

print("TensorFlow", tf.__version__)
x = np.array([1e-40, 1.4e-45, 1.2e-38], dtype=np.float32)
by_numpy, by_tensorflow = x > 0, tf.greater(tf.constant(x), 0.0).numpy()
print("x > 0 of", x, "NumPy:", by_numpy, "TensorFlow:", by_tensorflow)
assert by_numpy.all()
assert by_tensorflow.tolist() == [False, False, True]
assert tf.equal(tf.constant(x), 0.0).numpy().tolist() == [True, True, False]
# So 0 is not above the greatest float32 below it.
below = np.nextafter(np.float32(0), np.float32(-1))
assert np.float32(0) > below and not tf.greater(tf.zeros([1]), below).numpy()[0]
PYTHON
