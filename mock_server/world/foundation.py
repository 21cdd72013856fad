"""What every world stands on."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any, TypeVar

from contract_tests.contract.loading import fixture
from mock_server.contract.errors import ApiError
from mock_server.contract.forms import told_at
from mock_server.contract.specification import Specification
from mock_server.domain.clock import Clock, SandboxClock, SystemClock, from_text, in_range
from mock_server.domain.plans import Accounts, Plan
from mock_server.domain.recent import Recent
from mock_server.domain.shipments import magic_numbers as magic
from mock_server.domain.shipments.carriers import CarrierDirectory, TrackingNumber
from mock_server.domain.shipments.numbers import LONGEST_INPUT, normalise
from mock_server.domain.shipments.phrases import Phrases
from mock_server.domain.shipments.pinned import Pin
from mock_server.domain.shipments.places import Places
from mock_server.domain.shipments.source import ShipmentSource
from mock_server.domain.webhooks.subscriptions import check_url
from mock_server.domain.webhooks.terms import DeliveryTerms
from mock_server.faults import scenarios
from mock_server.faults.matching import Parcel
from mock_server.faults.rules import Vocabulary
from mock_server.faults.scenarios import NONE as NO_SCENARIO
from mock_server.faults.scenarios import Scenario
from mock_server.settings import Settings, setting_from
from mock_server.world.found import FoundShipment

FAULT_HEADER = "X-Mock-Fault"
T = TypeVar("T")
REMEMBERED = 8192  # numbers whose carrier and scenario are not worked out again


class Foundation:
    """What every world stands on and none can change: the contract, the data, the settings, the server's clock."""

    def __init__(self, settings: Settings, base_clock: Clock | None = None) -> None:
        """DocumentError says what is wrong with a file, ValueError what is wrong with a setting."""
        self.settings = settings
        self.specification = Specification.load(settings.overlay, settings.webhook_allow)
        self._windows = self.specification.extension("x-quota")["windows"]
        self._plans = {record["name"]: record for record in self.specification.plans}
        plans = [Plan.from_record(record, self._windows) for record in self._plans.values()]
        with setting_from("default_plan"):
            self.accounts = Accounts(plans, settings.default_plan, self.specification.extension("x-keys"))
        self.carriers = _directory(tuple(self.specification.extension("x-detection-priority")))
        self.magic = magic.MagicNumbers(fixture("magic_numbers.json"), self.carriers)
        self.phrases = Phrases(fixture("phrases.json"), self.specification.status_of_event)
        self.source = ShipmentSource(
            shipped_places(),
            self.phrases,
            fixture("journeys.json"),
            staged=self._staged,
            documented=self.specification.documented_shipment,
        )
        self.vocabulary = Vocabulary.of(self.specification, self.carriers)
        self.terms = DeliveryTerms.from_document(
            self.specification.document,
            first_delay=settings.webhook_retry,
            standard=settings.standard_webhooks,
            label=None if settings.strict else FAULT_HEADER,
        )
        self.recognise = _short(lru_cache(REMEMBERED)(self._recognise), self._recognise)
        self.parcel = _short(lru_cache(REMEMBERED)(self._parcel), self._parcel)
        self.found_shipments: Recent[tuple[int, str, str | None], FoundShipment] = Recent(REMEMBERED)
        self.scenario = lru_cache(REMEMBERED)(self._scenario)
        self.language = lru_cache(256)(self.phrases.match)
        base = base_clock or SystemClock()
        with setting_from("clock"):
            start = in_range(from_text(settings.clock)) if settings.clock else None
        with setting_from("time_scale"):
            self.clock = SandboxClock(base, start, settings.time_scale)
        self.opening = NO_SCENARIO
        if settings.scenario:
            self.opening = scenario = scenarios.load_or_read(settings.scenario, self.stage)
            self.clock = SandboxClock(
                base,
                start if scenario.start is None else scenario.start,
                settings.time_scale if scenario.scale is None else scenario.scale,
            )

    def twin(self) -> "Foundation":
        """The same for worlds that are only tried out: their server's clock is another."""
        twin = copy(self)
        twin.clock = self.clock.copy()
        return twin

    def plan(self, plan: Plan, scenario: Scenario) -> Plan:
        """The plan with the limits that the scenario changes."""
        limits = scenario.plans.get(plan.name)
        return Plan.from_record({**self._plans[plan.name], **limits}, self._windows) if limits else plan

    def stage(self, name: str, document: Any) -> Scenario:
        """The scenario that a document describes; FormError where it is none, or where no world could start so."""
        scenario = Scenario.from_document(name, document, self.vocabulary)
        clock = self.clock.copy()
        with told_at("/clock", "status"):
            scenario.set(clock)
        for plan in self.accounts.plans.values():
            self.plan(plan, scenario)
        scenario = replace(scenario, pins=self.pins(scenario))
        for place, pin in enumerate(scenario.pins or ()):
            with told_at(f"/shipments/{place}", "status"):
                pin.checked(self.seed(scenario), self.source, clock.now())
        self.watched(scenario)
        return scenario

    def seed(self, scenario: Scenario) -> int:
        """What everything in a world that starts in the scenario follows from."""
        return self.settings.seed if scenario.seed is None else scenario.seed

    def watched(self, scenario: Scenario) -> list[tuple[str, str | None, Mapping[str, Any]]]:
        """The scenario's webhooks, each with its number and carrier; FormError for one that cannot be."""
        return [(*self._watched(place, webhook), webhook) for place, webhook in enumerate(scenario.webhooks)]

    def _watched(self, place: int, webhook: Mapping[str, Any]) -> tuple[str, str | None]:
        with told_at(f"/webhooks/{place}", "status"):
            check_url(webhook["url"])
            text, number = self.watchable(webhook["tracking_number"])
            return text, number.carrier.code if number else None

    def watchable(self, text: str) -> tuple[str, TrackingNumber | None]:
        """The number written in full, and what it is: None if no carrier knows it yet, which webhooks wait for.

        ApiError for what can be no number.
        """
        try:
            number = self.recognise(text, None)
        except ApiError as error:
            if error.code != "not_found":
                raise
            return normalise(text), None
        return number.text, number

    def pins(self, scenario: Scenario) -> Sequence[Pin]:
        """The scenario's shipments; FormError for a number that is none."""
        if scenario.pins is not None:
            return scenario.pins
        return [self._pin(place, wish) for place, wish in enumerate(scenario.shipments)]

    def _pin(self, place: int, wish: Mapping[str, Any]) -> Pin:
        carrier = wish.get("carrier")
        code = carrier["code"] if isinstance(carrier, Mapping) else carrier
        with told_at(f"/shipments/{place}", "status"):
            return Pin(self.recognise(wish["tracking_number"], code), wish)

    def _recognise(self, text: str, carrier_code: str | None) -> TrackingNumber:
        return self.carriers.recognise(text, carrier_code, strict_check_digits=self.settings.strict_check_digits)

    def _parcel(self, text: str, carrier_code: str | None) -> Parcel:
        """What fault rules see of a number; of the carrier nothing if it is not one of the carrier's."""
        try:
            return Parcel(normalise(text), self.recognise(text, carrier_code).carrier.code)
        except ApiError:
            return Parcel(normalise(text), None)

    def _scenario(self, number: TrackingNumber) -> magic.MagicScenario | None:
        found = self.magic.scenario_of(number.text, number.carrier.code)
        return self.magic.scenarios[found] if found else None

    def _staged(self, number: TrackingNumber) -> str | None:
        scenario = self.scenario(number)
        return scenario.journey if scenario else None


@cache
def shipped_places() -> Places:
    """The map that every mock of a process shares, with the towns that Faker has told it."""
    return Places(fixture("places.json"))


@lru_cache(8)
def _directory(priority: tuple[str, ...]) -> CarrierDirectory:
    return CarrierDirectory(fixture("carriers.json"), fixture("number_formats.json"), priority)


def _short(
    remembered: Callable[[str, str | None], T], anew: Callable[[str, str | None], T]
) -> Callable[[str, str | None], T]:
    """What is remembered of a number and a carrier's code; longer texts than any can be are read anew."""

    def found(text: str, carrier_code: str | None) -> T:
        short = len(text) <= LONGEST_INPUT and len(carrier_code or "") <= LONGEST_INPUT
        return remembered(text, carrier_code) if short else anew(text, carrier_code)

    return found
