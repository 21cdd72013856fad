"""The requests of a capsule's story, as they are told and sent again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mock_server.capsules.form import Capsule
from mock_server.capsules.story import HeaderSets
from mock_server.domain.clients.secret_places import header_tells_secret
from mock_server.server.reply import Reply

MADE = "webhook_id"
"""What an answer calls that which the request has made."""
OWN = frozenset(("host", "content-length", "connection", "accept-encoding", "transfer-encoding"))
Item = Mapping[str, Any]


def requests(
    capsule: Capsule, replies: Sequence[Reply | None]
) -> Iterator[tuple[Item, Mapping[str, str], Reply | None]]:
    """Each item of the story, with its headers where it is a request, and the answer to it."""
    sets = HeaderSets()
    for item, reply in zip(capsule["story"], replies, strict=True):
        yield item, (sets.read(item["headers"]) if "headers" in item else {}), reply


def resent(headers: Mapping[str, str], key_header: str) -> dict[str, str]:
    """The headers that are to be sent again: none that a client makes itself, none that held a secret."""
    own = {*OWN, key_header.lower()}
    return {name: value for name, value in headers.items() if name not in own and not header_tells_secret(name)}
