"""What should not come but may: any answer is right that does not ask for it again or end the subscription."""

from dataclasses import replace

from mock_server.receivers.attack import Attack, send
from mock_server.receivers.client import DeliveryRequest
from mock_server.receivers.expectations import ACCEPTED, ANSWERED, SURVIVED
from mock_server.receivers.forger import Forger

SURVIVE = "Parse and look things up where an error becomes an answer: a 5xx makes the sender repeat it for hours."
FORM_IS_FREE = "Accept it or refuse it, but compare texts of any length and form without raising."

LARGE = 1_000_000  # bytes


def upper_case(forger: Forger) -> DeliveryRequest:
    body = forger.writing(forger.event())
    rest = forger.sign(body).removeprefix(forger.scheme.prefix)
    return forger.signed(body, forger.scheme.prefix + rest.upper())


def without_prefix(forger: Forger) -> DeliveryRequest:
    body = forger.writing(forger.event())
    return forger.signed(body, forger.sign(body).removeprefix(forger.scheme.prefix))


def large(forger: Forger) -> DeliveryRequest:
    return forger.delivery({**forger.event(), "note": "x" * LARGE})


def as_text(forger: Forger) -> DeliveryRequest:
    delivery = forger.delivery()
    return replace(delivery, headers={**delivery.headers, "Content-Type": "text/plain"})


ODD: tuple[Attack, ...] = (
    Attack("upper-case", "the right signature in capital letters", SURVIVED, FORM_IS_FREE, send(upper_case)),
    Attack("no-prefix", "the right signature without its prefix", SURVIVED, FORM_IS_FREE, send(without_prefix)),
    Attack("empty-body", "no body, rightly signed", SURVIVED, SURVIVE, send(lambda forger: forger.signed(b""))),
    Attack(
        "not-json",
        "a body that is not JSON, rightly signed",
        SURVIVED,
        SURVIVE,
        send(lambda forger: forger.signed(b"OK")),
    ),
    Attack(
        "not-an-object",
        "the JSON value null, rightly signed",
        SURVIVED,
        SURVIVE,
        send(lambda forger: forger.signed(b"null")),
    ),
    Attack(
        "no-fields", "an empty object, rightly signed", SURVIVED, SURVIVE, send(lambda forger: forger.signed(b"{}"))
    ),
    Attack("content-type", "a signed event called text/plain", SURVIVED, SURVIVE, send(as_text)),
    Attack(
        "large",
        "a signed event of 1 MB",
        SURVIVED,
        "Read a body to its end even if you refuse it with 413; cut off, it is no answer and comes again.",
        send(large),
        timed=True,
    ),
    Attack("get", "a GET instead of a POST", ANSWERED, SURVIVE, send(lambda _: DeliveryRequest(b"", method="GET"))),
)

AFTERMATH = Attack(
    "aftermath",
    "a good event after all of these",
    ACCEPTED,
    "Let no delivery stop the receiver: catch what a delivery can raise, and keep its state out of the process.",
    send(lambda forger: forger.delivery()),
)
