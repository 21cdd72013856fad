"""Examples paired by name: the number to ask for, and what this mock then answers."""

from collections.abc import Iterator, Mapping
from typing import Any

from contract_tests.contract.loading import resolve
from mock_server.contract.published.walking import Node

SUBJECT = "tracking_number"  # in a body; the one parameter in the path of what answers it is the same


def paired(document: Node, numbers: Mapping[str, str]) -> Node:
    """The document in which the path's parameter has an example for each example of an answer that can be had.

    `numbers` are tracking numbers by the error code that each brings about.
    """
    paths = {}
    for path, item in document["paths"].items():
        answers = dict(_answers(document, item, numbers))
        places = [each for each in item.get("parameters", ()) if each.get("in") == "path"]
        if answers and len(places) == 1:
            parameter = {**places[0], "examples": {**places[0].get("examples", {}), **answers}}
            rest = [parameter if each is places[0] else each for each in item["parameters"]]
            paths[path] = {**item, "parameters": rest}
        else:
            paths[path] = item
    return {**document, "paths": paths}


def _answers(document: Node, item: Node, numbers: Mapping[str, str]) -> Iterator[tuple[str, Node]]:
    """An example of the parameter for each example of what a GET answers, if its subject is in the path."""
    operation = item.get("get")
    if operation is None:
        return
    found = {
        name: (status, resolve(document, example))
        for status, answer in operation["responses"].items()
        for media in resolve(document, answer).get("content", {}).values()
        for name, example in media.get("examples", {}).items()
    }
    if not any(SUBJECT in _value(example) for status, example in found.values() if status.startswith("2")):
        return
    for name, (_, example) in found.items():
        value = _value(example)
        number = value.get(SUBJECT) or numbers.get(name)
        if number is not None:
            yield name, {"summary": example.get("summary", name), "value": number}


def _value(example: Any) -> Mapping[str, Any]:
    value = example.get("value")
    return value if isinstance(value, dict) else {}
