"""A served mock, asked by scripts of other sites."""

import json

import requests

from mock_server.tests.cli.doorways import TRACK, Serve

ORIGIN = "https://app.example"


def test_scripts_of_an_allowed_origin_may_call_the_api(serve: Serve, session: requests.Session) -> None:
    served = serve(cors=(ORIGIN, "http://localhost:3000"))
    asking = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-api-key"}
    allowed = session.options(f"{served.url}/v2/track/batch", headers=asking, timeout=20)
    assert allowed.status_code == 204
    assert allowed.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert allowed.headers["Access-Control-Allow-Headers"] == "x-api-key"
    assert "POST" in allowed.headers["Access-Control-Allow-Methods"]
    answer = session.get(served.url + TRACK, headers={"Origin": ORIGIN}, timeout=20)
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert {"X-RateLimit-Remaining", "X-RateLimit-Reset"} <= set(
        answer.headers["Access-Control-Expose-Headers"].split(", ")
    )
    refused = session.get(f"{served.url}/v2/track/1Z0429000000000009", headers={"Origin": ORIGIN}, timeout=20)
    assert refused.headers["Access-Control-Allow-Origin"] == ORIGIN


def test_scripts_of_other_origins_and_of_the_control_plane_are_told_nothing(
    serve: Serve, session: requests.Session
) -> None:
    served = serve(cors=(ORIGIN,))
    for path, origin in ((TRACK, "https://other.example"), ("/__admin/keys", ORIGIN), ("/%5F_admin/keys", ORIGIN)):
        asking = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        for method in ("OPTIONS", "GET"):
            answer = session.request(method, served.url + path, headers=asking, timeout=20)
            assert not [name for name in answer.headers if name.startswith("Access-Control")]
    anybody = serve(cors=("*",))
    assert (
        session.get(anybody.url + TRACK, headers={"Origin": "null"}, timeout=20).headers["Access-Control-Allow-Origin"]
        == "*"
    )
    assert "Access-Control-Allow-Origin" not in session.get(served.url + TRACK, timeout=20).headers


def test_a_preflight_costs_no_lookup_and_is_not_in_the_journal(serve: Serve, session: requests.Session) -> None:
    served = serve(cors=("*",))
    session.options(served.url + TRACK, headers={"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}, timeout=20)
    assert json.loads(session.get(f"{served.url}/__admin/requests", timeout=20).text)["meta"]["total"] == 0
