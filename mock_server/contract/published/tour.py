"""The tour of the API as an Arazzo document, for the operations that the contract has."""

from collections.abc import Collection
from typing import Any

from contract_tests.contract.files import read
from contract_tests.contract.loading import SCHEMAS

FILE = SCHEMAS / "tour.arazzo.yaml"


def arazzo(description: str, operations: Collection[str]) -> dict[str, Any]:
    """The workflows whose every step is one of the operations, which the OpenAPI document at the URL describes."""
    document: dict[str, Any] = read(FILE)
    sources = [{**each, "url": description} for each in document["sourceDescriptions"]]
    workflows = [
        each for each in document["workflows"] if all(step["operationId"] in operations for step in each["steps"])
    ]
    return {**document, "sourceDescriptions": sources, "workflows": workflows}
