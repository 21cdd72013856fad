import pytest

from mock_server.domain.clock import ManualClock, SandboxClock, from_text, to_text

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
    clock = SandboxClock(base, start=0.0, scale=2.0)
    clock.set(99.0)
    clock.freeze()
    clock.reset()
    base.sleep(3)
    assert clock.now() == 6.0


def test_scales_of_stacked_clocks_multiply() -> None:
    class Running(ManualClock):
        scale = 1.0

    server = SandboxClock(Running(NOON), scale=10.0)
    assert SandboxClock(server, scale=6.0).scale == 60.0


def test_instants_are_written_as_the_page_writes_them() -> None:
    assert to_text(NOON + 0.999) == "2026-06-15T12:00:00Z"
    assert from_text("2026-06-15T12:00:00Z") == from_text("2026-06-15T14:00:00+02:00") == NOON
    assert from_text("2026-06-15T12:00:00") == NOON


def test_what_is_no_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="noon"):
        from_text("noon")
