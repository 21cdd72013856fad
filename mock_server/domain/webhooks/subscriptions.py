"""Webhook subscriptions: who wants to hear of which shipment, and where."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock

from mock_server.contract.errors import ApiError
from mock_server.domain.clock import to_text
from mock_server.domain.randomness import stream
from mock_server.domain.webhooks.urls import LONGEST_SHOWN, parts_of

MOST_SUBSCRIPTIONS = 10_000  # a key; more than any test needs, few enough to stay small in memory


@dataclass(frozen=True, slots=True)
class Subscription:
    """One webhook; `created_at` is Unix seconds."""

    webhook_id: str
    tracking_number: str
    carrier: str | None
    url: str
    events: tuple[str, ...]
    secret: str
    created_at: float

    def facts(self) -> Mapping[str, object]:
        """What the answer to its creation says, the secret included."""
        return {
            "success": True,
            "webhook_id": self.webhook_id,
            "tracking_number": self.tracking_number,
            "carrier": self.carrier,
            "url": self.url,
            "events": list(self.events),
            "secret": self.secret,
            "created_at": to_text(self.created_at),
        }


class Subscriptions:
    """One sandbox's webhooks; ids and secrets are drawn from the seed, so a run repeats."""

    def __init__(self, seed: int, key: str) -> None:
        self._seed, self._key = seed, key
        self.created = 0
        self._by_id: dict[str, Subscription] = {}
        self._lock = Lock()

    def create(
        self, tracking_number: str, carrier: str | None, url: str, events: tuple[str, ...], now: float
    ) -> Subscription:
        """A new subscription; ApiError `invalid_request` if the sandbox is full."""
        with self._lock:
            if len(self._by_id) >= MOST_SUBSCRIPTIONS:
                raise ApiError("invalid_request", f"this key has {MOST_SUBSCRIPTIONS} webhooks; delete some first")
            self.created += 1
            draw = stream(self._seed, self._key, "webhook", self.created)
            subscription = Subscription(
                webhook_id=f"wh_{draw.randbytes(12).hex()}",
                tracking_number=tracking_number,
                carrier=carrier,
                url=url,
                events=events,
                secret=f"whsec_{b64encode(draw.randbytes(24)).decode()}",
                created_at=now,
            )
            self._by_id[subscription.webhook_id] = subscription
        return subscription

    def find(self, webhook_id: str) -> Subscription:
        """The subscription of that id; ApiError `not_found` if this key has none."""
        with self._lock:
            try:
                return self._by_id[webhook_id]
            except KeyError:
                raise _no_webhook(webhook_id) from None

    def delete(self, webhook_id: str) -> Subscription:
        """The subscription that is no more; ApiError `not_found` if this key has none of that id."""
        with self._lock:
            try:
                return self._by_id.pop(webhook_id)
            except KeyError:
                raise _no_webhook(webhook_id) from None

    def restore(self, subscriptions: Iterable[Subscription], created: int) -> None:
        """Take in subscriptions of before, the last of them the so manieth that was created."""
        with self._lock:
            self._by_id |= {each.webhook_id: each for each in subscriptions}
            self.created = created

    def __contains__(self, webhook_id: str) -> bool:
        return webhook_id in self._by_id

    def __len__(self) -> int:
        return len(self._by_id)

    def all(self) -> tuple[Subscription, ...]:
        """Every live subscription, oldest first."""
        return tuple(self._by_id.values())


def _no_webhook(webhook_id: str) -> ApiError:
    return ApiError("not_found", f"this key has no webhook {webhook_id[:LONGEST_SHOWN]!r}", verbatim=True)


def check_url(url: str) -> None:
    """ApiError `invalid_request` for a URL that no delivery could be taken to."""
    try:
        parts_of(url)
    except ValueError as error:
        raise ApiError("invalid_request", f"url {error}") from None
