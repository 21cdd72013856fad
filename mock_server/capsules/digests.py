"""Digests: of answers and deliveries, the same where everything is that a client or receiver can tell."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from mock_server.capsules.secrets import SecretMask
from mock_server.domain.clients.journal import KEPT_BODY, Entry
from mock_server.domain.webhooks.delivery import Delivery
from mock_server.server.reply import Reply


def of_entry(entry: Entry, mask: SecretMask) -> str:
    """Of the answer that an entry tells of."""
    rest = entry.rest
    long = len(entry.reply_body) >= KEPT_BODY and rest is not None
    content = rest.digest if long and rest else _digest(mask.bare(entry.reply_body))
    pause, wire = (rest.pause, rest.wire) if rest else (0.0, None)
    return _of(entry.status, entry.reply_headers, (content, pause, wire), mask)


def of_reply(reply: Reply, mask: SecretMask) -> str:
    """Of an answer."""
    if len(reply.content) >= KEPT_BODY:
        content = blake2b(reply.content, digest_size=16).hexdigest()
    else:
        content = _digest(mask.bare(reply.content))
    return _of(reply.status, reply.headers, (content, reply.pause, reply.wire), mask)


def of_delivery(delivery: Delivery, mask: SecretMask) -> str:
    """Of a delivery as its receiver gets it; of the signature, how it is made."""
    signed = "missing" if delivery.secret is None else "flawed" if delivery.flawed else "signed"
    facts = (delivery.id, delivery.event_id, delivery.type, delivery.webhook_id, delivery.tracking_number)
    return _digest(
        repr((*facts, mask.text(delivery.url), mask.bare(delivery.body), signed, delivery.faults, delivery.created_at))
    )


def outcome(delivery: Delivery, mask: SecretMask) -> dict[str, Any]:
    """What has become of a delivery."""
    return {
        "id": delivery.id,
        "digest": of_delivery(delivery, mask),
        "state": str(delivery.state),
        "due": delivery.due,
        "attempts": len(delivery.attempts),
    }


def _of(status: int, headers: Mapping[str, str], rest: tuple[str, float, object], mask: SecretMask) -> str:
    content, pause, wire = rest
    shown = sorted((name, mask.text(value)) for name, value in headers.items())
    return _digest(repr((int(status), shown, content, float(pause), wire)))


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()
