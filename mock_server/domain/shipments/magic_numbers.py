"""Magic tracking numbers: shaped like a carrier's own, check digit right, and forcing an outcome."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from mock_server.domain.shipments.carriers import Carrier, CarrierDirectory
from mock_server.domain.shipments.numbers import Numbering, compiled


@dataclass(frozen=True, slots=True)
class MagicScenario:
    """What a three-digit scenario does: a journey by name, or an error code of the contract, perhaps late."""

    scenario: str
    does: str
    journey: str | None = None
    error: str | None = None
    delay_seconds: float = 0


@dataclass(frozen=True, slots=True)
class MagicNumber:
    """One line of the list of magic numbers; a number without a scenario forces an answer of its own."""

    carrier: str
    number: str
    does: str
    scenario: str | None = None


@dataclass(frozen=True, slots=True)
class NumberTemplate:
    """A carrier's magic numbers with places for the scenario, the check digit and the country of a post."""

    text: str
    pattern: str
    shown_for: str
    carrier: str | None = None
    carrier_type: str | None = None

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        text = record["template"]
        pattern = text.format(scenario="(?P<scenario>[0-9]{3})", check="[0-9A-Z]", country="[A-Z]{2}")
        return cls(text, pattern, record["shown_for"], record.get("carrier"), record.get("carrier_type"))

    def serves(self, numbering: Numbering) -> bool:
        """Whether a carrier with this numbering issues numbers of this template."""
        return any((form.carrier, form.carrier_type) == (self.carrier, self.carrier_type) for form in numbering.formats)

    def number(self, scenario: str, carrier: Carrier, numbering: Numbering) -> str:
        return numbering.with_check_digit(self.text.format(scenario=scenario, check="0", country=carrier.country))


class MagicNumbers:
    """The numbers of fixtures/magic_numbers.json for the carriers of a directory; it never changes."""

    def __init__(self, fixture: Mapping[str, Any], directory: CarrierDirectory) -> None:
        self.scenarios: Mapping[str, MagicScenario] = {
            record["scenario"]: MagicScenario(**record) for record in fixture["scenarios"]
        }
        self._directory = directory
        self._templates = [NumberTemplate.from_record(record) for record in fixture["templates"]]
        self._examples = [
            MagicNumber(record["carrier"], record["tracking_number"], record["does"], record.get("scenario"))
            for record in fixture["examples"]
        ]

    def scenario_of(self, number: str, carrier_code: str) -> str | None:
        """The scenario that this normalised number of this carrier forces, or None for an ordinary number."""
        if self._directory.get(carrier_code) is None:
            return None
        for example in self._examples:
            if (example.number, example.carrier) == (number, carrier_code):
                return example.scenario
        numbering = self._directory.numbering(carrier_code)
        for template in self._templates:
            match = compiled(template.pattern).fullmatch(number)
            if match and template.serves(numbering) and numbering.read(number).check_passes:
                return match["scenario"] if match["scenario"] in self.scenarios else None
        return None

    def magic_number(self, carrier_code: str, scenario: str) -> str:
        """That carrier's number for the scenario; ValueError if there is no such carrier, template or scenario."""
        if scenario not in self.scenarios:
            raise ValueError(f"{scenario!r} is not a scenario; there are {', '.join(self.scenarios)}")
        carrier = self._directory.get(carrier_code)
        if carrier is None:
            raise ValueError(f"{carrier_code!r} is not a carrier code; search the directory for its name")
        numbering = self._directory.numbering(carrier_code)
        for template in self._templates:
            if template.serves(numbering):
                return template.number(scenario, carrier, numbering)
        shown = ", ".join(template.shown_for for template in self._templates)
        raise ValueError(f"{carrier.name} has no magic numbers; {shown} and every other post have")

    def magic_numbers(self, carrier_code: str | None = None) -> tuple[MagicNumber, ...]:
        """Every magic number of that carrier, or of one carrier per template; ValueError as for `magic_number`."""
        codes = [template.shown_for for template in self._templates] if carrier_code is None else [carrier_code]
        return tuple(row for code in codes for row in self._rows(code))

    def by_error(self, carrier_code: str) -> Mapping[str, str]:
        """That carrier's number for each error code that one brings about; ValueError as for `magic_number`."""
        return {
            each.error: self.magic_number(carrier_code, each.scenario) for each in self.scenarios.values() if each.error
        }

    def _rows(self, code: str) -> Iterator[MagicNumber]:
        for scenario in self.scenarios.values():
            number = self.magic_number(code, scenario.scenario)
            yield MagicNumber(code, number, scenario.does, scenario.scenario)
        yield from (example for example in self._examples if example.carrier == code)
