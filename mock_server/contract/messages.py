"""HTTP as plain values: what was asked, and what is answered."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from mock_server.contract.errors import ApiError
from mock_server.lightweight import lightweight
from mock_server.server.reply import NOTHING, Reply, encode

__all__ = ["NOTHING", "Call", "Reply", "encode"]


@lightweight
class Call:
    """One request; header names are lower case, `target` is the raw path and query.

    `refused` has the items of a batch that are not to be looked up, by their place in it.
    """

    method: str
    target: str
    path_params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    value: Any = None
    refused: Mapping[int, ApiError] = field(default_factory=dict)
