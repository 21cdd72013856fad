"""What a client does when nothing goes wrong, which is all that it is measured by."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from mock_server.domain.clients.conversation import call_of
from mock_server.domain.clients.journal import Entry
from mock_server.lab import output
from mock_server.lab.calls import ClientCall, Identity
from mock_server.lab.trial import Outcome


@dataclass(frozen=True)
class Baseline:
    """What the client does when nothing goes wrong, seen several times."""

    outcomes: tuple[Outcome, ...]
    calls: tuple[ClientCall, ...]

    @property
    def first(self) -> Outcome:
        return self.outcomes[0]

    @cached_property
    def lines(self) -> Counter[str]:
        return output.steady([each.stdout for each in self.outcomes])

    @cached_property
    def said(self) -> list[str]:
        return [text for each in self.outcomes for text in (each.stdout, each.stderr)]

    @cached_property
    def asked(self) -> Mapping[str, list[Entry]]:
        """What the first run asked, by the ids of calls."""
        return {call.id: [each for each in self.first.entries if call.asked(each)] for call in self.calls}

    @cached_property
    def identities(self) -> frozenset[Identity]:
        """All that was asked in any run."""
        return frozenset(call_of(entry) for outcome in self.outcomes for entry in outcome.entries)

    @cached_property
    def habits(self) -> frozenset[str]:
        """The questions of the report that are answered badly anyway."""
        return frozenset(name for each in self.outcomes for name in each.findings if each.bad(name))
