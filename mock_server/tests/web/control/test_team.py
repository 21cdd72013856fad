"""Several people on one mock: what each token lets its holder do, whose a key is, and who has changed what."""

import json
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from contract_tests.contract.files import DocumentError
from mock_server.domain.clock import ManualClock
from mock_server.settings import Settings
from mock_server.tests.pages import DOCS, examples
from mock_server.tests.web.control.admin import FREE
from mock_server.web.app import create_app

TOKENS = {
    "tokens": [
        {"name": "wall", "token": "token-of-the-wall", "may": "read"},
        {"name": "ana", "token": "token-of-ana-1234", "may": "own keys"},
        {"name": "ben", "token": "token-of-ben-1234", "may": "own keys"},
        {"name": "ops", "token": "token-of-ops-1234", "may": "all"},
    ]
}
RULE = {"fault": {"type": "error", "code": "not_found"}}


class Team:
    """Calls the control plane in somebody's name."""

    def __init__(self, tokens: Path, base: ManualClock) -> None:
        self.app = create_app(Settings(admin_token_file=str(tokens)), base)
        self.client = self.app.test_client()

    def call(self, who: str, method: str, path: str, value: Any = None) -> TestResponse:
        token = next(each["token"] for each in TOKENS["tokens"] if each["name"] == who)
        headers = {"Authorization": f"Bearer {token}"}
        return self.client.open(f"/__admin{path}", method=method, json=value, headers=headers)

    def key(self, who: str, **order: Any) -> str:
        answer = self.call(who, "POST", "/keys", {"plan": "free", **order})
        assert answer.status_code == 201, answer.text
        assert answer.json is not None
        key: str = answer.json["key"]
        return key


@pytest.fixture
def tokens(tmp_path: Path) -> Path:
    path = tmp_path / "tokens.json"
    path.write_text(json.dumps(TOKENS), encoding="utf-8")
    return path


@pytest.fixture
def team(tokens: Path, base: ManualClock) -> Team:
    return Team(tokens, base)


def test_who_may_read_looks_at_everything_and_changes_nothing(team: Team) -> None:
    key = team.key("ana")
    for path in ("/keys", f"/keys/{key}", "/requests", "/faults", "/report", "/settings", "/changes"):
        assert team.call("wall", "GET", path).status_code == 200
    assert team.call("wall", "POST", "/requests/count", {}).status_code == 200
    for method, path, value in (
        ("POST", "/keys", {}),
        ("POST", f"/faults?key={key}", RULE),
        ("POST", "/reset", None),
        ("PUT", f"/clock?key={key}", {"action": "freeze"}),
    ):
        answer = team.call("wall", method, path, value)
        assert answer.status_code == 403
        assert "look and change nothing" in answer.text


def test_whoever_has_keys_of_their_own_changes_those_and_no_others(team: Team) -> None:
    ana, ben = team.key("ana"), team.key("ben")
    assert team.call("ana", "POST", f"/faults?key={ana}", RULE).status_code == 201
    for query in (f"?key={ben}", f"?key={FREE}", ""):
        answer = team.call("ana", "POST", f"/faults{query}", RULE)
        assert answer.status_code == 403
        assert "of their own" in answer.text
    assert team.call("ana", "POST", f"/reset?key={ben}").status_code == 403
    state = {"state": "time passes", "params": {"key": ben, "seconds": 60}}
    assert team.call("ana", "POST", f"/states?key={ana}", state).status_code == 403
    assert team.call("ops", "POST", f"/faults?key={ana}", RULE).status_code == 201
    assert team.call("ops", "POST", "/reset").status_code == 200


def test_what_the_console_does_for_somebody_is_what_they_may(team: Team) -> None:
    ana, ben = team.key("ana"), team.key("ben")
    for key, said in ((ana, "The rule"), (ben, "of their own")):
        order = {"method": "POST", "path": "/faults", "query": {"key": key}, "body": RULE}
        token = TOKENS["tokens"][1]["token"]
        answer = team.client.post(
            "/__admin/console/do",
            data={"order": json.dumps(order), "done": "The rule is in force"},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert said in answer.text
    assert team.app.worlds.of(ben).faults.own.in_force.rules == ()


def test_a_key_belongs_to_who_made_it_and_can_expire(team: Team, base: ManualClock) -> None:
    key, other = team.key("ana", expires_in=60), team.key("ana")
    told = team.call("ops", "GET", f"/keys/{key}").json
    assert told is not None
    assert told["owner"] == "ana"
    assert told["expires_at"] > told["now"]
    base.sleep(59)
    assert team.client.get("/v2/carriers", headers={"X-API-Key": key}).status_code == 200
    base.sleep(1)
    assert team.client.get("/v2/carriers", headers={"X-API-Key": key}).status_code == 401
    assert team.client.get("/v2/carriers", headers={"X-API-Key": other}).status_code == 200
    assert team.call("ana", "PUT", f"/clock?key={key}", {"action": "freeze"}).status_code == 400


def test_who_changed_what_is_told_without_a_token(team: Team) -> None:
    ana = team.key("ana")
    team.call("ana", "POST", f"/faults?key={ana}", RULE)
    team.call("ana", "POST", f"/faults?key={ana}", {"no": "rule"})
    team.call("wall", "GET", "/faults")
    team.call("ops", "PUT", "/clock", {"action": "freeze"})
    answer = team.call("wall", "GET", "/changes")
    assert answer.json is not None
    told = [(each["who"], each["method"], each["path"], each["key"]) for each in answer.json["changes"]]
    assert told == [
        ("ops", "PUT", "/__admin/clock", None),
        ("ana", "POST", "/__admin/faults", ana),
        ("ana", "POST", "/__admin/keys", None),
    ]
    assert not any(each["token"] in answer.text for each in TOKENS["tokens"])
    limited = team.call("wall", "GET", f"/changes?key={ana}&limit=1").json
    assert limited is not None
    assert limited["meta"]["total"] == 1


def test_no_token_is_needed_by_nobody(team: Team) -> None:
    assert team.client.get("/__admin/keys").status_code == 401
    assert team.client.get("/__admin/keys", headers={"Authorization": "Bearer wrong-token-of-16"}).status_code == 401


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ({"name": "cy", "token": "short", "may": "all"}, "16 or more"),
        ({"name": "ana", "token": "another-token-1234", "may": "all"}, "another name"),
        ({"name": "cy", "token": "token-of-ana-1234", "may": "all"}, "one for each"),
        ({"name": "cy", "token": "another-token-1234", "may": "everything"}, "own keys"),
        ({"name": "cy", "may": "all"}, "token is missing"),
    ],
)
def test_a_wrong_token_in_the_file_is_told_with_its_line_and_not_itself(
    tokens: Path, token: dict[str, str], said: str
) -> None:
    value = {"tokens": [*TOKENS["tokens"], token]}
    tokens.write_text(json.dumps(value, indent=1), encoding="utf-8")
    with pytest.raises(DocumentError) as raised:
        create_app(Settings(admin_token_file=str(tokens)))
    assert said in str(raised.value)
    assert "tokens.json" in str(raised.value)
    assert "line" in str(raised.value)
    assert token.get("token", "a token") not in str(raised.value)


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ({"name": "cy", "token": "with a-secret in it", "may": "all"}, "without spaces"),
        ({"name": "cy", "token": "all", "may": "a-secret"}, "read, own keys, all"),
        ({"name": "a-secret in it", "token": "another-token-1234", "may": "all"}, "1 to 64"),
        ({"name": "cy", "token": ["a-secret"], "may": "all"}, "quotes"),
        ({"name": "cy", "token": "another-token-1234", "may": "all", "a-secret": 1}, "name, token and may"),
        ("a-secret", "quotes"),
    ],
)
def test_nothing_of_a_wrong_file_is_repeated(tmp_path: Path, token: Any, said: str) -> None:
    tokens = tmp_path / "tokens.json"
    tokens.write_text(json.dumps({"tokens": [token]}, indent=1), encoding="utf-8")
    with pytest.raises(DocumentError) as raised:
        create_app(Settings(admin_token_file=str(tokens)))
    assert said in str(raised.value)
    assert "a-secret" not in str(raised.value)


def test_the_file_that_is_shown_is_taken(tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.yaml"
    (shown,) = (each for each in examples(DOCS / "team.md") if each.language == "yaml")
    tokens.write_text(shown.code, encoding="utf-8")
    assert len(create_app(Settings(admin_token_file=str(tokens))).mock.callers) == 3
