"""Verdicts: how a client came through a world."""

from dataclasses import dataclass

SURVIVED, ENDED, FAILED, NOT_STRUCK = "survived", "ended", "failed", "not_struck"
WAITS = ("quota.retry-after",)  # the clause of who does not wait as told


@dataclass(frozen=True, slots=True)
class CaseVerdict:
    """What is said of a client in one world.

    `symptom` is the kind of what went wrong, equal for equal mistakes; `abrupt` says that it did not even try again.
    """

    kind: str
    reason: str
    symptom: str = ""
    clauses: tuple[str, ...] = ()
    abrupt: bool = False


def failed(symptom: str, reason: str, clauses: tuple[str, ...]) -> CaseVerdict:
    """The verdict on who did wrong."""
    return CaseVerdict(FAILED, reason, symptom, clauses)
