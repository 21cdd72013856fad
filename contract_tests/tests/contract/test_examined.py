"""Bodies that were looked at: the same is looked at once, and a process of many runs does not keep them all."""

import pytest

from contract_tests.contract import schemas
from contract_tests.contract.schemas import Schemas

PLACE = "/components/schemas/Count"
DOCUMENT = {"components": {"schemas": {"Count": {"type": "integer", "x-clause": "count"}}}}


def test_the_same_body_is_looked_at_once() -> None:
    looked = Schemas(DOCUMENT, frozenset())
    first = looked.examined("one", b'"one"', PLACE)
    assert [each.keyword for each in first[0]] == ["type"]
    assert looked.examined("one", b'"one"', PLACE) is first


def test_old_bodies_are_forgotten_and_judged_the_same_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemas, "MOST_EXAMINED", 2)
    looked = Schemas(DOCUMENT, frozenset())
    first = looked.examined("one", b'"one"', PLACE)
    for number in range(5):
        assert looked.examined(number, b"%d" % number, PLACE)[0] == []
    assert len(looked._examined) == 2
    again = looked.examined("one", b'"one"', PLACE)
    assert again is not first
    assert again == first
