"""The contract's files: valid, honest about their sources, and complete against the published page."""

import hashlib
import hmac
import json
import warnings
from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.readers import read_from_filename

from contract_tests.contract.loading import SCHEMAS, faults, load, resolve
from contract_tests.contract.openapi_format import METHODS
from contract_tests.contract.validation import validator

DOCUMENT = load()
PAGE = (SCHEMAS / "reference.txt").read_text("utf-8")
CLAUSES: list[dict[str, Any]] = DOCUMENT["x-clauses"]["clauses"]
LAYOUT: list[str] = DOCUMENT["x-clauses"]["layout"]["lines"]
LEAST_PART = 12  # characters of a long line that a quote must have to stand for it

Place = tuple[str | int, ...]


def objects(node: Any, place: Place = ()) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Every object of a value with its place, outermost first."""
    if isinstance(node, list):
        for index, each in enumerate(node):
            yield from objects(each, (*place, index))
    elif isinstance(node, dict):
        yield place, node
        for name, each in node.items():
            yield from objects(each, (*place, name))


def table(heading: str) -> list[list[str]]:
    """Rows of the page's table whose heading begins with that word; tables follow one another without a gap."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines()]
    start = next(number for number, row in enumerate(rows) if row[0] == heading)
    return list(takewhile(lambda row: len(row) == len(rows[start]), rows[start + 2 :]))


def bodies(page: str = PAGE) -> list[Any]:
    """The page's JSON bodies, in its order."""
    found = []
    decoder = json.JSONDecoder()
    position = page.find("\n{\n")
    while position >= 0:
        value, position = decoder.raw_decode(page, position + 1)
        found.append(value)
        position = page.find("\n{\n", position)
    return found


def examples() -> Iterator[tuple[str, Any, Any]]:
    """Every named example with its name and the schema it must keep."""
    for place, node in objects({name: DOCUMENT[name] for name in ("paths", "webhooks", "components")}):
        if "schema" in node and "examples" in node:
            for name, example in node["examples"].items():
                yield "/".join(map(str, (*place[-4:], name))), resolve(DOCUMENT, example)["value"], node["schema"]


def keyword_examples() -> Iterator[tuple[str, Any, Any]]:
    """Every value of a schema's own `examples` with that schema."""
    for place, node in objects(DOCUMENT["components"]):
        if isinstance(node.get("examples"), list):
            for value in node["examples"]:
                yield "/".join(map(str, place)), value, node


def unsourced(node: Any, inherited: bool = False, place: Place = ()) -> Iterator[Place]:
    """Objects that say something although neither they nor anything around them has a source."""
    if isinstance(node, list):
        for index, each in enumerate(node):
            yield from unsourced(each, inherited, (*place, index))
    elif isinstance(node, Mapping):
        sourced = inherited or "x-source" in node
        says_something = any(not isinstance(value, (dict, list)) for name, value in node.items() if name != "$ref")
        if says_something and not sourced:
            yield place
        for name, each in node.items():
            yield from unsourced(each, sourced, (*place, name))


def clause_nodes() -> list[dict[str, Any]]:
    return [node for _, node in objects(DOCUMENT) if "x-clause" in node]


def test_openapi_tools_accept_the_document() -> None:
    document, base_uri = read_from_filename(str(SCHEMAS / "openapi.yaml"))
    OpenAPIV31SpecValidator(document, base_uri=base_uri).validate()


def test_schemathesis_reads_the_document_without_a_warning() -> None:
    import schemathesis  # half a second that no other worker pays
    from schemathesis.core.result import Ok

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        schema = schemathesis.openapi.from_path(SCHEMAS / "openapi.yaml")
        operations = [
            found.ok().definition.raw["operationId"] for found in schema.get_all_operations() if isinstance(found, Ok)
        ]
    assert operations == ["trackShipment", "trackBatch", "listCarriers", "createWebhook", "deleteWebhook"]


def test_every_schema_is_a_json_schema() -> None:
    assert list(faults(DOCUMENT, with_schemas=True)) == []
    for file in SCHEMAS.glob("*.schema.json"):
        Draft202012Validator.check_schema(json.loads(file.read_text("utf-8")))


@pytest.mark.parametrize(("name", "file"), [("plan.schema.json", "plans.json"), ("clause.schema.json", "clauses.yaml")])
def test_plans_and_clauses_have_the_form_they_declare(name: str, file: str) -> None:
    form = json.loads((SCHEMAS / name).read_text("utf-8"))
    value = yaml.safe_load((SCHEMAS / file).read_text("utf-8"))
    assert [error.message for error in Draft202012Validator(form).iter_errors(value)] == []


def test_every_example_keeps_its_schema() -> None:
    found = [*examples(), *keyword_examples()]
    broken = [
        (place, error.message)
        for place, value, schema in found
        for error in validator(schema, DOCUMENT).iter_errors(value)
    ]
    assert broken == []
    assert len(found) > 50


def test_the_documented_examples_are_the_page_s_bodies_key_for_key() -> None:
    documented = [
        resolve(DOCUMENT, DOCUMENT["paths"][path]["get"]["responses"]["200"])["content"]["application/json"][
            "examples"
        ]["documented"]["value"]
        for path in ("/track/{trackingNumber}", "/carriers")
    ]
    assert [json.dumps(value) for value in documented] == [json.dumps(value) for value in bodies()]


def test_the_documented_batch_is_the_page_s_own() -> None:
    content = DOCUMENT["paths"]["/track/batch"]["post"]["requestBody"]["content"]["application/json"]
    command = next(line for line in PAGE.splitlines() if line.startswith("curl -X POST"))
    assert content["examples"]["documented"]["value"] == json.loads(command.split("-d '")[1].rstrip("'"))


def test_properties_come_in_the_page_s_order() -> None:
    tracking, _ = bodies()
    schema = DOCUMENT["components"]["schemas"]["Tracking"]
    assert list(schema["properties"]) == list(tracking)
    assert list(schema["$defs"]["event"]["properties"]) == list(tracking["events"][0])
    assert list(schema["properties"]["carrier"]["properties"]) == list(tracking["carrier"])


def test_the_page_s_errors_have_its_statuses_and_descriptions() -> None:
    codes = DOCUMENT["components"]["schemas"]["Error"]["$defs"]["code"]["oneOf"]
    documented = [code for code in codes if code.get("x-source") == "documented"]
    assert [[str(code["x-status"]), code["const"], code["x-message"]] for code in documented] == table("Status")


def test_the_plans_are_the_page_s_table() -> None:
    def number(cell: str) -> int | None:
        return None if cell == "Unlimited" else int(cell.replace(",", ""))

    rows = [[name.lower(), *map(number, cells)] for name, *cells in table("Plan")]
    fields = ("name", "requests_per_minute", "requests_per_day", "batch_size")
    assert [[plan[field] for field in fields] for plan in DOCUMENT["x-plans"]["plans"]] == rows


def test_everything_says_where_it_comes_from() -> None:
    assert list(unsourced({name: each for name, each in DOCUMENT.items() if name != "openapi"})) == []


def test_every_documented_node_quotes_the_page_and_every_assumed_one_gives_a_reason() -> None:
    for place, node in objects(DOCUMENT):
        if "x-source" in node:
            wanted, unwanted = ("x-quote", "x-reason") if node["x-source"] == "documented" else ("x-reason", "x-quote")
            assert node["x-source"] in {"documented", "assumed"}, place
            assert node.get(wanted), f"{place} lacks {wanted}"
            assert unwanted not in node, place


def test_operations_and_components_have_a_source_of_their_own() -> None:
    operations = [item[method] for item in DOCUMENT["paths"].values() for method in METHODS & set(item)]
    components = [each for kind in DOCUMENT["components"].values() for each in kind.values() if "$ref" not in each]
    assert [node for node in [*operations, *components] if "x-source" not in node] == []


def test_every_quote_is_on_the_page() -> None:
    assert [node["x-quote"] for _, node in objects(DOCUMENT) if node.get("x-quote", PAGE) not in PAGE] == []


def test_every_line_of_the_page_is_quoted_or_named_as_layout() -> None:
    quoted = {line for _, node in objects(DOCUMENT) for line in node.get("x-quote", "").splitlines()}
    parts = [line for line in quoted if len(line) >= LEAST_PART]
    lines = [line for line in PAGE.splitlines() if line.strip()]
    unaccounted = [
        line for line in lines if line not in quoted and line not in LAYOUT and not any(part in line for part in parts)
    ]
    assert unaccounted == []
    assert set(LAYOUT) <= set(lines)


def test_no_two_clauses_share_an_id() -> None:
    ids = [node["x-clause"] for node in clause_nodes()] + [clause["id"] for clause in CLAUSES]
    assert sorted(ids) == sorted(set(ids))


def test_every_clause_has_a_title_a_source_of_its_own_and_known_needs() -> None:
    form = json.loads((SCHEMAS / "clause.schema.json").read_text("utf-8"))
    needs = {entry["const"] for entry in form["$defs"]["need"]["oneOf"]}
    for node in clause_nodes():
        assert node.get("x-title"), node["x-clause"]
        assert "x-source" in node, node["x-clause"]
        assert set(node.get("x-needs", ())) <= needs, node["x-clause"]


def test_clauses_name_operations_that_exist() -> None:
    known = {item[method]["operationId"] for item in DOCUMENT["paths"].values() for method in METHODS & set(item)}
    assert {name for clause in CLAUSES for name in clause.get("operations", ())} <= known


def test_every_code_of_a_response_s_examples_belongs_to_its_status() -> None:
    codes = DOCUMENT["components"]["schemas"]["Error"]["$defs"]["code"]["oneOf"]
    statuses = {code["const"]: set(code.get("x-statuses", [code["x-status"]])) for code in codes}
    seen = set()
    for _, node in objects(DOCUMENT["paths"]):
        for status, response in node.get("responses", {}).items():
            content = resolve(DOCUMENT, response).get("content", {}).get("application/json", {})
            for example in content.get("examples", {}).values():
                code = resolve(DOCUMENT, example)["value"].get("error", {}).get("code")
                assert code is None or int(status) in statuses[code], (status, code)
                seen.add(code)
    assert seen >= set(statuses)


def test_the_known_answer_is_the_signature_of_its_body() -> None:
    parameters = DOCUMENT["webhooks"]["trackingEvent"]["post"]["parameters"]
    signature = next(each["x-signature"] for each in parameters if "x-signature" in each)
    known = signature["known_answer"]
    digest = hmac.new(known["secret"].encode(), known["body"].encode(), signature["algorithm"]).hexdigest()
    assert signature["algorithm"] in hashlib.algorithms_guaranteed
    assert known["signature"] == signature["prefix"] + digest


def test_statuses_lead_to_statuses_and_events_have_one() -> None:
    definitions = DOCUMENT["components"]["schemas"]["Tracking"]["$defs"]
    statuses = {entry["const"]: entry["x-next"] for entry in definitions["status"]["oneOf"]}
    assert {name for following in statuses.values() for name in following} <= set(statuses)
    assert {entry["x-status-class"] for entry in definitions["eventType"]["oneOf"]} <= set(statuses)
