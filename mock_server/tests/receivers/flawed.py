"""What others get wrong: receivers, and exactly the attacks that each fails."""

import json
from collections.abc import Mapping
from email.message import Message
from typing import Any

from mock_server.domain.clock import from_text
from mock_server.tests.receivers.examining import DOCUMENT, NOW
from mock_server.tests.sending.receivers import (
    SECRET,
    Decide,
    answering,
    digest,
    given,
    judging,
    rewritten,
    right,
    signature,
)

RAW = {"good", "non-ascii", "escapes", "float", "re-serialised"}


def strict_about(event: Any) -> int:
    return (
        204 if set(event) <= set(DOCUMENT["components"]["schemas"]["Webhook"]["$defs"]["event"]["properties"]) else 400
    )


def younger_than_a_day(event: Any) -> int:
    return 204 if NOW - from_text(event["created_at"]) < 86_400 else 400


def own_secret_or_none(headers: Message, body: bytes) -> bool:
    """Chooses the secret by webhook_id, and has an empty one for those it does not know."""
    try:
        known = json.loads(body)["webhook_id"] != "wh_unknown"
    except (ValueError, TypeError, KeyError):
        known = True
    return given(headers) == f"sha256={digest(body, SECRET if known else '')}"


def header_chooses(headers: Message, body: bytes) -> bool:
    algorithm, _, rest = given(headers).partition("=")
    return algorithm in {"sha256", "sha1"} and rest == digest(body, algorithm=algorithm)


def comparing_ascii(headers: Message, body: bytes) -> bool:
    given(headers).encode("ascii")
    return given(headers) == signature(body)


def limited(headers: Message, body: bytes) -> int:
    return 413 if len(body) > 10_000 else right(headers, body)


def trusting_the_type(headers: Message, body: bytes) -> int:
    if headers["Content-Type"] == "text/plain":
        raise TypeError("no JSON")
    return right(headers, body)


def lower_case_only(headers: Message, body: bytes) -> int:
    if given(headers) != given(headers).lower():
        raise ValueError("no hex")
    return right(headers, body)


def after_an_equals_sign(headers: Message, body: bytes) -> int:
    if given(headers):
        given(headers).split("=")[1]
    return right(headers, body)


def parsing_first(headers: Message, body: bytes) -> int:
    json.loads(body)["id"]
    return right(headers, body)


def choking(headers: Message, body: bytes) -> int:
    return 500 if len(body) > 500_000 else right(headers, body)


def silent_to_get(headers: Message, body: bytes) -> int:
    if "Content-Length" not in headers:
        raise ValueError("POST only")
    return right(headers, body)


def tired_after(most: int) -> Decide:
    """Worn out by so many requests."""
    requests: list[int] = []

    def decide(headers: Message, body: bytes) -> int:
        requests.append(1)
        return right(headers, body) if len(requests) <= most else 429

    return decide


def once_only() -> Decide:
    seen: set[str] = set()

    def answer(event: Any) -> int:
        if event["id"] in seen:
            return 409
        seen.add(event["id"])
        return 204

    return answering(answer)


def newest_only() -> Decide:
    newest: dict[str, str] = {}

    def answer(event: Any) -> int:
        data = event["data"]
        if newest.get(data["tracking_number"]) == "delivered" and data["status_description"] == "In transit":
            return 409
        newest[data["tracking_number"]] = data["status"]
        return 204

    return answering(answer)


FLAWS: Mapping[str, tuple[Decide, set[str]]] = {
    "skips a missing header": (
        judging(lambda headers, body: not headers.get("X-TrackFlow-Signature") or given(headers) == signature(body)),
        {"missing", "empty"},
    ),
    "verifies what json.dumps writes": (
        lambda headers, body: 401 if not body else right(headers, rewritten(body)),
        {*RAW, "not-json", "unsigned-garbage"},
    ),
    "verifies what JSON.stringify writes": (
        judging(
            lambda headers, body: (
                given(headers) == signature(rewritten(body, ensure_ascii=False, separators=(",", ":")))
            )
        ),
        {*RAW - {"non-ascii"}, "empty-body", "not-json", "unsigned-garbage", "get"},
    ),
    "decodes as ASCII": (
        judging(lambda headers, body: given(headers) == signature(body.decode("ascii", "replace").encode())),
        {"non-ascii"},
    ),
    "compares beginnings": (
        judging(lambda headers, body: signature(body).startswith(given(headers))),
        {"missing", "empty", "bare-prefix", "truncated"},
    ),
    "looks for the signature inside": (judging(lambda headers, body: signature(body) in given(headers)), {"extended"}),
    "raises for text beyond ASCII": (judging(comparing_ascii), {"garbage"}),
    "drops what is before the equals sign": (
        judging(lambda headers, body: given(headers).partition("=")[2] == digest(body)),
        {"wrong-prefix"},
    ),
    "lets the header choose": (judging(header_chooses), {"downgrade"}),
    "looks only for a signature": (
        judging(lambda headers, _: len(given(headers)) == 71),
        {"foreign", "no-secret", "tampered", "of-another", "re-serialised"},
    ),
    "has an empty secret for strangers": (judging(own_secret_or_none), {"no-secret"}),
    "knows all types": (
        answering(lambda event: 204 if event["type"].endswith(("delivered", "exception", "updated")) else 422),
        {"unknown-type"},
    ),
    "knows all fields": (answering(strict_about), {"unknown-fields", "float"}),
    "wants an origin": (answering(lambda event: 204 if event["data"]["origin"] else 422), {"pending"}),
    "limits bodies to 10 kB": (limited, {"long-life"}),
    "fails for large bodies": (choking, {"large"}),
    "refuses what it has seen": (once_only(), {"duplicate"}),
    "refuses what is older": (newest_only(), {"reordered"}),
    "refuses what is late": (answering(younger_than_a_day), {"late"}),
    "parses before it verifies": (
        parsing_first,
        {"unsigned-garbage", "empty-body", "not-json", "not-an-object", "no-fields", "get"},
    ),
    "believes the content type": (trusting_the_type, {"content-type"}),
    "raises for capital letters": (lower_case_only, {"upper-case"}),
    "raises without an equals sign": (after_an_equals_sign, {"no-prefix"}),
    "closes on a GET": (silent_to_get, {"get"}),
    "answers 410 to strangers": (
        lambda headers, body: 410 if right(headers, body) == 401 else right(headers, body),
        {
            *("missing", "empty", "bare-prefix", "truncated", "extended", "garbage", "wrong-prefix", "downgrade"),
            *("foreign", "no-secret", "tampered", "of-another", "re-serialised", "unsigned-garbage"),
            *("upper-case", "no-prefix"),
        },
    ),
}
