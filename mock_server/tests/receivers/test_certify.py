"""Certify: a right receiver passes, and every attack has a receiver that fails it and no other reason to."""

import hmac
import json
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from email.message import Message
from http.server import BaseHTTPRequestHandler
from threading import Event
from time import perf_counter
from typing import Any

import pytest

from contract_tests.contract.loading import load
from mock_server.domain.clock import from_text
from mock_server.domain.randomness import stream
from mock_server.receivers.examination import (
    ATTACKS,
    FAILED,
    NOT_RUN,
    PASSED,
    AttackResult,
    Examination,
    UnreachableError,
)
from mock_server.receivers.forger import Forger, compact
from mock_server.receivers.target import Target
from mock_server.sending.address import Address
from mock_server.tests.sending.receivers import (
    SECRET,
    Decide,
    Receiver,
    Single,
    answering,
    digest,
    given,
    judging,
    listening,
    rewritten,
    right,
    signature,
    whole,
)

NOW = from_text("2026-06-15T12:00:00Z")
DOCUMENT = load()
SLIPPING = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
TIMEOUT = 2  # seconds, for receivers that never answer
ALL = {attack.name for attack in ATTACKS}
RAW = {"good", "non-ascii", "escapes", "float", "re-serialised"}


def examination_of(url: str, secret: str = SECRET, timeout: float = 5.0, pause: Any = bool) -> Examination:
    return Examination(
        Forger(DOCUMENT, secret, stream(0, "certify"), NOW), Target(Address(url), timeout, perf_counter, pause)
    )


def examined(receiver: Receiver, **options: Any) -> Mapping[str, AttackResult]:
    examination = examination_of(receiver.url, **options)
    return {attack.name: examination.verdict(attack) for attack in ATTACKS}


def with_verdict(verdicts: Mapping[str, AttackResult], wanted: str) -> set[str]:
    return {name for name, verdict in verdicts.items() if verdict.verdict == wanted}


def test_a_right_receiver_passes_every_attack() -> None:
    with listening(right) as receiver:
        assert with_verdict(examined(receiver), PASSED) == ALL


def test_attacks_have_names_of_their_own_and_a_fix_in_one_sentence() -> None:
    assert Counter(attack.name for attack in ATTACKS).most_common(1)[0][1] == 1
    for attack in ATTACKS:
        assert attack.fix.endswith(".")
        assert attack.fix.count(". ") == 0, attack.fix


# What others get wrong: a receiver, and exactly the attacks it fails.


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


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_fails_its_attacks_and_no_others(flaw: str) -> None:
    decide, failing = FLAWS[flaw]
    with listening(decide) as receiver:
        assert with_verdict(examined(receiver), FAILED) == failing


def only(receiver: Receiver, *names: str, **options: Any) -> set[str]:
    """Which of these attacks fail."""
    examination = examination_of(receiver.url, **options)
    verdicts = [examination.verdict(attack) for attack in ATTACKS if attack.name in names]
    return {verdict.attack.name for verdict in verdicts if verdict.verdict == FAILED}


def test_one_connection_at_a_time_fails_the_stalled_sender() -> None:
    with listening(right, server_class=Single) as receiver:
        examination = examination_of(receiver.url, timeout=TIMEOUT)
        verdict = next(examination.verdict(attack) for attack in ATTACKS if attack.name == "stalled-sender")
        assert (verdict.verdict, verdict.text) == (FAILED, f"no answer within {TIMEOUT} s")
        assert verdict.fix
        assert "more than one thread" in verdict.fix


def test_taking_the_first_piece_for_the_body_fails_the_slow_sender() -> None:
    taken = Event()
    pauses: list[int] = []

    def first_piece(handler: BaseHTTPRequestHandler) -> bytes:
        piece = bytes(handler.rfile.read1(65_536))
        taken.set()
        return piece

    def pause() -> None:
        """The first piece goes at once, the others when it has been taken."""
        if pauses:
            taken.wait(5)
        else:
            taken.clear()
        pauses.append(1)

    with listening(right, read=first_piece) as receiver:
        assert only(receiver, "slow-sender", pause=pause) == {"slow-sender"}


def test_leaving_a_refused_body_unread_fails_connection_reuse() -> None:
    def unread(handler: BaseHTTPRequestHandler) -> bytes:
        return whole(handler) if "X-TrackFlow-Signature" in handler.headers else b""

    with listening(right, read=unread) as receiver:
        assert only(receiver, "connection-reuse") == {"connection-reuse"}


def test_an_answer_that_does_not_come_in_time_fails() -> None:
    released = Event()
    count: list[int] = []

    def slower(headers: Message, body: bytes) -> int:
        count.append(1)
        if len(count) > 1:
            released.wait(5)
        return right(headers, body)

    with listening(slower) as receiver:
        try:
            assert only(receiver, "in-time", timeout=TIMEOUT) == {"in-time"}
        finally:
            released.set()


def test_a_rate_limit_fails_the_burst() -> None:
    with listening(tired_after(15)) as receiver:
        assert only(receiver, "burst") == {"burst"}


def test_a_receiver_worn_out_by_attacks_fails_the_aftermath() -> None:
    with listening(tired_after(3)) as receiver:
        assert only(receiver, "missing", "tampered", "aftermath") == {"aftermath"}


def test_every_attack_has_been_seen_failing() -> None:
    by_other_means = {"stalled-sender", "slow-sender", "connection-reuse", "in-time", "burst", "aftermath"}
    assert {name for _, failing in FLAWS.values() for name in failing} | by_other_means == ALL


# What an examination says when there is little to examine.


def test_without_an_accepted_delivery_nothing_else_is_run() -> None:
    with listening(right) as receiver:
        verdicts = examined(receiver, secret="whsec_another")
        assert with_verdict(verdicts, FAILED) == {"good"}
        assert with_verdict(verdicts, NOT_RUN) == ALL - {"good"}
        assert verdicts["good"].text == "answered 401, expected 2xx"
        assert "--secret" in (verdicts["good"].fix or "")


def test_a_receiver_that_re_serialises_is_told_so() -> None:
    with listening(FLAWS["verifies what json.dumps writes"][0]) as receiver:
        good = examination_of(receiver.url).good
        assert good.text == "answered 401, expected 2xx, and accepted as json.dumps writes it"
        assert "over the bytes of the request body" in (good.fix or "")


def hex_of(secret: bytes, body: bytes) -> str:
    return hmac.digest(secret, body, "sha256").hex()


@pytest.mark.parametrize(
    ("expected", "text", "fix"),
    [
        (lambda body: hex_of(SLIPPING.encode(), body), "without the prefix sha256=", "Put sha256= before your digest"),
        (
            lambda body: f"sha256={hex_of(SLIPPING.encode(), body).upper()}",
            "with the digest in capital letters",
            "in lower case",
        ),
        (
            lambda body: f"sha256={b64encode(hmac.digest(SLIPPING.encode(), body, 'sha256')).decode()}",
            "with the digest in base64",
            "in hex, not in base64",
        ),
        (
            lambda body: f"sha256={hex_of(b64decode(SLIPPING[6:]), body)}",
            "under the secret decoded from base64",
            "Take the secret as it is",
        ),
        (
            lambda body: f"sha256={hex_of(SLIPPING[6:].encode(), body)}",
            "under the secret without its whsec_",
            "Take the secret as it is",
        ),
        (
            lambda body: hex_of(b64decode(SLIPPING[6:]), body).upper(),
            " and ".join(
                (
                    "without the prefix sha256=",
                    "with the digest in capital letters",
                    "under the secret decoded from base64",
                )
            ),
            "in lower case, as the header has it. Take the secret as it is",
        ),
        (
            lambda body: hex_of(SLIPPING.encode(), compact(json.loads(body))),
            "as JSON.stringify writes it and without the prefix sha256=",
            "over the bytes of the request body",
        ),
    ],
)
def test_the_commonest_slips_are_told_by_name_and_the_rest_is_examined_all_the_same(
    expected: Callable[[bytes], str], text: str, fix: str
) -> None:
    def slipping(headers: Message, body: bytes) -> int:
        try:
            return 204 if given(headers) == expected(body) else 401
        except ValueError:
            return 401

    with listening(slipping) as receiver:
        examination = examination_of(receiver.url, secret=SLIPPING)
        assert examination.good.verdict == FAILED
        assert examination.good.text == f"answered 401, expected 2xx, and accepted {text}"
        assert fix in (examination.good.fix or "")
        rest = [attack for attack in ATTACKS if attack.name in {"foreign", "tampered", "late"}]
        assert {examination.verdict(attack).verdict for attack in rest} == {PASSED}


def test_a_receiver_that_only_closes_is_not_blamed_for_its_reading_of_the_body() -> None:
    def closing(_: Message, __: bytes) -> int:
        raise ValueError

    with listening(closing) as receiver:
        good = examination_of(receiver.url).good
    assert good.text == "closed the connection without an answer"
    assert "Answer every delivery with a status" in (good.fix or "")


def test_a_receiver_that_never_answers_is_told_to_work_later() -> None:
    released = Event()

    def stuck(_: Message, __: bytes) -> int:
        released.wait(5)
        return 204

    with listening(stuck) as receiver:
        try:
            good = examination_of(receiver.url, timeout=TIMEOUT).good
        finally:
            released.set()
    assert (good.text, good.fix) == (
        f"no answer within {TIMEOUT} s",
        "Answer 2xx first and do the work afterwards, in a queue or a thread.",
    )


def test_a_receiver_that_dies_is_blamed_once() -> None:
    with listening(right) as receiver:
        examination = examination_of(receiver.url)
    verdicts = [examination.verdict(attack) for attack in ATTACKS if attack.name in {"missing", "empty", "foreign"}]
    assert [verdict.verdict for verdict in verdicts] == [FAILED, NOT_RUN, NOT_RUN]
    assert "still running" in (verdicts[0].fix or "")


def test_nobody_listening_is_no_verdict() -> None:
    with listening(right) as receiver:
        url = receiver.url
    with pytest.raises(UnreachableError, match="no connection: Connection refused"):
        examination_of(url)


def test_the_same_seed_sends_the_same_deliveries() -> None:
    sent: list[Sequence[bytes]] = []
    for _ in range(2):
        with listening(right) as receiver:
            examined(receiver)
            sent.append(sorted(body for _, body in receiver.received))
    assert sent[0] == sent[1]
