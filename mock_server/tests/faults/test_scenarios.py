"""Reading scenarios, and saying where they are wrong."""

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contract_tests.contract.files import DocumentError, parse
from contract_tests.contract.loading import SCHEMAS
from mock_server.contract.forms import FormError
from mock_server.faults import scenarios
from mock_server.faults.catalogue.failures import Error
from mock_server.faults.scenarios import Scenario
from mock_server.tests.faults.rulebook import FOUNDATION, NOON, VOCABULARY
from mock_server.tests.faults.written import WHOLE, read


def complaint(text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        read(text)
    return str(caught.value)


def test_a_scenario_says_time_seed_limits_data_faults_and_webhooks() -> None:
    found = read(WHOLE, "Black Friday (draft)")
    assert (found.start, found.scale, found.seed) == (NOON, 60, 7)
    assert [rule.id for rule in found.rules] == ["Black-Friday--draft--1", "mine"]
    assert found.rules[0].fault == Error("carrier_unavailable")
    assert found.plans["free"] == {"requests_per_minute": 3}
    assert len(found.shipments) == 2
    assert found.webhooks[0]["events"] == ["delivered"]


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "{}"])
def test_an_empty_scenario_changes_nothing(text: str) -> None:
    assert read(text) == Scenario("mine")


@pytest.mark.parametrize(
    "text", ["2026-06-15t12:00:00z", "2026-06-15 12:00:00Z", "2026-06-15T17:30:00.000000000+05:30"]
)
def test_a_clock_takes_every_form_of_an_instant(text: str) -> None:
    assert read(f"clock: {text}").start == read(f'clock: {{ instant: "{text}" }}').start == NOON


def test_a_clock_may_be_an_instant_alone() -> None:
    assert (read("clock: 2026-06-15T14:00:00+02:00").start, read("clock: { scale: 0 }").start) == (NOON, None)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("faults:\n  - fault: { type: error, code: x }\n", "mine.yaml: line 2 column 27: faults[0].fault.code: "),
        (
            "faults:\n  - fault:\n      type: error\n      code: not_found\n    probabilty: 0.5\n",
            "mine.yaml: line 5 column 5: faults[0]: probabilty is not known here; did you mean probability?",
        ),
        ("seed: 1\nclok: 2026-06-15T12:00:00Z\n", "mine.yaml: line 2 column 1: clok is not known here"),
        ("seed: 1\nclock: noon\n", "mine.yaml: line 2 column 1: clock: "),
        ("clock: 1776-07-04T00:00:00Z\n", "mine.yaml: line 1 column 1: clock: "),
        (
            'seed: 1\nclock: "2026-12-24T17:00:00Z\\n"\n',
            'mine.yaml: line 2 column 1: clock: "2026-12-24T17:00:00Z\\n" is not a valid date-time; there is white',
        ),
        (
            "clock:\n  scale: 1\n  instant: 2026-12-24T17:00:00\n",
            'line 3 column 3: clock.instant: "2026-12-24T17:00:00" is not a valid date-time; it has no offset',
        ),
        (
            "faults:\n  - fault: { type: drop }\n    until: 2026-12-24T25:00:00Z\n",
            'line 3 column 5: faults[0].until: "2026-12-24T25:00:00Z" is not a valid date-time; hour must be in 0..23',
        ),
        ("seed: many\n", 'mine.yaml: line 1 column 1: seed: "many" is not an integer'),
        (
            "plans:\n  fre: { requests_per_minute: 1 }\n",
            'line 2 column 3: plans.fre: "fre" is no plan; did you mean free?',
        ),
        ("plans:\n  free: { requests_per_minute: -1 }\n", "line 2 column 11: plans.free.requests_per_minute: -1"),
        (
            "shipments:\n  - tracking_number: 1Z999AA10123456784\n    status: lost\n",
            "mine.yaml: line 3 column 5: shipments[0].status: ",
        ),
        ("shipments:\n  - { status: delivered }\n", "line 2 column 5: shipments[0]: tracking_number is missing"),
        (
            "shipments:\n  - { tracking_number: 1Z999AA10123456784, carrier: usp, status: delivered }\n",
            "line 2 column 5: shipments[0]: 'usp' is not a carrier code; did you mean",
        ),
        (
            "shipments:\n  - { tracking_number: 1Z999AA10123456784, status: delivered, events: [{ type: transit }] }\n",
            "shipments[0]: status 'delivered' is not what the newest event says",
        ),
        (
            "webhooks:\n  - { tracking_number: 1Z999AA10123456784, url: 'http://example.com' }\n",
            "line 2 column 44: webhooks[0].url: ",
        ),
        (
            "faults:\n  - { id: a, fault: { type: drop } }\n  - { id: a, fault: { type: drop } }\n",
            "line 3 column 7: faults[1].id: 'a' is the id of an earlier rule too",
        ),
        ("faults: [\n", "mine.yaml: line 2 column 1: not YAML"),
        ("- a\n- b\n", "mine.yaml: line 1 column 1: "),
        ("seed: 1\nseed: 2\n", "mine.yaml: line 2 column 1: not YAML: the name 'seed' occurs twice"),
    ],
)
def test_a_wrong_scenario_names_file_line_column_value_and_fix(text: str, told: str) -> None:
    assert told in complaint(text)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("000123450000000027", "; YAML takes 000123450000000027 for a number, so put it in quotes"),
        ("449044304137821", "; YAML takes 449044304137821 for a number, so put it in quotes"),
        ("0x1F", "; YAML takes 0x1F for a number, so put it in quotes"),
        ("7489E28", "; YAML takes 7489E28 for a number, so put it in quotes"),
        ("1234.50", "; YAML takes 1234.50 for a number, so put it in quotes"),
        ("true", "; YAML takes true for true or false, so put it in quotes"),
        ("~", "; YAML takes ~ for nothing, so put it in quotes"),
        ("7489E28764", "the number 7489E28764 is too large; if it is a text, put it in quotes"),
        ("9" * 400, "a number of 400 digits is too long to be read; if it is a text, put it in quotes"),
        ("12:30:45", "'12:30:45' is not a tracking number"),
        ("yes", "'YES' is not a tracking number"),
        ("[1, 2]", "[1, 2] is not a string"),
    ],
)
def test_a_number_that_yaml_took_for_something_else_is_told_as_it_was_written(written: str, told: str) -> None:
    complained = complaint(f"shipments:\n  - status: delivered\n    tracking_number: {written}\n")
    assert complained.startswith("mine.yaml: line ")
    assert told in complained


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]\n",
        "[" * 100_000,
        "a: &a {x: 1}\n"
        + "".join(
            f"{n}: &{n} [*{m}, *{m}]\n" for m, n in zip("abcdefghijklmnopqrs", "bcdefghijklmnopqrst", strict=True)
        ),
    ],
    ids=["holds itself", "nested deep", "doubles in each line"],
)
def test_a_text_that_would_fill_memory_or_stack_is_refused(text: str) -> None:
    assert complaint(text).startswith("mine.yaml: ")


def test_a_file_is_told_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text("seed: x\n")
    with pytest.raises(DocumentError, match=r"ours\.yaml: line 1 column 1: seed"):
        scenarios.load_or_read(str(file), FOUNDATION.stage)
    file.write_text("seed: 4\n")
    assert scenarios.load_or_read(str(file), FOUNDATION.stage) == Scenario("ours", {"seed": 4}, seed=4)


@pytest.mark.parametrize("name", ["stormy", "nowhere/mine.yaml"])
def test_neither_a_file_nor_a_shipped_name_is_told_so(name: str) -> None:
    with pytest.raises(
        DocumentError, match=f"^{name}: (is no shipped scenario; those are black-friday, calm|cannot be read)"
    ):
        scenarios.load_or_read(name, FOUNDATION.stage)


def test_a_form_error_of_a_document_has_its_pointer() -> None:
    with pytest.raises(FormError) as caught:
        FOUNDATION.stage("mine", {"faults": [{"fault": {"type": "drop"}}, {"fault": {"type": "error", "code": "x"}}]})
    assert caught.value.flaw.pointer == "/faults/1/fault/code"


def test_the_shipped_ones_are_those_of_the_manual() -> None:
    assert scenarios.shipped() == [
        "black-friday",
        "calm",
        "flaky",
        "rate-limited",
        "slow",
        "ups-outage",
        "webhook-storm",
    ]


@pytest.mark.parametrize("name", scenarios.shipped())
def test_a_shipped_scenario_can_be_read_and_says_what_it_is_for(name: str) -> None:
    found = scenarios.load(name, FOUNDATION.stage)
    assert found.document["description"].endswith(".")
    text = (scenarios.SHIPPED / f"{name}.yaml").read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=../../schemas/scenario.schema.json\n")


def test_editors_find_every_file_that_the_form_refers_to() -> None:
    def references(node: Any) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"].partition("#")[0]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*map(references, node.values()))
        return set().union(*map(references, node)) if isinstance(node, list) else set()

    for name in (scenarios.FORM, "fault.schema.json"):
        schema = json.loads((SCHEMAS / name).read_text("utf-8"))
        Draft202012Validator.check_schema(schema)
        assert all((SCHEMAS / file).is_file() for file in references(schema) if file)


def test_names_of_rules_come_from_the_mock_s_own_contract() -> None:
    assert "deliverTrackingEvent" in VOCABULARY.operations
    assert {"ups", "fedex"} <= set(VOCABULARY.carriers)
    assert set(VOCABULARY.plans) == {"free", "starter", "growth", "enterprise"}


def places(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield place
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, member in members:
        yield from places(member, (*place, step))


def with_member(value: Any, place: tuple[str | int, ...], wrong: Any) -> Any:
    if not place:
        return wrong
    changed = value.copy()
    changed[place[0]] = with_member(value[place[0]], place[1:], wrong)
    return changed


def test_whatever_is_wrong_wherever_it_is_the_line_is_told() -> None:
    whole, refused = parse(WHOLE, "mine.yaml"), 0
    for place, wrong in product(places(whole), ["2026-12-24T17:00:00Z\n", -1.5, ["x"]]):
        try:
            read(json.dumps(with_member(whole, place, wrong), indent=1))
        except DocumentError as error:
            refused += 1
            assert str(error).startswith("mine.yaml: line ")  # noqa: PT017 - most are refused, and each is looked at
    assert refused > 100


def test_every_form_of_rfc_3339_says_when_a_rule_holds() -> None:
    rule = read(
        "faults: [{ fault: { type: drop }, from: 2026-06-15t12:00:00z, until: 2026-06-15 14:00:00.5+01:00 }]"
    ).rules[0]
    assert (rule.opens, rule.closes) == (NOON, NOON + 3600.5)
