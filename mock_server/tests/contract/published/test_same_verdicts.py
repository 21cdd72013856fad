"""Both forms of the contract, held against its own rules on thousands of bodies."""

import random
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from mock_server.tests.contract.published.forms import FLAT, SOFT, SOURCE, at, containers, judge

MUTATIONS = 300  # of each body


SPARE: tuple[Any, ...] = (None, True, False, 0, -1, 1.5, "", "x", "9999-99-99T99:99:99Z", [], {}, [None], {"code": "?"})


def bodies(document: Mapping[str, Any]) -> Iterator[tuple[str, Any, list[Any]]]:
    """Every body of the document: where it is, its schema, its examples."""

    def below(node: Any, place: str) -> Iterator[tuple[str, Any, list[Any]]]:
        if isinstance(node, dict):
            for media in node.get("content", {}).values():
                examples = [at(document, each).get("value") for each in media.get("examples", {}).values()]
                yield place, media["schema"], examples
            for name, each in node.items():
                yield from below(each, f"{place}/{name}")

    for part in ("paths", "webhooks", "components"):
        yield from below(document.get(part, {}), part)


def mutated(body: Any, chance: random.Random) -> Any:
    """The body with one to three values in it exchanged, dropped or added."""
    body = deepcopy(body)
    for _ in range(chance.randint(1, 3)):
        spots = list(containers(body))
        if not spots:
            return chance.choice(SPARE)
        spot = chance.choice(spots)
        keys = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
        act = chance.choice(("exchange", "exchange", "drop", "add"))
        if act == "add" or not keys:
            if isinstance(spot, dict):
                spot["more"] = deepcopy(chance.choice(SPARE))
            else:
                spot.append(deepcopy(chance.choice(SPARE)))
        elif act == "drop":
            del spot[chance.choice(keys)]
        else:
            spot[chance.choice(keys)] = deepcopy(chance.choice(SPARE))
    return body


def test_both_forms_give_the_same_verdict_on_thousands_of_mutated_bodies() -> None:
    chance = random.Random(20260615)
    verdicts = []
    for (place, schema, examples), (other, flat_schema, _) in zip(bodies(SOURCE), bodies(FLAT), strict=True):
        assert place == other
        source, flat = judge(SOURCE, schema), judge(FLAT, flat_schema)
        for example in examples:
            for body in (example, *(mutated(example, chance) for _ in range(MUTATIONS))):
                verdict = source.is_valid(body)
                assert flat.is_valid(body) == verdict, (place, body)
                verdicts.append(verdict)
    assert len(verdicts) > 3000
    assert min(verdicts.count(True), verdicts.count(False)) > 300


def test_what_the_contract_lets_through_the_soft_form_does_too() -> None:
    chance = random.Random(20260616)
    softer = 0
    soft_schemas = {place: schema for place, schema, _ in bodies(SOFT)}
    for place, schema, examples in bodies(SOURCE):
        if place.startswith("webhooks"):
            continue
        source, soft = judge(SOURCE, schema), judge(SOFT, soft_schemas[place])
        for body in (
            each for example in examples for each in (example, *(mutated(example, chance) for _ in range(50)))
        ):
            assert soft.is_valid(body) or not source.is_valid(body), body
            softer += soft.is_valid(body) and not source.is_valid(body)
    assert softer
