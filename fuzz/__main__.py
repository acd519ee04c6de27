"""``python -m fuzz``: damage sound files in many ways, and look what the package does with them."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Iterable
from pathlib import Path

for library in ("OMP", "OPENBLAS", "MKL"):  # a process for each core is enough
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from fuzz.outcomes import Outcome  # noqa: E402
from fuzz.process import Run  # noqa: E402
from fuzz.report import Report  # noqa: E402
from fuzz.seeds import make_seeds  # noqa: E402
from fuzz.workers import Pool  # noqa: E402

KEPT = Path(__file__).parents[1] / ".fuzz"
"""Files that show a fault; git does not see it."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--files", type=int, default=20_000, help="how many damaged files (default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--seed", type=int, default=0, help="what random numbers start from (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: %(default)s)")
    parser.add_argument("--first", type=int, default=0, help="number of the first file (default: %(default)s)")
    parser.add_argument("--of", nargs="+", metavar="NAME", help="damage these sound files alone (names in seeds.py)")
    parser.add_argument("--only", type=int, nargs="+", metavar="N", help="use the files of these numbers alone")
    return parser.parse_args()


def _confirmed(pool: Pool, outcome: Outcome) -> Outcome | None:
    """Return what comes of a case alone in a new process, behind its sound seed; None where all is well."""
    place = [seed.name for seed in pool.run.seeds].index(outcome.seed)
    alone = Pool(pool.run, Path(tempfile.mkdtemp(dir=pool.folder)), 1)
    *_, again = alone.outcomes([-1 - place, outcome.number])
    return again if again.symptom else None


def _keep(pool: Pool, outcome: Outcome) -> Path:
    """Write the file of a fault, and what is known of it."""
    case = pool.run.case(outcome.number)
    KEPT.mkdir(exist_ok=True)
    path = KEPT / f"{pool.run.random}-{outcome.number}-{outcome.symptom}{case.seed.suffix}"
    path.write_bytes(case.content)
    path.with_suffix(".txt").write_text(
        f"{outcome.kind}\n{case.seed.name}, {case.way}: {case.done}\n{outcome.detail}\n"
    )
    return path


def _run(pool: Pool, found: Iterable[Outcome], report: Report, end: float) -> None:
    """Report what comes of cases, until a time.

    Parameters
    ----------
    pool : Pool
    found : iterable of Outcome
    report : Report
    end : float
        In seconds of ``time.monotonic``.
    """
    shown = time.monotonic()
    for outcome in found:
        fault: Outcome | None = outcome if outcome.symptom else None
        if fault is not None and outcome.symptom in ("hang", "memory"):
            fault = _confirmed(pool, outcome)
            if fault is None:
                report.not_seen_again.append(outcome)
        if fault is not None:
            _keep(pool, fault)
        report.add(outcome, fault)
        if time.monotonic() - shown > 20:
            shown = time.monotonic()
            print(f"{report.cases:,} files, {len(report.faults)} faults", file=sys.stderr, flush=True)
        if time.monotonic() > end:
            break


def main() -> int:
    """Run, report, and return the exit status: 1 where there are faults."""
    given = _arguments()
    warnings.simplefilter("ignore")
    start, report = time.monotonic(), Report()
    numbers = given.only or range(given.first, given.first + given.files)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        seeds = [seed for seed in make_seeds() if not given.of or seed.name in given.of]
        pool = Pool(Run(seeds, given.seed), Path(folder), given.jobs)
        found = pool.outcomes(numbers)
        try:
            _run(pool, found, report, start + 60 * given.minutes)
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr)
        finally:
            found.close()
    print("\n".join(report.lines((time.monotonic() - start) / 60)))
    if report.faults:
        print(f"Their files are in {KEPT}; again: python -m fuzz --seed {given.seed} --only {report.faults[0].number}")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
