"""The shipments there are, and how they are told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from contract_tests.tests.servers.clock import Clock, instant
from contract_tests.tests.servers.directory import Carrier
from contract_tests.tests.servers.messages import Body
from contract_tests.tests.servers.refusals import RefusalError
from contract_tests.tests.servers.texts import texts

HOUR, DAY = 3600, 86_400
PAGE_NUMBER = "1Z204E380338943508"
LABEL_ONLY_NUMBER = "449044304137821"
KNOWN_NUMBER = "1Z999AA10123456784"
CLASSES = {"pickup": "in_transit", "transit": "in_transit", "customs": "in_transit"}
ENDS = frozenset({"delivered", "returned"})
LIVES: tuple[tuple[str, ...], ...] = (
    ("info_received", "pickup", "transit", "customs", "transit"),
    ("info_received", "pickup", "transit", "out_for_delivery"),
    ("info_received", "pickup", "transit", "customs", "transit", "out_for_delivery", "delivered"),
    ("info_received", "pickup", "transit", "out_for_delivery", "failed_attempt"),
    ("info_received", "pickup", "transit", "available_for_pickup"),
    ("info_received", "pickup", "transit", "exception"),
    ("info_received", "pickup", "transit", "out_for_delivery", "failed_attempt", "returned"),
    ("info_received",),
    (),
)
PLACES = {"pickup": "Los Angeles, CA", "transit": "Louisville, KY", "info_received": None}
SERVICES = {"ups": {"01": "UPS Next Day Air", "02": "UPS Second Day Air", "03": "UPS Ground"}}


def status_class(event_type: str) -> str:
    """The status that an event gives its shipment."""
    return CLASSES.get(event_type, event_type)


@dataclass(frozen=True, slots=True)
class Event:
    type: str
    location: str | None
    at: int


@dataclass(frozen=True, slots=True)
class Shipment:
    """What is known of a number; events are newest first, times in Unix seconds."""

    number: str
    carrier: Carrier
    events: tuple[Event, ...]
    estimated: int | None
    origin: Mapping[str, str] | None
    destination: Mapping[str, str] | None
    polled: int

    @property
    def status(self) -> str:
        return status_class(self.events[0].type) if self.events else "pending"


class Shipments:
    """Every recognised number has a shipment, except those that are all zeros."""

    def __init__(self, clock: Clock, changes: Sequence[Callable[[Body], None]]) -> None:
        self.changes = changes
        self.clock = clock
        self.today = int(clock.now() // DAY) * DAY
        self.moved: dict[str, Shipment] = {}

    def find(self, number: str, carrier: Carrier) -> Shipment:
        """The shipment as of now; raises not_found."""
        if not number[2:].strip("0"):
            raise RefusalError("not_found")
        shipment = self.moved.get(number) or self.first(number, carrier)
        return replace(shipment, carrier=carrier)

    def happen(self, number: str, carrier: Carrier, event_type: str) -> Shipment:
        """The shipment with one more event, now; after its end the number is given to a new parcel."""
        before = self.find(number, carrier)
        kept = () if before.events and before.events[0].type in ENDS else before.events
        at = max(int(self.clock.now()), before.events[0].at + 1 if before.events else 0)
        event = Event(event_type, PLACES.get(event_type, "Zürich, CH"), at)
        self.moved[number] = replace(before, events=(event, *kept), polled=max(before.polled, at))
        return self.moved[number]

    def first(self, number: str, carrier: Carrier) -> Shipment:
        if number == PAGE_NUMBER:
            return self.page_example(carrier)
        if number in {KNOWN_NUMBER, LABEL_ONLY_NUMBER}:
            life = LIVES[0] if number == KNOWN_NUMBER else LIVES[-2]
        else:
            life = LIVES[sum(map(ord, number)) % len(LIVES)]
        start = self.today - 4 * DAY + 8 * HOUR
        events = [Event(kind, PLACES.get(kind, "Zürich, CH"), start + 11 * HOUR * n) for n, kind in enumerate(life)]
        return Shipment(
            number,
            carrier,
            tuple(reversed(events)),
            estimated=self.today + 2 * DAY - 60 if life else None,
            origin={"city": "Los Angeles", "country": "US"} if life else None,
            destination={"city": "Zürich", "country": "CH"} if life else None,
            polled=start + 11 * HOUR * len(life),
        )

    def page_example(self, carrier: Carrier) -> Shipment:
        """The page's own answer; its times are 2026-06-15 03:42 and 09:00, and 2026-06-17 23:59."""
        return Shipment(
            PAGE_NUMBER,
            carrier,
            (Event("transit", "Louisville, KY", 1_781_494_920),),
            estimated=1_781_740_740,
            origin={"city": "Los Angeles", "country": "US"},
            destination={"city": "New York", "country": "US"},
            polled=1_781_514_000,
        )

    def service(self, shipment: Shipment) -> str | None:
        number = shipment.number
        if shipment.carrier.code == "fedex":
            return "FedEx Ground" if len(number) == 15 else "FedEx Express"
        return SERVICES.get(shipment.carrier.code, {}).get(number[8:10])

    def text(self, event_type: str, language: str) -> str:
        return texts()[language][event_type]

    def event(self, event: Event, language: str) -> Body:
        return {
            "status": self.text(event.type, language),
            "location": event.location,
            "timestamp": instant(event.at),
            "type": event.type,
        }

    def body(self, shipment: Shipment, language: str = "en") -> Body:
        """The tracking body, its keys in the page's order."""
        carrier = shipment.carrier
        body: Body = {
            "success": True,
            "tracking_number": shipment.number,
            "carrier": {"code": carrier.code, "name": carrier.name, "service": self.service(shipment)},
            "status": shipment.status,
            "status_description": self.text(shipment.events[0].type if shipment.events else "pending", language),
            "estimated_delivery": None if shipment.estimated is None else instant(shipment.estimated),
            "origin": shipment.origin and dict(shipment.origin),
            "destination": shipment.destination and dict(shipment.destination),
            "events": [self.event(event, language) for event in shipment.events],
            "last_updated": instant(shipment.polled),
        }
        for change in self.changes:
            change(body)
        return body
