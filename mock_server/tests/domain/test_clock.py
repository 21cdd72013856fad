from dataclasses import replace

import pytest

from mock_server.domain.clock import Course, ManualClock, SandboxClock, from_text, to_text

NOON = 1_781_524_800.0  # 2026-06-15T12:00:00Z


def test_a_sandbox_clock_follows_its_base_until_it_is_moved() -> None:
    base = ManualClock(NOON)
    clock = SandboxClock(base)
    base.sleep(60)
    assert clock.now() == NOON + 60
    clock.advance(3600)
    assert clock.now() == NOON + 3660
    base.sleep(1)
    assert clock.now() == NOON + 3661


def test_a_frozen_clock_stands_still_and_can_still_be_advanced() -> None:
    base = ManualClock(NOON)
    clock = SandboxClock(base)
    clock.freeze()
    base.sleep(500)
    assert clock.now() == NOON
    assert clock.frozen
    clock.advance(5)
    assert clock.now() == NOON + 5


def test_a_scaled_clock_runs_faster_without_a_jump() -> None:
    base = ManualClock(NOON)
    clock = SandboxClock(base)
    base.sleep(10)
    clock.run(60)
    assert clock.now() == NOON + 10
    base.sleep(2)
    assert clock.now() == NOON + 130


def test_a_reset_goes_back_to_the_start_instant() -> None:
    base = ManualClock(NOON)
    clock = SandboxClock(base, start=NOON - 99, scale=2.0)
    clock.set(NOON + 99)
    clock.freeze()
    clock.reset()
    base.sleep(3)
    assert clock.now() == NOON - 93


def test_scales_of_stacked_clocks_multiply() -> None:
    class Running(ManualClock):
        scale = 1.0

    server = SandboxClock(Running(NOON), scale=10.0)
    assert SandboxClock(server, scale=6.0).scale == 60.0


def frozen(base: ManualClock, auto_advance: float) -> SandboxClock:
    clock = SandboxClock(base)
    clock.change(lambda course, now: replace(course.run(now, 0.0), auto_advance=auto_advance))
    return clock


def test_a_frozen_clock_keeps_the_promise_of_a_wait_if_it_advances_by_itself() -> None:
    base = ManualClock(NOON)
    clock = frozen(base, 1.0)
    clock.owe(42)
    base.sleep(41.9)
    assert clock.now() == NOON
    base.sleep(0.1)
    assert clock.now() == NOON + 42
    base.sleep(1000)
    assert clock.now() == NOON + 42


def test_of_several_promises_the_first_counts_and_the_next_comes_after_it() -> None:
    base = ManualClock(NOON)
    clock = frozen(base, 1.0)
    clock.owe(42)
    base.sleep(10)
    clock.owe(42)
    base.sleep(32)
    assert clock.now() == NOON + 42
    clock.owe(5)
    base.sleep(5)
    assert clock.now() == NOON + 47


def test_a_waited_second_can_be_worth_more() -> None:
    base = ManualClock(NOON)
    clock = frozen(base, 60.0)
    assert clock.rate == 60.0
    clock.owe(1)
    base.sleep(1)
    assert clock.now() == NOON + 60


def test_a_frozen_clock_owes_nothing_unless_it_was_asked_to() -> None:
    base = ManualClock(NOON)
    clock = frozen(base, 0.0)
    clock.owe(42)
    base.sleep(42)
    assert clock.now() == NOON


def test_a_clock_that_is_set_forgets_its_promises() -> None:
    base = ManualClock(NOON)
    clock = frozen(base, 1.0)
    clock.owe(42)
    clock.set(NOON + 7)
    base.sleep(60)
    assert clock.now() == NOON + 7


def test_a_copy_shows_the_same_time_and_goes_its_own_way() -> None:
    base = ManualClock(NOON)
    server = SandboxClock(base)
    server.advance(60)
    clock = server.copy()
    base.sleep(1)
    assert clock.now() == server.now() == NOON + 61
    clock.advance(5)
    assert server.now() == NOON + 61
    clock.follow(server)
    assert clock.now() == NOON + 61


@pytest.mark.parametrize("scale", [1.0, 60.0])
def test_a_running_clock_knows_when_it_will_reach_an_instant(scale: float) -> None:
    base = ManualClock(NOON)
    clock = SandboxClock(base)
    clock.run(scale)
    assert clock.seconds_until(NOON + 120) == 120 / scale
    assert clock.seconds_until(NOON - 5) == 0


def test_a_frozen_clock_reaches_what_it_promised_and_nothing_else() -> None:
    base = ManualClock(NOON)
    clock = frozen(base, 2.0)
    assert clock.seconds_until(NOON) == 0
    assert clock.seconds_until(NOON + 1) is None
    clock.owe(30)
    assert clock.seconds_until(NOON + 60) == 30
    assert clock.seconds_until(NOON + 61) is None


@pytest.mark.parametrize("instant", [0.0, 1e10, 1e300, float("inf"), float("nan")])
def test_an_instant_that_the_contract_cannot_write_is_refused_and_changes_nothing(instant: float) -> None:
    clock = SandboxClock(ManualClock(NOON))
    with pytest.raises(ValueError, match="between 2001-09-09T01:46:40Z and 2286-11-19"):
        clock.set(instant)
    assert clock.now() == NOON


def test_instants_are_written_as_the_page_writes_them() -> None:
    assert to_text(NOON + 0.999) == "2026-06-15T12:00:00Z"
    assert from_text("2026-06-15T12:00:00Z") == from_text("2026-06-15T14:00:00+02:00") == NOON


def test_what_is_no_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="'noon' is no instant; write it like 2026"):
        from_text("noon")


def test_a_clock_starts_where_it_could_be_set() -> None:
    with pytest.raises(ValueError, match="between 2001-09-09T01:46:40Z and 2286-11-19"):
        SandboxClock(ManualClock(NOON), from_text("0999-01-01T00:00:00Z"))


@pytest.mark.parametrize("speed", [1e-320, 1e-7])
def test_a_speed_that_nobody_would_see_is_refused_and_changes_nothing(speed: float) -> None:
    clock = SandboxClock(ManualClock(NOON))
    with pytest.raises(ValueError, match="is too slow for a clock; use 0, or 1e-06 and more"):
        clock.run(speed)
    assert clock.course.scale == 1.0
    with pytest.raises(ValueError, match="is too slow"):
        Course(NOON, NOON, auto_advance=speed)


@pytest.mark.parametrize("scale", [-1.0, 86_401.0, float("inf"), float("nan")])
def test_a_scale_that_no_clock_can_run_at_is_refused_and_changes_nothing(scale: float) -> None:
    clock = SandboxClock(ManualClock(NOON))
    with pytest.raises(ValueError, match="is no scale for a clock; use 0, which freezes it, to 86400"):
        clock.run(scale)
    assert clock.course.scale == 1.0
    with pytest.raises(ValueError, match="is no scale"):
        SandboxClock(ManualClock(NOON), scale=scale)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "0999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"])
def test_every_year_is_written_with_four_digits(text: str) -> None:
    assert to_text(from_text(text)) == text


@pytest.mark.parametrize(
    ("instant", "told"),
    [
        (10_413_792_000.0, "2300-01-01T00:00:00Z is outside"),
        (1e300, "an instant after the year 9999 is outside"),
        (-1e12, "an instant before the year 1 is outside"),
    ],
)
def test_an_instant_that_no_clock_can_show_is_told_as_text(instant: float, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        SandboxClock(ManualClock(NOON), instant)
