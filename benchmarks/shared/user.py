"""The user of one key: what it does next, and what it knows the mock must answer."""

import json
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

from benchmarks.load import tracking_numbers
from benchmarks.mixture import LoadKey
from benchmarks.shared.book import Book
from benchmarks.shared.line import KeptLine, LineAnswer, request

MINUTE, DAY, HOURS_6 = 60, 86_400, 21_600  # seconds
STATUSES = ("delivered", "returned", "expired")  # which last, however late it gets
LIFE = "1ZTFTEST0300000111"  # a whole life: 72 hours from the first look to the door
MOST_WEBHOOKS = 3
KNOWN = tracking_numbers(2000)
FREE = {401, 405, 429}
OVER, FORGOTTEN, LESS = "granted more than a limit", "grants forgotten", "grants counted that no answer told of"
STALE, CLOCK, SURPRISE = "pins forgotten", "clocks not where they were left", "answers that nobody could expect"
STRANGER = "answers by a non-owner"


@dataclass(slots=True)
class Windows:
    """Lookups granted in each window of the key's clock, and those that may have been: asked for, not answered."""

    granted: Counter[tuple[int, int]] = field(default_factory=Counter)
    perhaps: Counter[tuple[int, int]] = field(default_factory=Counter)

    def used(self, seconds: int, now: float) -> tuple[int, int]:
        window = (seconds, int(now // seconds))
        return self.granted[window], self.perhaps[window]

    def add(self, now: float, cost: int, *, told: bool) -> None:
        for seconds in (MINUTE, DAY):
            (self.granted if told else self.perhaps)[seconds, int(now // seconds)] += cost

    def late(self, before: float, now: float, cost: int) -> None:
        """Lookups asked for before the clock moved may be granted after it, where the answer did not come."""
        for seconds in (MINUTE, DAY):
            if now // seconds != before // seconds:
                self.perhaps[seconds, int(now // seconds)] += cost


@dataclass(slots=True)
class Owner:
    """Who answered for a key last, and under which claim; a later claim has a greater number."""

    name: bytes = b""
    fence: int = 0


class User:
    """Asks one thing at a time, and so knows what must come of it, whatever happens to the mock."""

    def __init__(self, key: LoadKey, number: int, start: float, hooks: str, book: Book) -> None:
        self.key, self.book, self.now = key, book, start
        self.webhooks: dict[str, str] = {}  # when each that was accepted was made
        self.silent: set[int] = set()  # requests that were not answered
        self.asked = 0
        self.windows = Windows()
        self.owner = Owner()
        self._chance = Random(number)
        self._hooks = f"{hooks}/{number}"
        self._pinned = KNOWN[-1 - number % 1000]
        self._status: str | None = None
        self._sure_of_clock = self._sure_of_pin = True
        self._moves = (start, start)
        self._open = 0  # lookups of calls without an answer since the clock stood where it stands

    async def turn(self, line: KeptLine) -> None:
        """One thing that its user might do now."""
        if not self._sure_of_clock:
            await self.read_clock(line)
            return
        drawn = self._chance.random()
        if drawn < 0.70:
            await self._track(line, self._chance.choice(KNOWN[:1000]))
        elif drawn < 0.78:
            await self._batch(line)
        elif drawn < 0.86:
            await self.advance(line, MINUTE)
        elif drawn < 0.87:
            await self.advance(line, HOURS_6)
        elif drawn < 0.90:
            await self._pin(line)
        elif drawn < 0.96:
            await self._see_pin(line)
        elif drawn < 0.98 and len(self.webhooks) < MOST_WEBHOOKS:
            await self.subscribe(line)
        else:
            await self.read_clock(line)

    # Calls of the API.

    async def call(self, line: KeptLine, method: str, path: str, cost: int, value: Any = None) -> LineAnswer | None:
        """The answer to a call of the API, accounted for; None if it has none, or the mock could not give it."""
        self.asked += 1
        answer = await line.ask(request(method, path, self.key.text, value, f"X-Sequence: {self.asked}\r\n"))
        self.book.happened["calls of the API"] += 1
        if answer is None or by_the_balancer(answer):
            self.book.happened["calls without an answer"] += 1
            self.book.example("calls without an answer", f"{path}: {answer.body[:200]!r}" if answer else path)
            self._unanswered(cost)
            return None
        if unavailable(answer):
            self.book.happened["calls answered 503 with Retry-After"] += 1
            self.book.example("calls answered 503 with Retry-After", f"{path}: {answer.body[:300]!r}")
            self._unanswered(cost)
            return None
        self._see_owner(answer)
        self._account(answer, cost)
        return answer

    def _unanswered(self, cost: int) -> None:
        """A call came to nothing, as it seems; the process that it was passed on to may do it yet."""
        self.silent.add(self.asked)
        self.windows.add(self.now, cost, told=False)
        self._open += cost

    async def _track(self, line: KeptLine, number: str) -> None:
        answer = await self.call(line, "GET", f"/v2/track/{number}", 1)
        if answer and not (answer.status == 200 and number.encode() in answer.body):
            self._refused(answer, f"track {number}")

    async def _batch(self, line: KeptLine) -> None:
        numbers = self._chance.choices(KNOWN, k=self._chance.randint(1, min(self.key.batch, 8)))
        body = {"shipments": [{"tracking_number": number} for number in numbers]}
        answer = await self.call(line, "POST", "/v2/track/batch", len(numbers), body)
        if answer and answer.status != 200:
            self._refused(answer, f"batch of {len(numbers)}")

    async def subscribe(self, line: KeptLine) -> None:
        """Let it be told of a whole life."""
        body = {"tracking_number": LIFE, "url": self._hooks}
        answer = await self.call(line, "POST", "/v2/webhooks", 1, body)
        if answer and answer.status == 201:
            made = json.loads(answer.body)
            self.webhooks[made["webhook_id"]] = made["created_at"]
            self.book.happened["webhooks accepted"] += 1
        elif answer:
            self._refused(answer, "subscribe")

    async def _see_pin(self, line: KeptLine) -> None:
        answer = await self.call(line, "GET", f"/v2/track/{self._pinned}", 1)
        if answer is None or answer.status != 200:
            if answer:
                self._refused(answer, "see pin")
            return
        status = json.loads(answer.body)["status"]
        if self._status is not None and self._sure_of_pin and status != self._status:
            self.book.breach(STALE, f"{self.key.text}: pinned {self._status}, tracked {status}")
        self.book.happened["pins looked at"] += self._status is not None and self._sure_of_pin

    # Calls of the control plane.

    async def control(self, line: KeptLine, method: str, path: str, value: Any = None) -> LineAnswer | None:
        """The answer, or None if it has none, or the mock could not give it."""
        joint = "&" if "?" in path else "?"
        answer = await line.ask(request(method, f"/__admin{path}{joint}key={self.key.text}", self.key.text, value))
        self.book.happened["calls of the control plane"] += 1
        if answer is None or by_the_balancer(answer) or unavailable(answer):
            self.book.happened["control calls without an answer"] += 1
            self.book.example("control calls without an answer", f"{path}: {answer and answer.body[:300]!r}")
            return None
        return answer

    async def advance(self, line: KeptLine, seconds: int) -> bool:
        """Whether its clock has certainly moved on."""
        self._moves = (self.now, self.now + seconds)
        answer = await self.control(line, "PUT", "/clock", {"action": "advance", "seconds": seconds})
        self._sure_of_clock = answer is not None
        if answer is None:
            return False
        self._moved(self.now + seconds)
        self._check_clock(answer)
        return True

    def _moved(self, now: float) -> None:
        self.windows.late(self.now, now, self._open)
        self.now, self._open = now, 0

    async def read_clock(self, line: KeptLine) -> bool:
        """Whether it knows again how late it is."""
        answer = await self.control(line, "GET", "/clock")
        if answer is None:
            return False
        if not self._sure_of_clock:
            told = json.loads(answer.body).get("unix")
            self._moved(told if told in self._moves else self._moves[1])
            self._sure_of_clock = True
        self._check_clock(answer)
        return True

    async def _pin(self, line: KeptLine) -> None:
        status = self._chance.choice(STATUSES)
        answer = await self.control(line, "PUT", f"/shipments/{self._pinned}", {"status": status})
        self._sure_of_pin = answer is not None
        if answer is None:
            return
        self._status = status
        if answer.status not in (200, 201):
            self._surprise(answer, f"pin {status}")

    # What is known of an answer.

    def _account(self, answer: LineAnswer, cost: int) -> None:
        if answer.status not in FREE:
            self.windows.add(self.now, 1 if answer.status >= 400 else cost, told=True)
        if self.key.minute is None or self.key.day is None:
            return
        self._compare(answer, cost)

    def _compare(self, answer: LineAnswer, cost: int) -> None:
        limits = ((MINUTE, self.key.minute or 0), (DAY, self.key.day or 0))
        used = [(limit, *self.windows.used(seconds, self.now)) for seconds, limit in limits]
        if any(granted > limit for limit, granted, _ in used):
            self.book.breach(OVER, f"{self.key.text} at {self.now}: {used}")
        most = min(limit - granted for limit, granted, _ in used)
        least = min(limit - granted - perhaps for limit, granted, perhaps in used)
        told = answer.header(b"x-ratelimit-remaining")
        if told is None:
            return
        self.book.happened["quotas compared"] += 1
        remaining = int(told)
        if remaining > most:
            self.book.breach(FORGOTTEN, f"{self.key.text} was told {remaining} at {self.now}; at most {most} are left")
        if remaining < least or (answer.status == 429 and least >= cost):
            self.book.breach(LESS, f"{self.key.text} was told {remaining} at {self.now}; at least {least} are left")

    def _check_clock(self, answer: LineAnswer) -> None:
        told = json.loads(answer.body).get("unix")
        if answer.status != 200 or told != self.now:
            self.book.breach(CLOCK, f"{self.key.text}: {answer.status} {told} instead of {self.now}")
            self.now = told or self.now

    def _see_owner(self, answer: LineAnswer) -> None:
        told = answer.header(b"x-mock-instance")
        if told is None:
            return
        name, _, fence = told.partition(b"; fence=")
        number = int(fence or 0)
        self.book.happened["answers whose owner was told"] += 1
        if number < self.owner.fence or (number == self.owner.fence and self.owner.name not in (b"", name)):
            self.book.breach(STRANGER, f"{self.key.text}: {told!r} after {self.owner}")
        if self.owner.name not in (b"", name):
            self.book.happened["changes of owner seen"] += 1
        self.owner = Owner(name, number)

    def _refused(self, answer: LineAnswer, what: str) -> None:
        if answer.status == 429 and self.key.minute is not None:
            self.book.happened["calls refused by a limit"] += 1
        else:
            self._surprise(answer, what)

    def _surprise(self, answer: LineAnswer, what: str) -> None:
        self.book.breach(SURPRISE, f"{self.key.text}, {what}: {answer.status} {answer.body[:300]!r}")


def by_the_balancer(answer: LineAnswer) -> bool:
    """Whether nobody but the balancer has answered: it sent the request to somebody who did not."""
    return answer.status in (502, 503, 504) and answer.header(b"content-type") == b"text/plain"


def unavailable(answer: LineAnswer) -> bool:
    """Whether nobody can answer for the key just now; no other call here is answered 503."""
    return answer.status == 503 and answer.header(b"retry-after") is not None
