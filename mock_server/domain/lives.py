"""Lives: what can become of a parcel, from its label to its last scan."""

from collections.abc import Callable
from itertools import pairwise

from mock_server.domain.calendars import DAY, HOUR
from mock_server.domain.diaries import ATTEMPTS, DOOR, Diary
from mock_server.domain.places import distance

Life = Callable[[Diary], None]
HANDED_OVER = ("delivered", "delivered", "delivered_front_door", "delivered_signed")


def reach_town(diary: Diary, mishap: str | None = None) -> None:
    """From the label to the facility that serves the recipient."""
    diary.announce()
    diary.collect()
    diary.carry(mishap)
    diary.arrive()


def hand_over(diary: Diary) -> None:
    diary.load()
    diary.knock(diary.random.choice(HANDED_OVER))


def smooth(diary: Diary) -> None:
    reach_town(diary)
    hand_over(diary)


def bad_weather(diary: Diary) -> None:
    reach_town(diary, "weather_delay")
    hand_over(diary)


def papers_missing(diary: Diary) -> None:
    """Held by customs where there are any, then delivered."""
    diary.papers_missing = True
    smooth(diary)


def wrong_address(diary: Diary) -> None:
    reach_town(diary)
    diary.suffer("address_incorrect", diary.itinerary.destination, (40, 200))
    hand_over(diary)


def second_attempt(diary: Diary) -> None:
    reach_town(diary)
    miss(diary)
    hand_over(diary)


def fetched_after_attempt(diary: Diary) -> None:
    reach_town(diary)
    miss(diary)
    diary.offer()
    diary.fetch()


def fetched(diary: Diary) -> None:
    """Sent to a shop or locker."""
    reach_town(diary)
    diary.offer()
    diary.fetch()


def never_fetched(diary: Diary) -> None:
    reach_town(diary)
    diary.offer()
    diary.wait((7 * 24, 10 * 24))
    turn_back(diary)


def three_attempts(diary: Diary) -> None:
    reach_town(diary)
    for _ in range(3):
        miss(diary)
    diary.wait((20, 50))
    turn_back(diary)


def damaged(diary: Diary) -> None:
    """Broken on the way, and sent back from there."""
    suffer_halfway(diary, "damaged")
    diary.write("departed_facility", diary.scans[-1].place)
    turn_back(diary)


def suffer_halfway(diary: Diary, mishap: str) -> None:
    """To a facility on the way, where it goes wrong."""
    diary.announce()
    diary.collect()
    stops = diary.itinerary.stops
    for before, here in pairwise(stops[: len(stops) // 2 + 1]):
        diary.leave(before, here)
        diary.reach(before, here)
    legs_left = len(stops) - 1 - len(stops) // 2
    diary.hoped = len(diary.scans), diary.now + (1 + legs_left) * DAY
    diary.suffer(mishap, stops[len(stops) // 2], (10, 60))


def lost(diary: Diary) -> None:
    """No scan after one on the way."""
    reach_town(diary)
    diary.doors.append(len(diary.scans) - 1)
    diary.kept = diary.random.randrange(2, len(diary.scans))


def never_handed_over(diary: Diary) -> None:
    diary.announce()


def miss(diary: Diary) -> None:
    diary.load()
    diary.knock(diary.random.choice(ATTEMPTS))


def turn_back(diary: Diary) -> None:
    """The one scan that says so, here or at the sender's door: nothing follows it."""
    if diary.random.random() < 0.4:
        diary.wait((1, 8))
        diary.write("returning", diary.scans[-1].place)
    else:
        send_back(diary)


def send_back(diary: Diary) -> None:
    home, sender = diary.itinerary.destination, diary.itinerary.origin
    diary.now += DAY + 1.5 * HOUR * diary.pace.travel_hours(distance(home, sender))
    diary.until(sender, DOOR)
    diary.write("returned", sender)


# Of a thousand parcels; most carriers deliver 19 of 20 at the first attempt.
LIVES: tuple[tuple[Life, int], ...] = (
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
