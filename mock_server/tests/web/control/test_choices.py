"""What there is to choose from: magic numbers and scenarios."""

from urllib.parse import quote

from mock_server.tests.web.control.admin import FREE, Admin


def test_the_magic_numbers_of_a_carrier_do_what_their_list_says(admin: Admin) -> None:
    told = admin.get("/numbers?carrier=ups")
    assert told["meta"]["total"] == len(told["numbers"]) > 0
    for row in told["numbers"]:
        found = admin.get(f"/shipments/{quote(row['number'], safe='')}?carrier=ups&key={FREE}")
        assert found["scenario"] == row["scenario"]


def test_magic_numbers_of_a_carrier_that_is_none_are_a_problem_that_names_it(admin: Admin) -> None:
    assert "nocarrier" in admin.problem("GET", "/numbers?carrier=nocarrier")["detail"]


def test_every_scenario_is_listed_with_a_text_that_can_be_played(admin: Admin) -> None:
    told = admin.get("/scenarios")
    assert {each["name"] for each in told["scenarios"]} == set(admin.get("/scenario")["available"])
    for each in told["scenarios"]:
        assert each["description"]
        played = admin.put(f"/scenario?key={FREE}", {"name": each["name"], "document": each["yaml"]})
        assert played["document"]["description"] == each["description"]
