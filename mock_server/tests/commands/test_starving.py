"""Starvation is read from what Linux tells of each thread."""

from pathlib import Path

from mock_server.commands.starving import starved, waits_of_group


def process(folder: Path, pid: int, group: int, waits: dict[int, int]) -> None:
    for thread, waited in waits.items():
        (folder / f"{pid}/task/{thread}").mkdir(parents=True)
        (folder / f"{pid}/task/{thread}/schedstat").write_text(f"5000000000 {waited} 7\n")
    (folder / f"{pid}/stat").write_text(f"{pid} (a (strange) name) S 1 {group} 1 0\n")


def test_a_group_s_waits_are_those_of_all_its_threads(tmp_path: Path) -> None:
    process(tmp_path, 30, 30, {30: 1, 31: 2})
    process(tmp_path, 40, 30, {40: 3})
    process(tmp_path, 50, 50, {50: 4})
    (tmp_path / "60").mkdir()
    assert waits_of_group(30, tmp_path) == {"30": 1, "31": 2, "40": 3}


def test_who_waited_longest_counts_and_only_from_then_on() -> None:
    client, mock = {"30": 1_000_000_000, "31": 500_000_000}, {"7": 9_000_000_000, "8": 250_000_000}
    assert starved((client, mock), before={"7": 9_000_000_000}) == 1.25


def test_where_the_system_tells_nothing_nobody_starves(tmp_path: Path) -> None:
    assert starved((waits_of_group(30, tmp_path / "none"), {}), {}) == 0.0
