import pytest

from mock_server.server.collecting import LATEST, LOOK, QUIET, collect_in_quiet

BUSY = 10 * QUIET


@pytest.mark.parametrize(
    ("computing", "collected"),
    [
        pytest.param([0, 0, 0, 0], [], id="not-where-nothing-was-done"),
        pytest.param([BUSY, 0, 0, 0], [2], id="once-when-it-has-become-quiet"),
        pytest.param([BUSY, BUSY, BUSY, 0], [4], id="not-before"),
        pytest.param([BUSY, 0, BUSY, 0], [2, 4], id="again-after-more"),
        pytest.param([BUSY] * 121, [int(LATEST / LOOK)], id="at-the-latest-after-some-minutes"),
    ],
)
def test_all_there_is_is_looked_at(computing: list[float], collected: list[int]) -> None:
    looks, spent, seen = 0, 0.0, []

    def wait(_: float) -> bool:
        nonlocal looks, spent
        if looks == len(computing):
            return True
        spent += computing[looks]
        looks += 1
        return False

    collect_in_quiet(wait, lambda: spent, lambda: seen.append(looks))
    assert seen == collected


def test_what_collecting_takes_is_not_taken_for_work() -> None:
    spent, looks = 0.0, iter([BUSY, 0.0, 0.0, 0.0])
    collections = 0

    def wait(_: float) -> bool:
        nonlocal spent
        more = next(looks, None)
        spent += more or 0.0
        return more is None

    def collect() -> None:
        nonlocal spent, collections
        spent += BUSY
        collections += 1

    collect_in_quiet(wait, lambda: spent, collect)
    assert collections == 1
