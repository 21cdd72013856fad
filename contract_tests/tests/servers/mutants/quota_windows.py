"""Windows that start, end or are described wrongly."""

from dataclasses import replace

from contract_tests.tests.servers.clock import Clock
from contract_tests.tests.servers.keys import Key
from contract_tests.tests.servers.messages import Call
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.quota import DAY, MINUTE, Allowance, Quota

documented = Breaking("quota windows", "documented")
assumed = Breaking("quota windows", "assumed")


@documented.part("quota.reset.true")
class WindowNeverResets(Quota):
    """What is used up stays used up, whatever Reset says."""

    def slot(self, key: Key, call: Call, seconds: int, now: float) -> tuple[str, int, int]:
        return self.bucket(key, call), seconds, 0


@documented.part("quota.reset.true", "quota.exact", "quota.minute")
class PreviousMinuteStillCounts(Quota):
    """What was used in the minute before Reset counts for one more minute."""

    def left(self, key: Key, call: Call, seconds: int, now: float) -> int:
        before = self.spent(key, call, MINUTE, now - MINUTE) if seconds == MINUTE else 0
        return super().left(key, call, seconds, now) - before


@documented.part("quota.reset.true", "quota.exact")
class RefusalsLockTheKey(Quota):
    """A refused request locks the key for an hour."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.locked: dict[str, float] = {}

    def grants(self, key: Key, call: Call, cost: int, now: float) -> bool:
        if now < self.locked.get(key.text, 0):
            return not cost
        granted = super().grants(key, call, cost, now)
        if not granted:
            self.locked[key.text] = now + 3600
        return granted


@documented.part("quota.reset.true", "quota.day")
class ResetIsAMinuteEarly(Quota):
    """Reset of the day names a time at which requests do not pass yet."""

    def reset(self, seconds: int, now: float) -> int:
        return int(now // MINUTE + 1) * MINUTE


@assumed.part("quota.reset.steady")
class ResetSlides(Quota):
    """Reset is a minute from now, every time."""

    def reset(self, seconds: int, now: float) -> int:
        return int(now) + seconds


@assumed.part("quota.minute")
class MinuteStartsLate(Quota):
    """The minute starts 37 s past the UTC minute, as it would with the first request."""

    def start(self, seconds: int, now: float) -> int:
        return super().start(seconds, now) if seconds == DAY else super().start(seconds, now - 37) + 37


@assumed.part("quota.day")
class DayStartsInCalifornia(Quota):
    """The day starts at midnight in California."""

    def start(self, seconds: int, now: float) -> int:
        west = 8 * 3600
        return super().start(seconds, now) if seconds == MINUTE else super().start(seconds, now - west) + west


class StateSpendsRequests(Quota):
    """The state 'quota used' spends requests of both windows, so that the day has some left."""

    def leave(self, key: Key, remaining: int, call: Call | None = None) -> None:
        call, now = call or Call("", ""), self.clock.now()
        excess = min(self.left(key, call, seconds, now) for seconds in self.windows(key)) - remaining
        self.take(key, call, max(0, excess), now)


@assumed.part("quota.day")
class DayStartsInTheEvening(StateSpendsRequests):
    """The day starts at 19:00 UTC, and is not used up by a state."""

    def start(self, seconds: int, now: float) -> int:
        late = 19 * 3600 if seconds == DAY else 0
        return super().start(seconds, now - late) + late


@assumed.part("quota.headers.window")
class HeadersNeverDescribeTheDay(StateSpendsRequests):
    """The headers always describe the minute, and the day is not used up by a state."""

    def allowance(self, key: Key, call: Call, now: float, *, granted: bool) -> Allowance:
        allowance = super().allowance(key, call, now, granted=granted)
        if allowance.remaining is None:
            return allowance
        return replace(allowance, remaining=self.left(key, call, MINUTE, now), reset=self.reset(MINUTE, now))


@assumed.part("quota.day")
class DayLastsAnHour(Quota):
    """The day's count starts again with every hour."""

    def start(self, seconds: int, now: float) -> int:
        return super().start(3600 if seconds == DAY else seconds, now)

    def reset(self, seconds: int, now: float) -> int:
        return self.start(seconds, now) + min(seconds, 3600)


@assumed.part("quota.both-windows", "quota.day")
class DayLastsAMinute(Quota):
    """The day's count starts again with every minute."""

    def slot(self, key: Key, call: Call, seconds: int, now: float) -> tuple[str, int, int]:
        return self.bucket(key, call), seconds, self.start(MINUTE, now)


@assumed.part("quota.headers.window", "plans.free")
class HeadersDescribeTheDay(Quota):
    """The headers always describe the day."""

    def allowance(self, key: Key, call: Call, now: float, *, granted: bool) -> Allowance:
        allowance = super().allowance(key, call, now, granted=granted)
        if allowance.remaining is None:
            return allowance
        return replace(allowance, remaining=self.left(key, call, DAY, now), reset=self.reset(DAY, now))


@assumed.part("quota.headers.window")
class HeadersDescribeTheMinute(Quota):
    """The headers always describe the minute."""

    def allowance(self, key: Key, call: Call, now: float, *, granted: bool) -> Allowance:
        allowance = super().allowance(key, call, now, granted=granted)
        if allowance.remaining is None:
            return allowance
        return replace(allowance, remaining=self.left(key, call, MINUTE, now), reset=self.reset(MINUTE, now))


@assumed.part("quota.headers.window", "quota.reset.true")
class ResetOfTheOtherWindow(Quota):
    """Remaining is the minute's, Reset the day's."""

    def allowance(self, key: Key, call: Call, now: float, *, granted: bool) -> Allowance:
        allowance = super().allowance(key, call, now, granted=granted)
        return allowance if allowance.reset is None else replace(allowance, reset=self.reset(DAY, now))


@assumed.part("quota.retry-after.instant")
class RetryAfterIsAlwaysTheMinutes(Quota):
    """Retry-After counts to the end of the minute, even when the day is used up."""

    def allowance(self, key: Key, call: Call, now: float, *, granted: bool) -> Allowance:
        allowance = super().allowance(key, call, now, granted=granted)
        return replace(allowance, retry_after=max(1, int(self.reset(MINUTE, now) - now)))
