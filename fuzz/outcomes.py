"""What came of a case."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """What came of a case.

    Attributes
    ----------
    number : int
    seed, way, done : str
        The sound file, the kind of damage, and what was done.
    status : {"refused", "taken", "raw", "death", "hang"}
        How it ended: "raw" stands for an exception that is not the package's own, and for other faults.
    step : str
        What was being done with the file when it ended.
    detail : str
        Of a fault: the exception with its place, or what the process said last.
    seconds, longest : float
        What it took, and may take.
    memory, limit : int
        Bytes at most, beyond what the process had before, and those that the file may take.
    """

    number: int
    seed: str
    way: str
    done: str
    status: str
    step: str = ""
    detail: str = ""
    seconds: float = 0.0
    longest: float = 1.0
    memory: int = 0
    limit: int = 1

    @property
    def symptom(self) -> str:
        """What is wrong, nothing where all is well."""
        if self.status in ("raw", "death", "hang"):
            return self.status
        if self.memory > self.limit:
            return "memory"
        return "hang" if self.seconds > self.longest else ""

    @property
    def kind(self) -> str:
        """Symptom and place, the same for cases that one fault explains."""
        place = self.detail.splitlines()[0] if self.detail else ""
        return f"{self.symptom} in {self.step.partition(':')[0]}: {place:.160}"
