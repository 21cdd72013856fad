"""The shipment that events happen to: one whose life is not over."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contract_tests.api import Api, shipments
from contract_tests.batches import results_of
from contract_tests.exchange import Exchange
from contract_tests.numbers import number_like
from contract_tests.passive.history import classes, over, successors
from contract_tests.target import Number

_YOUNG = 4  # numbers that are looked up for one whose life is not over


@dataclass(slots=True)
class EventfulShipment:
    """Preferably the known one, else one like it that is younger, for a target that has been checked before."""

    api: Api
    _number: Number | None = None
    _used: list[Number] = field(default_factory=list)
    _ended_by: str | None = None  # the probe that brought the shipment's life to its end

    def number(self) -> Number:
        """The one that it is at present."""
        if self._number is None:
            self._number = self.api.facts.known()
            if self._over(self.api.once(self._number)):
                self._number = self._younger() or self._number
        return self._number

    def renewed(self) -> bool:
        """Whether another one takes its place now, because a probe before this one has ended its life."""
        if self._ended_by is None or self._ended_by == self.api.session.probe:
            return False
        self._ended_by = self._number = None
        return True

    def exchanged_for(self, kind: str) -> bool:
        """Whether another one takes its place now, because that can't happen to it next."""
        now = str(self.api.read(self.api.once(self.number())).get("status"))
        may_follow = successors(self.api.contract).get(now)
        if may_follow is None or classes(self.api.contract).get(kind) in {now, *may_follow}:
            return False
        self._number = self._younger() or self._number
        return True

    def happened(self, kind: str, number: Number) -> None:
        """Remembers whether its life ended by that event of a shipment."""
        if number == self._number and not successors(self.api.contract).get(classes(self.api.contract).get(kind, "")):
            self._ended_by = self.api.session.probe

    def _younger(self) -> Number | None:
        """A number like the known one whose life is not over."""
        numbers = [number_like(self.api, self.api.facts.known(), f"young {count}") for count in range(_YOUNG)]
        numbers = [each for each in numbers if each not in self._used]
        self._used += numbers
        for number, body in zip(numbers, self._looked_up(numbers), strict=True):
            if body.get("status") and not over(self.api.contract, body):
                return number
        return None

    def _looked_up(self, numbers: Sequence[Number]) -> Iterator[Mapping[str, Any]]:
        """What is known of the numbers: asked for at once, or one by one where a batch of them is refused."""
        results = results_of(self.api, self.api.batch(shipments(numbers))) if len(numbers) > 1 else []
        if len(results) == len(numbers):
            yield from results
        else:
            yield from (self.api.read(self.api.once(each)) for each in numbers)

    def _over(self, answer: Exchange) -> bool:
        return over(self.api.contract, self.api.read(answer))
