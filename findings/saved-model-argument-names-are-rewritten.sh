#!/usr/bin/env bash
# The guess: a SavedModel's signature has the input names that its TensorSpecs were given, as its outputs have the names
# of their dictionary's keys.
# What happens: names of inputs become Python identifiers: "fare-paid" and "fare.paid" are asked for as "fare_paid",
# "9x" as "arg_9x", without a warning; a client that sends the names it was told gets an error. A name with a space
# raises at once, with a message about arguments of the same name. Output names are kept as they are.
# Versions: TensorFlow 2.21.0.
# What a converter must do: read the names back from the finished signature and tell them to the user, and keep a table
# from columns to names; two columns whose names become the same one need numbers.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tensorflow-cpu==2.21.0 numpy==2.4.6
TF_CPP_MIN_LOG_LEVEL=3 FOLDER="$folder" "$folder/venv/bin/python" - <<'PYTHON'
import os

import tensorflow as tf

print("TensorFlow", tf.__version__)


def names_of(*given):
    module = tf.Module()
    specs = {name: tf.TensorSpec([None], tf.float32, name=name) for name in given}
    module.f = tf.function(lambda columns: {"sum-of-all": tf.add_n(list(columns.values()))}, input_signature=[specs])
    path = os.path.join(os.environ["FOLDER"], "saved")
    tf.saved_model.save(module, path, signatures={"serving_default": module.f})
    signature = tf.saved_model.load(path).signatures["serving_default"]
    return sorted(signature.structured_input_signature[1]), sorted(signature.structured_outputs)


for given in (["fare-paid"], ["fare.paid"], ["9x"]):
    inputs, outputs = names_of(*given)
    print(given, "→ inputs", inputs, "outputs", outputs)
    assert inputs != given and outputs == ["sum-of-all"]
try:
    names_of("fare paid")
except ValueError as error:
    print(["fare paid"], "→", str(error).splitlines()[0][:100])
else:
    raise AssertionError("a name with a space was taken")
PYTHON
