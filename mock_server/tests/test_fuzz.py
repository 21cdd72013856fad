"""Schemathesis against the mock over a socket, with every check it has."""

from __future__ import annotations  # of schemathesis, which is slow to import, nothing is needed to collect the tests

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from contract_tests.contract.loading import load, resolve
from contract_tests.contract.openapi_format import METHODS
from mock_server.domain.clock import ManualClock, from_text
from mock_server.settings import Settings
from mock_server.tests.served import served
from mock_server.web.app import create_app

if TYPE_CHECKING:
    import schemathesis

OPERATIONS = [
    operation["operationId"]
    for item in load()["paths"].values()
    for method, operation in item.items()
    if method in METHODS
]
NUMBERS = ["1Z204E380338943508", "449044304137821", "RR990000045GB", "1Z999AA10123456784", "990000000047"]
CONFIG = {
    "seed": 1,
    "base-url": "http://127.0.0.1:1/v2",  # each call names the running mock
    "headers": {"X-API-Key": "tf_test_enterprise_fuzz"},
    "generation": {"database": "none"},
    "cache": {"enabled": False},
    # Numbers that carriers issue: any other string is well-formed and still no shipment's number.
    "dictionaries": {"numbers": {"values": NUMBERS}, "carriers": {"values": ["ups", "fedex", "dhl", "indiapost"]}},
    "parameters": {
        "path.trackingNumber": {"dictionary": "numbers", "probability": 0.6},
        "query.carrier": {"dictionary": "carriers", "probability": 0.6},
    },
    # A carrier that does not exist, a number that is not of that carrier, a forced outage: refusals of valid input
    # that the contract declares and a schema cannot tell apart, so these statuses are right answers too.
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ["2xx", "400", "404"]},
        "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503"]},
    },
}


def fuzzable() -> dict[str, Any]:
    """The contract with what Schemathesis cannot know or read put into its own words."""
    document = load()
    # The largest batch depends on the plan, which no schema knows; the fuzzer's key has this one.
    enterprise = next(plan for plan in document["x-plans"]["plans"] if plan["name"] == "enterprise")
    batch = document["components"]["schemas"]["Batch"]["$defs"]["request"]["properties"]["shipments"]
    batch["maxItems"] = enterprise["batch_size"]
    # Schemathesis 4.32 does not follow references in a parameter that is drawn from a dictionary.
    for parameter in document["paths"]["/track/{trackingNumber}"]["parameters"]:
        parameter["schema"]["allOf"] = [resolve(document, each) for each in parameter["schema"]["allOf"]]
    return document


@pytest.fixture(scope="module")
def api() -> Any:
    import schemathesis

    return schemathesis.openapi.from_dict(fuzzable(), config=schemathesis.Config.from_dict(CONFIG))


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    app = create_app(Settings(), ManualClock(from_text("2026-06-15T12:00:00Z")))
    with served(app) as server:
        yield server.url + app.pipeline.specification.base_path


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_request_makes_the_mock_break_its_contract(operation: str, api: Any, base_url: str) -> None:
    """What `@api.parametrize()` would make: there each worker makes up the requests of all, while it collects tests."""
    from schemathesis.checks import load_all_checks
    from schemathesis.generation.feedback import FeedbackSources
    from schemathesis.pytest._test_builder import build_operation_test

    @hypothesis.settings(deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
    def kept(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(base_url=base_url)

    load_all_checks()
    build_operation_test(
        config=api.config,
        operation=api.find_operation_by_id(operation),
        test_func=kept,
        given_kwargs={},
        feedback=FeedbackSources(),
    )()


def test_no_sequence_of_calls_makes_the_mock_break_its_contract(api: Any, base_url: str) -> None:
    class Calls(api.as_state_machine()):  # type: ignore[misc]  # its base is made at run time
        def get_call_kwargs(self, case: schemathesis.Case[Any]) -> dict[str, Any]:
            return {"base_url": base_url}

    Calls.run(settings=hypothesis.settings(max_examples=15, stateful_step_count=5, deadline=None, database=None))
