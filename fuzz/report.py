"""What a run did, for people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from fuzz.outcomes import Outcome

MEBIBYTE = 1 << 20


@dataclass
class Report:
    """The outcomes of a run.

    Attributes
    ----------
    counts : Counter
        Cases by kind of damage and status.
    faults : list of Outcome
    not_seen_again : list of Outcome
        Those that took too long or too much memory once, but not alone in a new process.
    slowest, largest : Outcome or None
        Of all that were well: by seconds, and by the share of the memory that they may take.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: list[Outcome] = field(default_factory=list)
    not_seen_again: list[Outcome] = field(default_factory=list)
    slowest: Outcome | None = None
    largest: Outcome | None = None

    def add(self, outcome: Outcome, fault: Outcome | None) -> None:
        """Add what came of a case, and what is wrong with it, if anything is."""
        if fault is not None:
            self.counts[outcome.way, "fault"] += 1
            self.faults.append(fault)
            return
        self.counts[outcome.way, "refused" if outcome.status == "refused" else "taken"] += 1
        if outcome.symptom:
            return  # it was well when it was tried again
        if self.slowest is None or outcome.seconds > self.slowest.seconds:
            self.slowest = outcome
        if self.largest is None or outcome.memory / outcome.limit > self.largest.memory / self.largest.limit:
            self.largest = outcome

    @property
    def cases(self) -> int:
        """Number of cases."""
        return sum(self.counts.values())

    def lines(self, minutes: float) -> list[str]:
        """Return all that is to say."""
        symptoms = Counter(outcome.symptom for outcome in self.faults)
        lines = [
            f"{self.cases:,} damaged files in {minutes:.1f} minutes: {symptoms['death']} deaths, "
            f"{symptoms['hang']} hangs, {symptoms['raw']} raw exceptions, {symptoms['memory']} beyond their memory"
        ]
        ways = sorted({way for way, _ in self.counts})
        lines.append(f"{'damage':12}{'files':>8}{'refused':>9}{'taken':>8}{'faults':>8}")
        for way in ways:
            row = {status: self.counts[way, status] for status in ("refused", "taken", "fault")}
            lines.append(f"{way:12}{sum(row.values()):8,}{row['refused']:9,}{row['taken']:8,}{row['fault']:8,}")
        if self.slowest is not None and self.largest is not None:
            lines.append(f"slowest: {self.slowest.seconds:.2f} s, {_case(self.slowest)}")
            lines.append(
                f"most memory: {self.largest.memory / MEBIBYTE:.1f} of {self.largest.limit / MEBIBYTE:.1f} MiB, "
                f"{_case(self.largest)}"
            )
        lines += [f"once, but not alone in a new process: {o.symptom} of {_case(o)}" for o in self.not_seen_again]
        return lines + self._kinds(self.faults)

    @staticmethod
    def _kinds(faults: Sequence[Outcome]) -> list[str]:
        """Return lines on each kind of fault, the most frequent first."""
        kinds: defaultdict[str, list[Outcome]] = defaultdict(list)
        for outcome in faults:
            kinds[outcome.kind].append(outcome)
        lines = []
        for kind, found in sorted(kinds.items(), key=lambda entry: -len(entry[1])):
            lines.append(f"{len(found)} × {kind}")
            lines += [f"    {_case(outcome)}" for outcome in found[:3]]
        return lines


def _case(outcome: Outcome) -> str:
    return f"case {outcome.number} ({outcome.seed}, {outcome.way}: {outcome.done[:160]!r})"
