"""What a request was asked with."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from mock_server.contract.bodies import as_json
from mock_server.domain.clients.journal import Entry


def texts(entry: Entry) -> Iterator[str]:
    """The segments of its path and the texts of its body, each as it was typed."""
    yield from (unquote(segment) for segment in entry.target.partition("?")[0].split("/") if segment)
    values: list[Any] = [as_json(entry.body)]
    while values:
        value = values.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            values += value.values()
        elif isinstance(value, list):
            values += value
