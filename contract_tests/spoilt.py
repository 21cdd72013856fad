"""Answers that may not be the target's own: what networks and gateways do to some of them."""

from dataclasses import dataclass

from contract_tests.exchange import Response, SentRequest, media_type, names_json
from contract_tests.facts import UnverifiableError

AGAIN = 5  # times that a question is asked again before its answer is taken as it is
AGAIN_WHERE_IN_VAIN = 1  # once asking again has been in vain in this run
FIRST_PAUSE_SECONDS = 0.05
SLOW_SECONDS = 10.0  # an answer that failed so slowly is waited for only once more
_REFUSED = ("NewConnectionError", "NameResolutionError", "ConnectTimeout", "refused")


class SpoiltError(UnverifiableError):
    """What came back says nothing of the target, and the request can't be sent again as it is."""


@dataclass(frozen=True, slots=True)
class Spoilt:
    """An answer that was not taken for the target's, because asking again brought another."""

    request: SentRequest
    what: str
    probe: str


def oddity(response: Response) -> str | None:
    """What makes the response one that a gateway may have made or cut; None if nothing does."""
    if response.status >= 500:
        return f"{response.status} {response.text[:60]}".strip()
    declared = names_json(media_type(response.header("Content-Type")))
    if declared and response.body and response.value is None and response.body.strip() != b"null":
        return f"{response.status} with JSON that ends too early or can't be read"
    return None


def nobody_there(message: str) -> bool:
    """Whether there was no connection at all."""
    return any(each in message for each in _REFUSED)
