"""The contract as tools want it, in both forms, for tests."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mock_server.contract.published import published
from mock_server.contract.specification import Specification

OWN = "http://127.0.0.1:8080/v2"
SOURCE: Mapping[str, Any] = Specification.load().document
NUMBERS = {"not_found": "1ZTFTEST0300004046", "carrier_unavailable": "1ZTFTEST0300005034"}
FLAT = published(SOURCE, OWN, numbers=NUMBERS)
SOFT = published(SOURCE, OWN, soft=True)
BOTH = pytest.mark.parametrize("document", [FLAT, SOFT], ids=["strict", "soft"])


def at(document: Mapping[str, Any], node: Any) -> Any:
    while "$ref" in node:
        value: Any = document
        for step in node["$ref"].split("/")[1:]:
            value = value[step]
        node = value
    return node


def containers(node: Any) -> Iterator[Any]:
    if isinstance(node, dict | list):
        yield node
        for each in node.values() if isinstance(node, dict) else node:
            yield from containers(each)


def judge(document: Mapping[str, Any], schema: Any) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": document["components"]})
