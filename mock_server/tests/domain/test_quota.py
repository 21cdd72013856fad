from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from mock_server.domain.clock import ManualClock, SandboxClock
from mock_server.domain.plans import Plan
from mock_server.domain.quota import MINUTE, Quota

DAY = 86_400
FREE = Plan("free", ((60, 10), (DAY, 500)), 5)
UNLIMITED = Plan("enterprise", (), 50)
NOON = 1_781_524_800.0  # 2026-06-15T12:00:00Z


def test_a_lookup_is_taken_from_the_minute() -> None:
    allowance = Quota(FREE, ManualClock(NOON + 5)).charge(1)
    assert (allowance.granted, allowance.remaining, allowance.reset) == (True, 9, int(NOON) + 60)
    assert allowance.retry_after == 55


def test_the_eleventh_request_of_a_minute_is_refused_and_costs_nothing() -> None:
    clock = ManualClock(NOON)
    quota = Quota(FREE, clock)
    assert [quota.charge(1).granted for _ in range(12)] == [True] * 10 + [False] * 2
    clock.sleep(60)
    assert quota.charge(1).remaining == 9


def test_a_batch_that_does_not_fit_is_refused_whole() -> None:
    quota = Quota(FREE, ManualClock(NOON))
    quota.charge(8)
    refused = quota.charge(3)
    assert (refused.granted, refused.remaining) == (False, 2)
    assert quota.charge(2).granted


def test_the_day_is_reported_when_it_has_fewer_left() -> None:
    clock = ManualClock(NOON)
    quota = Quota(FREE, clock)
    for _ in range(49):
        assert quota.charge(10).granted
        clock.sleep(60)
    assert quota.charge(3).remaining == 7
    last = quota.charge(7)
    assert (last.remaining, last.reset) == (0, int(NOON) + DAY // 2)
    clock.sleep(60)
    assert not quota.charge(1).granted
    clock.set(NOON + DAY // 2)
    assert quota.charge(1).remaining == 9


def test_windows_begin_at_utc_boundaries_not_at_the_first_request() -> None:
    clock = ManualClock(NOON + 59)
    quota = Quota(FREE, clock)
    quota.charge(10)
    clock.sleep(1)
    assert quota.charge(10).granted


def test_an_unlimited_plan_reports_nothing() -> None:
    allowance = Quota(UNLIMITED, ManualClock(NOON)).charge(1_000_000)
    assert (allowance.granted, allowance.remaining, allowance.reset, allowance.retry_after) == (True, None, None, None)


def test_a_refund_gives_back_what_was_charged_and_no_more() -> None:
    quota = Quota(FREE, ManualClock(NOON))
    quota.charge(3)
    assert quota.refund(3).remaining == 10
    assert quota.refund(3).remaining == 10


def test_a_forced_refusal_names_the_same_instant_twice() -> None:
    for plan in (FREE, UNLIMITED):
        refusal = Quota(plan, ManualClock(NOON + 18)).refusal()
        assert (refusal.granted, refusal.remaining) == (False, 0)
        assert refusal.reset == NOON + MINUTE
        assert refusal.retry_after == 42


def test_under_a_scaled_clock_the_wait_is_the_clients_own_seconds() -> None:
    class Running(ManualClock):
        scale = 1.0

    clock = SandboxClock(Running(NOON), scale=20.0)
    assert Quota(FREE, clock).charge(1).retry_after == 3


def test_as_many_lookups_can_be_left_as_a_test_wants() -> None:
    quota = Quota(FREE, ManualClock(NOON))
    quota.leave(2)
    assert [quota.charge(1).granted for _ in range(3)] == [True, True, False]
    quota.leave(7)
    assert quota.state().remaining == 7
    quota.leave(100)
    assert quota.state().remaining == 10


def test_threads_get_exactly_the_limit() -> None:
    quota = Quota(FREE, ManualClock(NOON))
    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda _: quota.charge(1), range(64)))
    assert sorted(a.remaining or 0 for a in answers if a.granted) == list(range(10))


@given(st.lists(st.tuples(st.integers(1, 7), st.floats(0, 90)), max_size=60))
def test_no_window_ever_grants_more_than_its_limit(calls: list[tuple[int, float]]) -> None:
    clock = ManualClock(NOON)
    quota = Quota(FREE, clock)
    granted: dict[int, int] = {}
    for cost, seconds in calls:
        clock.sleep(seconds)
        if quota.charge(cost).granted:
            minute = int(clock.now() // MINUTE)
            granted[minute] = granted.get(minute, 0) + cost
    assert all(total <= 10 for total in granted.values())
    assert sum(granted.values()) <= 500
