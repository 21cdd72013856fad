"""Where callers of an operation say who they are."""

from base64 import b64encode
from typing import Any

import pytest

from mock_server.contract.credentials import Credentials
from mock_server.contract.messages import Call

SCHEMES = {
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "partner": {"type": "apiKey", "in": "header", "name": "X-Partner"},
    "query": {"type": "apiKey", "in": "query", "name": "api key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
    "bearer": {"type": "http", "scheme": "Bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "oauth": {"type": "oauth2", "flows": {}},
}
DOCUMENT = {"components": {"securitySchemes": SCHEMES}}


def credentials(*alternatives: str) -> Credentials:
    """`a+b` asks for both."""
    return Credentials([{name: [] for name in each.split("+")} if each else {} for each in alternatives], DOCUMENT)


def basic(text: str) -> str:
    return f"Basic {b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    ("alternatives", "target", "headers", "key"),
    [
        (["query"], "/v2/a?b=1&api+key=tf%5Fgood", {}, "tf_good"),
        (["query"], "/v2/a?api%20key=", {}, None),
        (["cookie"], "/v2/a", {"cookie": "a=b; session=tf_good"}, "tf_good"),
        (["bearer"], "/v2/a", {"authorization": "bearer  tf_good"}, "tf_good"),
        (["oauth"], "/v2/a", {"authorization": "Bearer tf_good"}, "tf_good"),
        (["bearer"], "/v2/a", {"authorization": basic("tf_good:")}, None),
        (["basic"], "/v2/a", {"authorization": basic("tf_good:")}, "tf_good"),
        (["basic"], "/v2/a", {"authorization": basic("user:tf_good")}, "tf_good"),
        (["basic"], "/v2/a", {"authorization": "Basic %%"}, None),
        (["apiKey", "bearer"], "/v2/a", {"x-api-key": "bad", "authorization": "Bearer tf_good"}, "tf_good"),
        (["apiKey", "bearer"], "/v2/a", {"x-api-key": "bad"}, "bad"),
        (["apiKey+partner"], "/v2/a", {"x-api-key": "tf_good"}, None),
        (["apiKey+partner"], "/v2/a", {"x-api-key": "tf_good", "x-partner": "acme"}, "tf_good"),
        (["apiKey+partner", "query"], "/v2/a?api%20key=tf_good", {"x-partner": "acme"}, "tf_good"),
        (["bearer"], "/v2/a", {"x-api-key": "tf_good"}, None),
        (["", "bearer"], "/v2/a", {}, None),
    ],
)
def test_the_key_is_where_the_contract_has_it(
    alternatives: list[str], target: str, headers: dict[str, str], key: str | None
) -> None:
    call = Call("GET", target, headers=headers)
    assert credentials(*alternatives).key(call, lambda value: value == "tf_good") == key


@pytest.mark.parametrize(
    ("alternatives", "challenges", "ways"),
    [
        (["apiKey"], {}, "the header X-API-Key"),
        (["bearer"], {"WWW-Authenticate": 'Bearer realm="trackflow"'}, "Authorization: Bearer KEY"),
        (
            ["basic+query", "oauth"],
            {"WWW-Authenticate": 'Bearer realm="trackflow", Basic realm="trackflow"'},
            "Authorization: Basic base64 of KEY: and the query api key or Authorization: Bearer KEY",
        ),
    ],
)
def test_a_refusal_tells_how_to_ask(alternatives: list[str], challenges: Any, ways: str) -> None:
    found = credentials(*alternatives)
    assert (found.challenges, found.ways) == (challenges, ways)
