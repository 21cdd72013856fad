"""The catalogue is what it says: names, clauses, and defects that show."""

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract_tests.tests.servers.catalogue import DEFECTS, DIFFERENCES, MUTANTS, VARIANTS
from contract_tests.tests.servers.clock import Clock
from contract_tests.tests.servers.conversation import Seen
from contract_tests.tests.servers.modifiers import Mutant, Variant, members
from contract_tests.tests.servers.observation import observe
from contract_tests.tests.servers.receiver import Receiver
from contract_tests.tests.servers.target import serving

SCHEMAS = Path(__file__).parents[3] / "schemas"
# They differ in time only, and the conversation does not look at a watch.
A_DAY = {  # seen only by who spends a day's requests
    "starter-has-a-thousand-a-day",
    "starter-has-more-a-day",
    "free-has-a-hundred-a-day",
    "free-has-five-thousand-a-day",
    "batches-spare-the-day",
}
SLOW = frozenset({"slower", "deliveries-are-late", "first-answer-is-slow"})
# Forty seconds into a minute; the clock moves only when time is made to pass.
NOON = 1_795_000_000.0


@cache
def clauses() -> dict[str, str]:
    """Level by clause id, from every file of the contract."""
    found: dict[str, str] = {}
    for file in sorted(SCHEMAS.iterdir()):
        if file.suffix in {".json", ".yaml"}:
            text = file.read_text(encoding="utf-8")
            found |= dict(named(json.loads(text) if file.suffix == ".json" else yaml.safe_load(text)))
    return found


def named(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        name = node.get("x-clause") or (node.get("id") if "title" in node else None)
        if isinstance(name, str) and "x-source" in node:
            yield name, node["x-source"]
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from named(child)


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def conversation(receiver: Receiver, mutant: str | None = None, variant: str | None = None) -> Iterator[Seen]:
    server = serving(mutant, variant, clock=Clock(lambda: NOON))
    try:
        yield from observe(server, receiver)
    finally:
        server.close()


@pytest.fixture(scope="module")
def expected(receiver: Receiver) -> list[Seen]:
    return list(conversation(receiver))


def test_the_reference_answers_the_same_twice(expected: list[Seen], receiver: Receiver) -> None:
    assert list(conversation(receiver)) == expected


@pytest.mark.parametrize("name", sorted(MUTANTS.keys() - A_DAY))
def test_a_mutant_shows(name: str, expected: list[Seen], receiver: Receiver) -> None:
    shown = zip_longest(conversation(receiver, mutant=name), expected)
    assert any(got != wanted for got, wanted in shown), f"{name} answers exactly as the reference does"


@pytest.mark.parametrize("name", sorted(VARIANTS.keys() - SLOW))
def test_a_variant_shows(name: str, expected: list[Seen], receiver: Receiver) -> None:
    shown = zip_longest(conversation(receiver, variant=name), expected)
    assert any(got != wanted for got, wanted in shown), f"{name} answers exactly as the reference does"


def test_no_two_defects_or_differences_share_a_name() -> None:
    names = Counter([each.name for each in members(Mutant, *DEFECTS)])
    names.update(each.name for each in members(Variant, *DIFFERENCES))
    assert [name for name, count in names.items() if count > 1] == []


def test_mutants_break_clauses_that_exist() -> None:
    unknown = {each.name: set(each.clauses) - set(clauses()) for each in MUTANTS.values()}
    assert {name for name, missing in unknown.items() if missing} == set()


def test_a_mutants_level_is_that_of_its_first_clause() -> None:
    levels = {name: each.level for name, each in MUTANTS.items()}
    assert levels == {name: clauses()[each.clauses[0]] for name, each in MUTANTS.items()}


def test_every_name_is_described_in_a_sentence() -> None:
    described = {name: each.description for name, each in MUTANTS.items()}
    described |= {name: each.description for name, each in VARIANTS.items()}
    assert [name for name, text in described.items() if not text.endswith((".", "..."))] == []


def test_the_corpus_is_large_enough_to_be_a_measure() -> None:
    assert len(MUTANTS) >= 150
    assert len(VARIANTS) >= 25
