"""Substitutes: for a tracking number another one that a carrier, a check digit and this mock take alike."""

from collections.abc import Collection
from string import ascii_uppercase, digits

from mock_server.capsules.form import CapsuleError
from mock_server.contract.errors import ApiError
from mock_server.domain.randomness import stream
from mock_server.domain.shipments.carriers import TrackingNumber
from mock_server.domain.shipments.source import is_of
from mock_server.world import Foundation

TRIES = 400
Named = Collection[str | None]
"""The carriers that are named with a number; None where it is to be detected."""


class Substitutes:
    """Finds substitutes, the same for the same number; those that everybody knows stay as they are."""

    def __init__(self, foundation: Foundation, chance: str) -> None:
        self._foundation = foundation
        self._chance = chance
        self._taken: set[str] = set()

    def of(self, number: str, named: Named) -> str:
        """The substitute of a number that came with those carriers; CapsuleError if none is found."""
        if not any(sign in digits for sign in number) or any(map(self._public, self.meanings(number, named))):
            return number
        like, draw = self._likeness(number, named), stream(0, self._chance, number)
        choices = [self._choices(number, place, named) for place in range(len(number))]
        for _ in range(TRIES):
            drawn = "".join(draw.choice(some) for some in choices)
            for candidate in (self._checked(drawn, named), drawn):
                if candidate != number and candidate not in self._taken and self._likeness(candidate, named) == like:
                    self._taken.add(candidate)
                    return candidate
        raise CapsuleError(f"it cannot be anonymised: no other number is found that is like {number}")

    def meanings(self, number: str, named: Named) -> list[TrackingNumber]:
        """What the number is, for each carrier whose number it can be."""
        found = {}
        for carrier in named:
            try:
                known = self._foundation.recognise(number, carrier)
            except ApiError:
                continue
            found[known.carrier.code] = known
        return list(found.values())

    def _public(self, number: TrackingNumber) -> bool:
        """Whether the number means something by itself."""
        documented = self._foundation.specification.documented_shipment
        return self._foundation.scenario(number) is not None or bool(documented and is_of(documented, number))

    def _choices(self, number: str, place: int, named: Named) -> str:
        """The signs that may be there as far as carrier and service go."""
        sign = number[place]
        alphabet = digits if sign in digits else ascii_uppercase if sign in ascii_uppercase else sign
        like = self._likeness(number, named, checked=False)
        others = (f"{number[:place]}{other}{number[place + 1 :]}" for other in alphabet)
        return "".join(each[place] for each in others if self._likeness(each, named, checked=False) == like)

    def _checked(self, number: str, named: Named) -> str:
        """The number with a right check digit."""
        for known in self.meanings(number, named):
            return self._foundation.carriers.numbering(known.carrier.code).with_check_digit(number)
        return number

    def _likeness(self, number: str, named: Named, *, checked: bool = True) -> list[object]:
        """What the number is taken for: carrier, service, issuer and if its check digit is right, or the refusal."""
        return [self._meaning(number, carrier, checked=checked) for carrier in named]

    def _meaning(self, number: str, carrier: str | None, *, checked: bool) -> object:
        directory = self._foundation.carriers
        try:
            known = directory.recognise(number, carrier, strict_check_digits=False)
        except ApiError as error:
            return error.code
        if checked and self._public(known):
            return None
        passes = directory.numbering(known.carrier.code).read(number).check_passes if checked else None
        return known.carrier.code, known.service, known.issuer_country, passes
