import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CLASS = re.compile(r"^class (\w+)", re.MULTILINE)
# Programs of their own, written as their authors would: servers that the judge is tried on, clients and test suites.
APART = ("contract_tests/tests/servers", "mock_server/tests/lab/clients", "mock_server/tests/lab/suites")
SAME_IN_BOTH = {
    "Clock": "the judge is handed time as the mock is, and never imports it",
    "ManualClock": "likewise",
    "SystemClock": "likewise",
    "Operation": "OpenAPI's word; mock and judge each work out for themselves what follows from one",
}


def test_a_class_name_means_one_thing_in_mock_judge_their_tests_and_the_benchmarks() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for package in ("mock_server", "trackflow_mock", "contract_tests", "benchmarks"):
        for path in sorted((ROOT / package).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            if not place.startswith(APART):
                for name in CLASS.findall(path.read_text("utf-8")):
                    places[name].append(place)
    twice = {name: found for name, found in places.items() if len(found) > 1}
    assert {name: found for name, found in twice.items() if name not in SAME_IN_BOTH} == {}
    assert sorted(twice) == sorted(SAME_IN_BOTH), "an exception that nothing needs"
