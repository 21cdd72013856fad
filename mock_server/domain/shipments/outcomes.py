"""Outcomes: what can become of a parcel, from its label to its last scan."""

from collections.abc import Callable
from itertools import pairwise

from mock_server.domain.shipments.calendar import DAY, HOUR
from mock_server.domain.shipments.places import distance
from mock_server.domain.shipments.simulation import ATTEMPTS, DOOR, Simulation

Outcome = Callable[[Simulation], None]
HANDED_OVER = ("delivered", "delivered", "delivered_front_door", "delivered_signed")


def reach_town(simulation: Simulation, mishap: str | None = None) -> None:
    """From the label to the facility that serves the recipient."""
    simulation.announce()
    simulation.collect()
    simulation.carry(mishap)
    simulation.arrive()


def hand_over(simulation: Simulation) -> None:
    simulation.load()
    simulation.knock(simulation.random.choice(HANDED_OVER))


def smooth(simulation: Simulation) -> None:
    reach_town(simulation)
    hand_over(simulation)


def bad_weather(simulation: Simulation) -> None:
    reach_town(simulation, "weather_delay")
    hand_over(simulation)


def papers_missing(simulation: Simulation) -> None:
    """Held by customs where there are any, then delivered."""
    simulation.papers_missing = True
    smooth(simulation)


def wrong_address(simulation: Simulation) -> None:
    reach_town(simulation)
    simulation.suffer("address_incorrect", simulation.itinerary.destination, (40, 200))
    hand_over(simulation)


def second_attempt(simulation: Simulation) -> None:
    reach_town(simulation)
    miss(simulation)
    hand_over(simulation)


def fetched_after_attempt(simulation: Simulation) -> None:
    reach_town(simulation)
    miss(simulation)
    simulation.offer()
    simulation.fetch()


def fetched(simulation: Simulation) -> None:
    """Sent to a shop or locker."""
    reach_town(simulation)
    simulation.offer()
    simulation.fetch()


def never_fetched(simulation: Simulation) -> None:
    reach_town(simulation)
    simulation.offer()
    simulation.wait((7 * 24, 10 * 24))
    turn_back(simulation)


def three_attempts(simulation: Simulation) -> None:
    reach_town(simulation)
    for _ in range(3):
        miss(simulation)
    simulation.wait((20, 50))
    turn_back(simulation)


def damaged(simulation: Simulation) -> None:
    """Broken on the way, and sent back from there."""
    suffer_halfway(simulation, "damaged")
    simulation.write("departed_facility", simulation.scans[-1].place)
    turn_back(simulation)


def suffer_halfway(simulation: Simulation, mishap: str) -> None:
    """To a facility on the way, where it goes wrong."""
    simulation.announce()
    simulation.collect()
    stops = simulation.itinerary.stops
    for before, here in pairwise(stops[: len(stops) // 2 + 1]):
        simulation.leave(before, here)
        simulation.reach(before, here)
    legs_left = len(stops) - 1 - len(stops) // 2
    simulation.hoped = len(simulation.scans), simulation.now + (1 + legs_left) * DAY
    simulation.suffer(mishap, stops[len(stops) // 2], (10, 60))


def lost(simulation: Simulation) -> None:
    """No scan after one on the way."""
    reach_town(simulation)
    simulation.doors.append(len(simulation.scans) - 1)
    simulation.kept = simulation.random.randrange(2, len(simulation.scans))


def never_handed_over(simulation: Simulation) -> None:
    simulation.announce()


def miss(simulation: Simulation) -> None:
    simulation.load()
    simulation.knock(simulation.random.choice(ATTEMPTS))


def turn_back(simulation: Simulation) -> None:
    """The one scan that says so, here or at the sender's door: nothing follows it."""
    if simulation.random.random() < 0.4:
        simulation.wait((1, 8))
        simulation.write("returning", simulation.scans[-1].place)
    else:
        send_back(simulation)


def send_back(simulation: Simulation) -> None:
    home, sender = simulation.itinerary.destination, simulation.itinerary.origin
    simulation.now += DAY + 1.5 * HOUR * simulation.level.travel_hours(distance(home, sender))
    simulation.until(sender, DOOR)
    simulation.write("returned", sender)


# Of a thousand parcels; most carriers deliver 19 of 20 at the first attempt.
OUTCOMES: tuple[tuple[Outcome, int], ...] = (
    (smooth, 630),
    (second_attempt, 80),
    (fetched, 65),
    (bad_weather, 60),
    (fetched_after_attempt, 40),
    (papers_missing, 40),
    (wrong_address, 30),
    (never_fetched, 15),
    (three_attempts, 10),
    (damaged, 10),
    (lost, 12),
    (never_handed_over, 8),
)
