"""Simulation: the scans of one shipment, written in the order in which they happen."""

from dataclasses import dataclass
from random import Random

from mock_server.domain.shipments.calendar import HOUR, estimate, local_date, opening, whole_minute, working_day
from mock_server.domain.shipments.itineraries import Itinerary
from mock_server.domain.shipments.places import Place, distance
from mock_server.domain.shipments.services import Hours, ServiceLevel

SHORT_KM = 50
COLLECTION = (9.5, 18.5)  # local hours
CUSTOMS = (8.0, 18.0)
MORNING_SORT = (3.5, 7.5)
LOADING = (6.5, 10.0)
DOOR = (9.0, 20.0)
COUNTER = (9.0, 19.0)
ATTEMPTS = ("recipient_unavailable", "notice_left")
UNCERTAIN = ("address_incorrect", "customs_documents_missing")  # nobody can say when somebody else will act


@dataclass(frozen=True, slots=True)
class Scan:
    """Something that happened to a parcel; `place` is None where the carrier does not say."""

    at: float
    phrase: str
    place: Place | None


class Simulation:
    """A parcel's life as it is made up: each step moves `now` to when people there would really do it."""

    def __init__(self, itinerary: Itinerary, level: ServiceLevel, random: Random, start: float) -> None:
        self.itinerary = itinerary
        self.level = level
        self.random = random
        self.now = start
        self.scans: list[Scan] = []
        self.papers_missing = False
        self.delays: dict[int, float] = {}  # seconds lost after the scan of that index
        self.doors: list[int] = []  # indices of the scans that end a day of delivery
        self.hoped: tuple[int, float] | None = None  # until which scan people hoped to deliver, and when
        self.kept: int | None = None  # how many scans ever came in, where the rest was never made

    def write(self, phrase: str, place: Place | None) -> None:
        self.now = whole_minute(self.now)
        self.scans.append(Scan(self.now, phrase, place))

    def wait(self, hours: Hours) -> None:
        self.now += self.random.uniform(*hours) * HOUR

    def until(self, place: Place, hours: Hours, *, everyone: bool = True) -> None:
        """Wait for those local hours of the place, with `everyone` on a day on which people there work."""
        saturdays = self.level.saturdays if everyone else None
        self.now = opening(self.now, place, *hours, self.random, saturdays=saturdays)

    def announce(self) -> None:
        """The shipper's data reach the carrier."""
        origin = self.itinerary.origin
        self.until(origin, (7.0, 23.0), everyone=False)
        phrase = self.random.choice(("label_created", "label_created", "information_received"))
        self.write(phrase, origin if self.random.random() < 0.6 else None)

    def collect(self) -> None:
        """The carrier takes the parcel over."""
        origin = self.itinerary.origin
        self.wait(self.level.lead_hours)
        self.until(origin, COLLECTION)
        self.write(self.random.choice(("picked_up", "picked_up", "dropped_off")), origin)
        self.wait((1, 4))
        if self.random.random() < 0.6:
            self.write("origin_scan", origin)

    def carry(self, mishap: str | None = None) -> None:
        """From the sender's town to the one before the recipient's; the mishap happens at a stop on the way."""
        stops = self.itinerary.stops
        unlucky = self.random.randrange(1, len(stops) - 1) if mishap and len(stops) > 2 else None
        for index in range(1, len(stops) - 1):
            self.leave(stops[index - 1], stops[index])
            self.reach(stops[index - 1], stops[index])
            if mishap and index == unlucky:
                self.suffer(mishap, stops[index], (20, 80))
            else:
                self.dwell(stops[index], stops[index + 1])
        self.leave(stops[max(0, len(stops) - 2)], stops[-1])

    def travel(self, here: Place, there: Place) -> float:
        """Hours on the way; between two facilities there is always one."""
        return self.level.travel_hours(max(SHORT_KM, distance(here, there)))

    def leave(self, here: Place, following: Place) -> None:
        if here.label == following.label:
            return
        self.wait((0.4, 2.5))
        if here.country == self.itinerary.origin.country != following.country:
            self.write("departed_origin_country", here)
        elif following is self.itinerary.destination and self.random.random() < 0.4:
            self.write("transferred_to_destination", here)
        else:
            self.write("departed_facility", here)

    def reach(self, before: Place, here: Place) -> None:
        hours = self.travel(before, here) * self.random.uniform(1.0, 1.25)
        if hours > 30 and self.random.random() < 0.5:
            self.now += hours * HOUR / 2
            self.write("in_transit_to_next", before)
            self.now += hours * HOUR / 2
        else:
            self.now += hours * HOUR
        entered = here.country == self.itinerary.destination.country != before.country
        self.write("arrived_destination_country" if entered else "arrived_facility", here)
        if entered and self.itinerary.customs:
            self.clear(here)

    def dwell(self, here: Place, following: Place) -> None:
        """Wait in a facility; those work nights, and mail for abroad waits for its plane."""
        exports = here.country == self.itinerary.origin.country != following.country
        self.wait(self.level.export_hours if exports else self.level.dwell_hours)

    def clear(self, here: Place) -> None:
        """Customs look at the papers."""
        self.wait((0.5, 4))
        self.write("customs_submitted", here)
        if self.random.random() < 0.7:
            self.until(here, CUSTOMS)
            self.write("customs_in_progress", here)
        if self.papers_missing:
            self.suffer("customs_documents_missing", here, (50, 250))
        self.wait(self.level.customs_hours)
        self.until(here, CUSTOMS)
        self.write("customs_cleared", here)

    def suffer(self, phrase: str, here: Place, hours: Hours) -> None:
        """Something goes wrong here and costs so many hours."""
        self.wait((0.5, 4))
        self.write(phrase, here)
        lost = self.random.uniform(*hours) * HOUR
        self.delays[len(self.scans) - 1] = lost
        self.now += lost

    def arrive(self) -> None:
        """The parcel is sorted in the early morning for the recipient's street."""
        before, home = self.itinerary.stops[-2:] if len(self.itinerary.stops) > 1 else self.itinerary.stops * 2
        if before.country != home.country:
            self.reach(before, home)
        elif before is not home:
            self.now += self.travel(before, home) * HOUR
        self.until(home, MORNING_SORT, everyone=False)
        self.write("arrived_local_facility", home)

    def load(self) -> None:
        self.until(self.itinerary.destination, LOADING)
        self.write("out_for_delivery", self.itinerary.destination)

    def knock(self, phrase: str) -> None:
        """What the driver scans at the door, some hours after loading."""
        self.wait((0.5, 0.8))
        self.until(self.itinerary.destination, DOOR, everyone=False)
        self.write(phrase, self.itinerary.destination)
        self.doors.append(len(self.scans) - 1)

    def offer(self) -> None:
        """The parcel waits at a counter in the recipient's town."""
        self.until(self.itinerary.destination, COUNTER)
        self.write("available_for_pickup", self.itinerary.destination)
        self.doors.append(len(self.scans) - 1)

    def fetch(self) -> None:
        """The recipient comes to the counter."""
        self.wait((4, 140))
        self.until(self.itinerary.destination, COUNTER)
        self.write(self.random.choice(("delivered", "delivered_signed")), self.itinerary.destination)
        self.doors.append(len(self.scans) - 1)

    def promise(self, index: int) -> float | None:
        """The day of delivery as the carrier sees it at that scan: 23:59:00Z, or None once there will be none."""
        scan, home = self.scans[index], self.itinerary.destination
        sought = index + 1 if scan.phrase in ATTEMPTS else index
        door = next((each for each in self.doors if each >= sought), None)
        if scan.phrase in UNCERTAIN:
            return None
        if door is None:
            hoped = self.hoped[1] if self.hoped and index < self.hoped[0] else None
            return None if hoped is None else estimate(working_day(local_date(hoped, home), home), scan.at, home)
        unforeseen = sum(seconds for mishap, seconds in self.delays.items() if index < mishap < door)
        planned = working_day(local_date(self.scans[door].at - unforeseen, home), home)
        return estimate(planned, scan.at, home)
