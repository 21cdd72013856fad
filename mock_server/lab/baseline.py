"""What a client does when nothing goes wrong, which is all that it is measured by."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import and_, or_

from mock_server.domain.clients.conversation import call_of
from mock_server.domain.clients.journal import Entry
from mock_server.lab import output
from mock_server.lab.calls import ClientCall, Identity, calls_of, shared, shipments_told, sketch, steady
from mock_server.lab.failures import MIDNIGHT, MINUTE, NOW
from mock_server.lab.outcome import TrialOutcome, Webhook
from mock_server.lab.setup import Setup
from mock_server.lab.trial import Laboratory


class BaselineError(Exception):
    """A command that cannot be judged, because it fails when nothing goes wrong; the message says how."""


@dataclass(frozen=True)
class Baseline:
    """What the client does when nothing goes wrong, seen several times."""

    outcomes: tuple[TrialOutcome, ...]
    calls: tuple[ClientCall, ...]

    @property
    def first(self) -> TrialOutcome:
        return self.outcomes[0]

    @cached_property
    def lines(self) -> Counter[str]:
        return output.steady([each.stdout for each in self.outcomes])

    @cached_property
    def said(self) -> output.UsualOutput:
        return output.UsualOutput.of(text for each in self.outcomes for text in (each.stdout, each.stderr))

    @cached_property
    def asked(self) -> Mapping[str, tuple[list[Entry], ...]]:
        """What each run asked, by the ids of calls: a busy machine lets one ask again that has no need to."""
        return {
            call.id: tuple([entry for entry in each.entries if call.asked(entry)] for each in self.outcomes)
            for call in self.calls
        }

    @cached_property
    def told(self) -> Counter[str]:
        """How often any run is told of each shipment."""
        reading = self.calls[0].reading
        return reduce(or_, (shipments_told(each.entries, reading) for each in self.outcomes))

    @cached_property
    def always_left(self) -> Counter[Webhook]:
        """The webhooks that every run leaves."""
        return reduce(and_, (Counter(each.subscriptions) for each in self.outcomes))

    @cached_property
    def ever_left(self) -> Counter[Webhook]:
        """Those that any run leaves."""
        return reduce(or_, (Counter(each.subscriptions) for each in self.outcomes))

    @cached_property
    def identities(self) -> frozenset[Identity]:
        """All that was asked in any run."""
        return frozenset(call_of(entry) for outcome in self.outcomes for entry in outcome.entries)

    @cached_property
    def habits(self) -> frozenset[str]:
        """The questions of the report that are answered badly anyway."""
        return frozenset(name for each in self.outcomes for name in each.findings if each.bad(name))


def baseline_of(laboratory: Laboratory, plan: str) -> tuple[Baseline, list[str]]:
    """What the command does when nothing goes wrong, and what of it is not the same in every run."""
    whens = (NOW, MINUTE, MIDNIGHT)
    outcomes = [laboratory.run(Setup(plan, when=when, name=f"baseline {when}")) for when in whens]
    specification = laboratory.specification
    for each in outcomes:
        if each.ending.out_of_time:
            raise BaselineError(
                f"the command is not over after {laboratory.limit:g} s although nothing goes wrong; give it a longer "
                f"--timeout{said_last(each)}"
            )
        if each.status != 0:
            raise BaselineError(f"the command leaves with {each.status} although nothing goes wrong{said_last(each)}")
    runs = [calls_of(each.entries, specification) for each in outcomes]
    if not runs[0]:
        raise BaselineError(
            "the command asked the mock for nothing; it should call the URL in TRACKFLOW_BASE_URL, or "
            f"{specification.document['servers'][0]['url']}"
        )
    notes = []
    calls: list[ClientCall] = runs[0]
    if any(sorted(map(str, sketch(each))) != sorted(map(str, sketch(runs[0]))) for each in runs[1:]):
        told = ", ".join(str(len(each)) for each in runs)
        notes.append(f"unsteady: its calls differ from run to run ({told}); those that every run makes are struck")
        calls = shared(runs)
    elif any(sketch(each) != sketch(runs[0]) for each in runs[1:]):
        notes.append("unsteady: the order of its calls differs from run to run; they are told apart by what they ask")
    if output.unsteady([each.stdout for each in outcomes]):
        notes.append("its output differs from run to run; only the lines that stay the same are compared")
    for other in runs[1:]:
        calls = steady(calls, other)
    return Baseline(tuple(outcomes), tuple(calls)), notes


def said_last(outcome: TrialOutcome) -> str:
    """The last lines of what it said."""
    lines: Iterator[str] = (line for line in (outcome.stderr or outcome.stdout).splitlines() if line.strip())
    return "".join(f"\n  {line[:200]}" for line in list(lines)[-5:])
