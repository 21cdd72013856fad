"""A whole number written with an exponent or a fraction of zero is the whole number."""

from typing import Any

import pytest

from mock_server.tests.web.control.admin import FREE, Admin

ERROR = {"type": "error", "code": "carrier_unavailable"}


def test_a_status_is_one_however_it_is_written(admin: Admin) -> None:
    admin.ask(FREE)
    for wanted in (200.0, [200.0, 404]):
        assert admin.post(f"/requests/count?key={FREE}", {"match": {"status": wanted}}) == {"count": 1}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"fault": ERROR, "times": 2.0, "after": 1.0, "every": 3.0}, {"times": 2, "after": 1, "every": 3}),
        ({"fault": {"type": "truncate_body", "bytes": 1e1}}, {"fault": {"type": "truncate_body", "bytes": 10}}),
        (
            {"fault": {"type": "wrong_value", "pointer": "/count", "value": 1.0}},
            {"fault": {"type": "wrong_value", "pointer": "/count", "value": 1.0}},
        ),
    ],
)
def test_a_rule_has_whole_numbers_where_they_are_whole(admin: Admin, rule: Any, expected: Any) -> None:
    made = admin.post(f"/faults?key={FREE}", rule)
    assert repr({name: made[name] for name in expected}) == repr(expected)


def test_bodies_are_cut_dribbled_and_miscounted_by_whole_numbers(admin: Admin) -> None:
    admin.post(f"/faults?key={FREE}", {"fault": {"type": "miscount_quota", "by": 1e2}, "times": 1.0})
    assert admin.ask(FREE).headers["X-RateLimit-Remaining"] == "109"
    admin.post(f"/faults?key={FREE}", {"fault": {"type": "truncate_body", "bytes": 1e1}, "times": 1.0})
    assert len(admin.ask(FREE).data) == 10


def test_a_scenario_s_plan_has_whole_limits(admin: Admin) -> None:
    document = {"seed": 7.0, "plans": {"free": {"requests_per_minute": 2e1}}}
    admin.put(f"/scenario?key={FREE}", {"document": document})
    assert admin.ask(FREE).headers["X-RateLimit-Remaining"] == "19"
