from pathlib import Path

import pytest

from contract_tests.batches import check_room
from contract_tests.contract.document import Contract, load
from contract_tests.contract.files import ContractError
from contract_tests.facts import UnverifiableError
from contract_tests.tests.fakes import a_run, reply

HEAD = "overlay: 1.0.0\ninfo: {title: ours, version: 1.0.0}\nactions:\n"


def overlay(folder: Path, actions: str) -> Path:
    file = folder / "ours.yaml"
    file.write_text(HEAD + actions, encoding="utf-8")
    return file


def test_a_renamed_path_is_asked(tmp_path: Path) -> None:
    file = overlay(
        tmp_path,
        "  - target: $.paths\n"
        "    update: {/companies: {get: {operationId: listCarriers, responses: {'200': {description: x}}}}}\n"
        "  - {target: \"$.paths['/carriers']\", remove: true}\n",
    )
    run, script = a_run(load([file]), lambda _: reply(200, {}))
    run.api.carriers()
    assert script.asked[0].url == "http://target/v2/companies"


def test_a_renamed_property_is_read_under_its_own_name(tmp_path: Path) -> None:
    file = overlay(
        tmp_path,
        "  - target: $.components.schemas.Webhook.properties\n"
        "    update: {hookId: {type: string, x-value: webhook_id}}\n",
    )
    contract = load([file])
    run, _ = a_run(contract, lambda _: reply(201, {"hookId": "h1"}))
    exchange = run.api.subscribe("1Z204E380338943508", "https://example.com/")
    assert run.api.read(exchange)["webhook_id"] == "h1"


def test_so_is_one_that_only_what_is_delivered_has(tmp_path: Path) -> None:
    place = "/webhooks/trackingEvent/post/requestBody/content/application~1json/schema"
    file = overlay(
        tmp_path,
        "  - target: $.webhooks.trackingEvent.post.requestBody.content['application/json']\n"
        "    update: {schema: {properties: {event_id: {type: string, x-value: id}}}}\n",
    )
    assert load([file]).read(place, {"event_id": "evt_1"})["id"] == "evt_1"
    assert not load().renames


def test_a_message_and_a_level_can_be_corrected(tmp_path: Path) -> None:
    file = overlay(
        tmp_path,
        "  - target: $.components.responses.unknown_webhook\n"
        "    update: {x-source: documented, x-quote: 'They told us.'}\n",
    )
    assert load([file]).clauses["webhook.delete.404"].documented


def test_lists_grow_and_removals_take_the_highest_first(tmp_path: Path) -> None:
    file = overlay(
        tmp_path,
        "  - {target: $.tags, update: {name: news}}\n  - {target: '$.tags[0,1]', remove: true}\n",
    )
    assert [each["name"] for each in load([file]).document["tags"]] == ["webhooks", "news"]


def test_an_action_that_matches_nothing_is_told(tmp_path: Path) -> None:
    file = overlay(tmp_path, "  - {target: $.paths.nowhere, remove: true}\n")
    assert "matches nothing" in load([file]).idle[0]


@pytest.mark.parametrize(
    ("actions", "complaint"),
    [
        ("  - {target: '$[', remove: true}\n", "RFC 9535"),
        ("  - {target: $.info, update: 3}\n", "cannot replace an object"),
        ("  - {target: $, remove: true}\n", "whole document"),
    ],
)
def test_an_overlay_that_cannot_be_applied_is_an_error(tmp_path: Path, actions: str, complaint: str) -> None:
    with pytest.raises(ContractError, match=complaint):
        load([overlay(tmp_path, actions)])


def test_every_clause_has_its_own_source(contract: Contract) -> None:
    assert [each.id for each in contract.clauses.values() if not each.source] == []


@pytest.mark.parametrize(("batch", "fits"), [(3, True), (4, False)])
def test_a_batch_that_no_minute_of_the_plan_holds_is_not_judged_by_its_size(
    tmp_path: Path, batch: int, fits: bool
) -> None:
    tight = "{requests_per_minute: 3, requests_per_day: 100, batch_size: 5}"
    file = overlay(tmp_path, f"  - target: $['x-plans'].plans[?@.name == 'free']\n    update: {tight}\n")
    plan = load([file]).plans["free"]
    assert plan.holds(batch) is fits
    if not fits:
        with pytest.raises(
            UnverifiableError, match=f"no minute or no day of the plan free has room for a batch of {batch}"
        ):
            check_room(plan, batch)
