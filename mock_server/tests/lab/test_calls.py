"""Which calls a client makes is seen although a busy machine lets it ask once more in some run."""

from mock_server.lab.calls import calls_of, shared
from mock_server.tests.lab.client_calls import NUMBER, SPECIFICATION
from mock_server.tests.lab.outcomes import tracked

OTHER = "449044304137821"


def test_what_only_one_run_asks_twice_hides_nothing_that_comes_behind_it() -> None:
    usual = calls_of([tracked(NUMBER), tracked(OTHER)], SPECIFICATION)
    hedged = calls_of([tracked(NUMBER), tracked(NUMBER), tracked(OTHER)], SPECIFICATION)
    assert [(call.id, call.subject) for call in shared([hedged, usual, usual])] == [
        ("trackShipment#1", NUMBER),
        ("trackShipment#2", OTHER),
    ]


def test_of_runs_that_never_ask_the_same_the_shortest_counts() -> None:
    first, second = ([tracked(NUMBER)] * 2, [tracked(OTHER)])
    runs = [calls_of(each, SPECIFICATION) for each in (first, second)]
    assert [call.id for call in shared(runs)] == ["trackShipment#1"]
