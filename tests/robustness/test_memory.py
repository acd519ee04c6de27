"""Too little memory: one line, status 2, and nothing written."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LinearRegression

SCRIPT = """
import resource, sys
from skl2tflite.cli.main import app
small, large, out, more = sys.argv[1:]
try:
    app(["convert", small, "-o", out + ".small"], prog_name="skl2tflite")  # whatever is imported later is by now
except SystemExit:
    pass
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + int(more) * 1_000_000,) * 2)
app(["convert", large, "-o", out], prog_name="skl2tflite")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux says how much memory a process has")
@pytest.mark.parametrize("more", [30, 90])
def test_conversions(tmp_path, more):
    paths = []
    for n_features in (2, 4_000_000):
        model = LinearRegression().fit(np.eye(2), [0.0, 1.0])
        model.coef_, model.n_features_in_ = np.ones(n_features), n_features
        paths.append(tmp_path / f"{n_features}.skops")
        skops.io.dump(model, paths[-1])
    out = tmp_path / "out.tflite"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *map(str, paths), str(out), str(more)],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    lines = [line for line in done.stderr.splitlines() if not line.startswith("INFO")]  # LiteRT's own
    assert done.returncode == 2, done
    assert len(lines) == 1, done
    assert lines[0].startswith("error: "), done
    assert "there is not enough memory" in lines[0]
    assert not lines[0].endswith(";")
    assert sorted(tmp_path.glob("*.tflite*")) == [tmp_path / "out.tflite.small"]
    assert not list(tmp_path.glob(".*"))
