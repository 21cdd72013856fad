import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.api.routes import Router
from mock_server.contract.specification import Specification

SPECIFICATION = Specification.load()
ROUTER = Router(SPECIFICATION)
NUMBER = "/v2/track/1Z204E380338943508"


def test_every_operation_of_the_contract_is_found() -> None:
    for path, methods in SPECIFICATION.paths.items():
        for method, operation in methods.items():
            target = SPECIFICATION.base_path + path.replace("{trackingNumber}", "1Z204E380338943508").replace(
                "{webhookId}", "wh_1"
            )
            assert ROUTER.find(method, target).operation is operation


def test_a_concrete_path_wins_over_a_template_whatever_the_method() -> None:
    route = ROUTER.find("GET", "/v2/track/batch")
    assert route.operation is None
    assert list(route.methods) == ["POST"]


def test_parameters_are_decoded() -> None:
    route = ROUTER.find("GET", "/v2/track/1z%20204e-38?carrier=ups&lang=pt-BR&other=%26")
    assert route.path_params == {"trackingNumber": "1z 204e-38"}
    assert route.query == {"carrier": "ups", "lang": "pt-BR"}


@pytest.mark.parametrize(
    "target", ["/", "/v2", "/v2/", "/v3/carriers", "/v2/carriers/", "/v2/track/", "/v2//carriers", "*"]
)
def test_what_is_no_path_of_the_contract_has_no_methods(target: str) -> None:
    assert not ROUTER.find("GET", target).methods


@pytest.mark.parametrize(
    ("target", "complaint"),
    [
        (f"{NUMBER}?lang=%zz", "'%zz' is not a percent-encoded byte"),
        (f"{NUMBER}?lang=%ff", "%FF is no part of a UTF-8 character"),
        ("/v2/track/%E0%A4", "%E0 is no part of a UTF-8 character"),
        (f"{NUMBER}?carrier=ups&carrier=fedex", "carrier is given more than once"),
    ],
)
def test_a_target_that_cannot_be_read_is_a_problem_of_its_operation(target: str, complaint: str) -> None:
    problem = ROUTER.find("GET", target).problem
    assert problem is not None
    assert problem.code == "invalid_request"
    assert complaint in (problem.detail or "")


def test_an_encoded_slash_belongs_to_the_number() -> None:
    problem = ROUTER.find("GET", "/v2/track/1Z2%2F04E").problem
    assert problem is not None
    assert problem.code == "invalid_tracking_number"


def test_long_targets_are_read_but_not_remembered() -> None:
    target = f"{NUMBER}?lang={'x' * 300}"
    assert ROUTER.find("GET", target) is not ROUTER.find("GET", target)
    assert ROUTER.find("GET", NUMBER) is ROUTER.find("GET", NUMBER)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=80))
def test_any_target_has_a_route_or_none(rest: str) -> None:
    ROUTER.find("GET", "/v2/" + rest)


@pytest.mark.parametrize("query", ["utm=caf%E9", "discount=100%", "%ff=1", "a=1&" * 200, "&&=&", "utm=1&utm=2"])
def test_parameters_that_the_contract_does_not_know_are_ignored_however_they_are_written(query: str) -> None:
    route = ROUTER.find("GET", f"{NUMBER}?{query}&lang=pt")
    assert route.problem is None
    assert route.query == {"lang": "pt"}
