"""What strangers may send: nothing here was signed by TrackFlow, and all of it has to be refused."""

from collections.abc import Sequence
from dataclasses import replace

from mock_server.domain.webhooks.events import encode
from mock_server.receivers.attack import Attack, send
from mock_server.receivers.client import DeliveryRequest
from mock_server.receivers.expectations import REFUSED
from mock_server.receivers.forger import REWRITINGS, Forger
from mock_server.receivers.target import DeliveryExchange, ReceiverTarget

MISSING = "Treat a missing or empty signature as a wrong one: refuse before anything else looks at the body."
WHOLE = "Compare the whole header with the whole expected value, in constant time."
OWN = "Compute the signature over this delivery's own body and with your own secret, and refuse what differs."
RAW = "Verify the signature over the bytes as they came; what a parser makes of them and writes again is another body."
FORM = "Refuse what has not exactly the contract's form; never let the header choose the algorithm."
NO_SECRET = "Refuse when you have no secret for a webhook, instead of verifying with an empty one."  # noqa: S105 - a sentence


def body_of(forger: Forger) -> bytes:
    return forger.writing(forger.event())


def tampered(forger: Forger) -> DeliveryRequest:
    """A signed delivery, its status changed on the way."""
    signed = forger.delivery(forger.event(status="in_transit"))
    return replace(signed, body=signed.body.replace(b"in_transit", b"delivered"))


def of_another(forger: Forger) -> DeliveryRequest:
    return forger.signed(body_of(forger), forger.sign(body_of(forger)))


def re_serialised(forger: Forger, target: ReceiverTarget) -> Sequence[DeliveryExchange]:
    """The signature of what some parser and writer make of the body; for each of them, in a delivery of its own."""
    event = forger.event()
    return target.post(*(forger.signed(encode(event), forger.sign(write(event))) for write in REWRITINGS.values()))


def under(forger: Forger, secret: str, webhook_id: str | None = None) -> DeliveryRequest:
    body = forger.writing(forger.event(webhook_id=webhook_id))
    return forger.signed(body, forger.sign(body, secret))


def rewritten(forger: Forger, change: str) -> DeliveryRequest:
    """A right signature in which the form is wrong: `change` has places for its prefix and the rest, all or half."""
    body = body_of(forger)
    rest = forger.sign(body).removeprefix(forger.scheme.prefix)
    return forger.signed(body, change.format(prefix=forger.scheme.prefix, rest=rest, half=rest[: len(rest) // 2]))


def downgraded(forger: Forger) -> DeliveryRequest:
    body = body_of(forger)
    return forger.signed(body, forger.downgraded(body))


HOSTILE: tuple[Attack, ...] = (
    Attack("missing", "no signature", REFUSED, MISSING, send(lambda forger: forger.unsigned(body_of(forger)))),
    Attack("empty", "an empty signature", REFUSED, MISSING, send(lambda forger: rewritten(forger, ""))),
    Attack(
        "bare-prefix",
        "a signature that ends after its prefix",
        REFUSED,
        WHOLE,
        send(lambda forger: rewritten(forger, "{prefix}")),
    ),
    Attack(
        "truncated",
        "the first half of the right signature",
        REFUSED,
        WHOLE,
        send(lambda forger: rewritten(forger, "{prefix}{half}")),
    ),
    Attack(
        "extended",
        "the right signature and more",
        REFUSED,
        WHOLE,
        send(lambda forger: rewritten(forger, "{prefix}{rest}00")),
    ),
    Attack(
        "garbage",
        "a signature of bytes beyond ASCII",
        REFUSED,
        WHOLE,
        send(lambda forger: rewritten(forger, "{prefix}\xe9\xff\xfe")),
    ),
    Attack(
        "wrong-prefix",
        "the right digest, called md5",
        REFUSED,
        FORM,
        send(lambda forger: rewritten(forger, "md5={rest}")),
    ),
    Attack("downgrade", "an HMAC-SHA1 that says it is one", REFUSED, FORM, send(downgraded)),
    Attack(
        "foreign",
        "a signature under another secret",
        REFUSED,
        OWN,
        send(lambda forger: under(forger, forger.foreign_secret())),
    ),
    Attack(
        "no-secret",
        "an unknown webhook_id, signed with an empty secret",
        REFUSED,
        NO_SECRET,
        send(lambda forger: under(forger, "", "wh_unknown")),
    ),
    Attack("tampered", "a signed body, changed on the way", REFUSED, OWN, send(tampered)),
    Attack("of-another", "the signature of another delivery", REFUSED, OWN, send(of_another)),
    Attack("re-serialised", "the signature of the body as a JSON library writes it anew", REFUSED, RAW, re_serialised),
    Attack(
        "unsigned-garbage",
        "no signature, and a body that is not JSON",
        REFUSED,
        "Verify before you parse: what is not signed needs no parser.",
        send(lambda forger: forger.unsigned(b'{"id": "evt_')),
    ),
)
