"""What TrackFlow may send: everything here is right, and has to be accepted."""

import json
from collections.abc import Sequence
from dataclasses import replace

from mock_server.domain.webhooks.events import encode
from mock_server.receivers.attack import Attack, send
from mock_server.receivers.client import DeliveryRequest
from mock_server.receivers.expectations import ACCEPTED, LATE
from mock_server.receivers.forger import Forger, compact
from mock_server.receivers.target import DeliveryExchange, ReceiverTarget

RAW = "Verify the signature over the bytes of the request body, before they are decoded or parsed."
TOLERATE = "Take what you need from an event and ignore the rest; additive change is part of the contract."
TWICE = "Remember the ids you have handled and answer 2xx to a repeated one: refused ones only come again."
READ_ALL = "Read the body to its end, however it arrives, before you verify and before you refuse."

BURST = 20  # deliveries at once
ROW = 5
LONG_LIFE = 200  # scans, some 20 kB
PIECES = 10

# Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari, Han, a combining accent, and a character of four bytes.
WORLD = "Zürich, Αθήνα, Київ, القاهرة, תל אביב, दिल्ली, 東京, São Tome\u0301, 📦"


def good(forger: Forger, target: ReceiverTarget) -> Sequence[DeliveryExchange]:
    """Always in the mock's own writing, whatever the receiver is known to read."""
    return target.post(forger.signed(encode(forger.event())))


def number_with_a_point(forger: Forger) -> DeliveryRequest:
    # Written by hand: JavaScript would write 136 and 150, Go 136 and 150.
    body = compact(forger.event())
    return forger.signed(body[:-1] + b',"weight":136.0,"distance":1.5E+2}')


def escapes(forger: Forger) -> DeliveryRequest:
    event = forger.event(status_description=WORLD)
    return forger.signed(json.dumps(event, separators=(",", ":")).replace("/", "\\/").encode())


def grown(forger: Forger) -> DeliveryRequest:
    """A field more in the event and in every object of it, and a header more."""
    more = {"signed_by": {"initials": "A. N."}}
    event = {name: {**each, **more} if isinstance(each, dict) else each for name, each in forger.event().items()}
    delivery = forger.delivery({**event, **more})
    return replace(delivery, headers={**delivery.headers, "X-TrackFlow-Attempt": "1"})


def nothing_known(forger: Forger) -> DeliveryRequest:
    return forger.delivery(
        forger.event(
            status="pending",
            status_description="Waiting for the first scan",
            estimated_delivery=None,
            origin=None,
            destination=None,
            events=[],
        )
    )


def duplicate(forger: Forger, target: ReceiverTarget) -> Sequence[DeliveryExchange]:
    delivery = forger.delivery()
    return target.post(delivery, delivery, delivery)


def reordered(forger: Forger, target: ReceiverTarget) -> Sequence[DeliveryExchange]:
    """The end of a life, then what came before it."""
    delivered = forger.event()
    before = forger.event(status="in_transit", status_description="In transit", events=forger.scans(1))
    return target.post(forger.delivery(delivered), forger.delivery(before))


def late(forger: Forger) -> DeliveryRequest:
    return forger.delivery(forger.event(at=forger.now - forger.rules.longest_seconds))


def burst(forger: Forger, target: ReceiverTarget) -> Sequence[DeliveryExchange]:
    return target.burst([forger.delivery() for _ in range(BURST)])


def beside_a_stalled_one(forger: Forger, target: ReceiverTarget) -> Sequence[DeliveryExchange]:
    with target.stalled(forger.delivery()):
        return target.post(forger.delivery())


def after_a_refused_one(forger: Forger, target: ReceiverTarget) -> Sequence[DeliveryExchange]:
    """On one connection; what the receiver says to the unsigned one is another attack's business."""
    unsigned = forger.unsigned(compact({**forger.event(), "note": "x" * 65_536}))
    return target.in_line(unsigned, forger.delivery())[1:]


HONEST: tuple[Attack, ...] = (
    Attack(
        "good",
        "an event with the right signature",
        ACCEPTED,
        "See that the path and --secret are the receiver's, and that it verifies the raw body as the contract says.",
        good,
    ),
    Attack(
        "non-ascii",
        "text in seven scripts and beyond the BMP, as UTF-8",
        ACCEPTED,
        RAW,
        send(lambda forger: forger.signed(compact(forger.event(status_description=WORLD)))),
    ),
    Attack("escapes", r"the same text as \u escapes, with \/ for /", ACCEPTED, RAW, send(escapes)),
    Attack("float", "numbers written 136.0 and 1.5E+2", ACCEPTED, RAW, send(number_with_a_point)),
    Attack(
        "unknown-type",
        "an event type that does not exist yet",
        ACCEPTED,
        TOLERATE,
        send(lambda forger: forger.delivery(forger.event(kind="tracking.rerouted"))),
    ),
    Attack(
        "unknown-fields",
        "fields and a header that do not exist yet",
        ACCEPTED,
        TOLERATE,
        send(grown),
    ),
    Attack(
        "pending", "a shipment of which nothing is known: nulls, no events", ACCEPTED, TOLERATE, send(nothing_known)
    ),
    Attack(
        "long-life",
        f"a shipment with {LONG_LIFE} events",
        ACCEPTED,
        "Raise the limit on request bodies: some parcels are scanned for weeks.",
        send(lambda forger: forger.delivery(forger.event(events=forger.scans(LONG_LIFE)))),
    ),
    Attack(
        "slow-sender",
        f"a body that arrives in {PIECES} pieces",
        ACCEPTED,
        READ_ALL,
        send(lambda forger: replace(forger.delivery(), pieces=PIECES)),
        timed=True,
    ),
    Attack(
        "stalled-sender",
        "an event while another delivery stands still half-way",
        ACCEPTED,
        "Serve with more than one thread, process or task, so that one slow connection does not block the others.",
        beside_a_stalled_one,
        timed=True,
    ),
    Attack(
        "connection-reuse",
        "an event after an unsigned one, on the same connection",
        ACCEPTED,
        READ_ALL,
        after_a_refused_one,
        timed=True,
    ),
    Attack(
        "in-time",
        f"{ROW} events, one after the other",
        ACCEPTED,
        LATE,
        lambda forger, target: target.post(*(forger.delivery() for _ in range(ROW))),
    ),
    Attack(
        "duplicate",
        "the same delivery three times",
        ACCEPTED,
        TWICE,
        duplicate,
        unseen="that it was processed once",
    ),
    Attack(
        "reordered",
        "delivered, then an older event of the same shipment",
        ACCEPTED,
        "Accept events in any order, and let the times in data decide which is the newest.",
        reordered,
        unseen="that the shipment is still delivered",
    ),
    Attack(
        "late",
        "an event made before the longest series of retries",
        ACCEPTED,
        "Do not judge an event by its created_at: a retry has the time of the first attempt.",
        send(late),
    ),
    Attack(
        "burst",
        f"{BURST} events at once",
        ACCEPTED,
        "Answer first and work later, so that a storm of events finds you listening.",
        burst,
        timed=True,
    ),
)
