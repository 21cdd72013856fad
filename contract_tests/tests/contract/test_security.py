"""What no call could be judged by is told at the start."""

from typing import Any

import pytest

from contract_tests.contract.security import unusable_security


def complaints(requirement: Any, scheme: Any) -> list[tuple[str, str]]:
    operation = {"operationId": "a", "security": [requirement]}
    schemes = {"apiKey": {"type": "apiKey", "in": "header", "name": "X"}, "mine": scheme}
    document = {"components": {"securitySchemes": schemes}, "paths": {"/a": {"get": operation}}}
    return list(unusable_security(document))


@pytest.mark.parametrize(
    ("requirement", "scheme", "place", "complaint"),
    [
        ({"mines": []}, {}, "/paths/~1a/get/security/0/mines", "did you mean mine?"),
        ({"other": []}, {}, "/paths/~1a/get/security/0/other", "there are apiKey, mine"),
        ({"mine": []}, {"type": "mutualTLS"}, "/components/securitySchemes/mine", "'mutualTLS' is not understood here"),
        (
            {"mine": []},
            {"type": "http", "scheme": "digest"},
            "/components/securitySchemes/mine",
            "bearer and basic",
        ),
        ({"mine": []}, {"type": "apiKey", "in": "body"}, "/components/securitySchemes/mine", "give it both"),
    ],
)
def test_a_requirement_that_nothing_meets_is_told(requirement: Any, scheme: Any, place: str, complaint: str) -> None:
    ((found, told),) = complaints(requirement, scheme)
    assert found == place
    assert complaint in told


@pytest.mark.parametrize(
    ("requirement", "scheme"),
    [({}, {}), ({"apiKey": []}, {"type": "mutualTLS"}), ({"mine": ["read"]}, {"type": "oauth2", "flows": {}})],
)
def test_what_is_understood_or_not_used_is_taken(requirement: Any, scheme: Any) -> None:
    assert complaints(requirement, scheme) == []
