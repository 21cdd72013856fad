import ast
import re
from collections.abc import Iterator
from pathlib import Path

from contract_tests.contract.document import Contract
from contract_tests.contract.operations import Operation

PACKAGE = Path(__file__).resolve().parents[1]
DELIVERY = "/webhooks/trackingEvent/post"


def probes() -> list[Path]:
    return [path for path in PACKAGE.rglob("*.py") if "tests" not in path.relative_to(PACKAGE).parts]


def named(contract: Contract) -> set[str]:
    """Every text in the suite that has the form of a clause id and a first word that clauses have."""
    families = {each.partition(".")[0] for each in contract.clauses}
    found = set()
    for path in probes():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and re.fullmatch(r"[a-z0-9_-]+(\.[A-Za-z0-9_-]+)+", text):
                found |= {text} if text.partition(".")[0] in families else set()
    return found


def answered(contract: Contract) -> set[str]:
    """The clauses at schemas of answers, headers and deliveries: the passive checks reach them."""
    places = [each.schema_place for operation in contract.operations.values() for each in operation.answers.values()]
    places += [f"{DELIVERY}/requestBody/content/application~1json/schema", f"{DELIVERY}/parameters/0/schema"]
    headers = contract.document["components"]["headers"]
    places += [f"/components/headers/{name}/schema" for name in headers]
    found = {each["x-clause"] for each in headers.values() if "x-clause" in each}
    for place in filter(None, places):
        found |= set(_below(contract, contract.schemas, place, set()))
    return found


def _below(contract: Contract, schemas: object, place: str, seen: set[str]) -> Iterator[str]:
    from contract_tests.contract.loading import lookup
    from contract_tests.contract.pointers import follow

    def walk(node: object) -> Iterator[str]:
        if isinstance(node, list):
            for each in node:
                yield from walk(each)
        elif isinstance(node, dict):
            if isinstance(node.get("x-clause"), str):
                yield node["x-clause"]
            reference = node.get("$ref")
            if isinstance(reference, str) and reference not in seen:
                seen.add(reference)
                yield from walk(lookup(contract.document, reference))
            for name, each in node.items():
                if name not in {"examples", "example"}:
                    yield from walk(each)

    yield from walk(follow(contract.document, place))


def test_no_clause_id_lives_in_python_only(contract: Contract) -> None:
    assert named(contract) - set(contract.clauses) == set()


def test_every_clause_that_can_be_tested_has_a_check(contract: Contract) -> None:
    plans = {each.clause for each in contract.plans.values()}
    answers = {each.clause for operation in contract.operations.values() for each in operation.answers.values()}
    checked = named(contract) | answered(contract) | plans | {each for each in answers if each}
    assert set(contract.testable) - checked == set()


def test_operations_are_found_by_their_ids(contract: Contract) -> None:
    track: Operation = contract.operations["trackShipment"]
    assert (track.method, track.path, track.success.status) == ("GET", "/track/{trackingNumber}", "200")
    assert track.target({"trackingNumber": "1Z 9/ü"}, {"lang": "pt-BR"}) == "/track/1Z%209%2F%C3%BC?lang=pt-BR"
