"""Deliveries that are repeated wrongly."""

import json
from dataclasses import replace
from urllib.parse import urljoin

from contract_tests.tests.servers.messages import Body, dump
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.outbox import FIRST_DELAY, Delivery, Outbox

assumed = Breaking("retries", "assumed")


@assumed.part("delivery.retries")
class NothingIsRetried(Outbox):
    """A failed delivery is not repeated."""

    def again(self, delivery: Delivery) -> Delivery | None:
        return None


@assumed.part("delivery.retries")
class RetriesDoNotDouble(Outbox):
    """A failed delivery is repeated every 30 s."""

    def again(self, delivery: Delivery) -> Delivery | None:
        again = super().again(delivery)
        return replace(again, due=delivery.first + FIRST_DELAY * delivery.attempt) if again else None


@assumed.part("delivery.retries")
class FirstRetryAfterAnHour(Outbox):
    """A failed delivery is repeated after an hour."""

    def again(self, delivery: Delivery) -> Delivery | None:
        again = super().again(delivery)
        return replace(again, due=again.due + 3600) if again else None


@assumed.part("delivery.retries")
class RetriesAreInstant(Outbox):
    """A failed delivery is repeated three times at once, and then no more."""

    def again(self, delivery: Delivery) -> Delivery | None:
        again = super().again(delivery) if delivery.attempt < 4 else None
        return replace(again, due=delivery.due) if again else None


@assumed.part("delivery.retries")
class GivesUpAfterThree(Outbox):
    """A failed delivery is given up after three attempts."""

    def again(self, delivery: Delivery) -> Delivery | None:
        return super().again(delivery) if delivery.attempt < 3 else None


@assumed.part("delivery.give-up")
class NeverGivesUp(Outbox):
    """A failed delivery is repeated for ever, every 30 s after the last attempt."""

    def again(self, delivery: Delivery) -> Delivery | None:
        forever = replace(delivery, due=self.clock.now() + FIRST_DELAY, attempt=delivery.attempt + 1)
        return super().again(delivery) or forever


@assumed.part("delivery.success")
class Only200IsSuccess(Outbox):
    """A receiver that answers 204 is told again."""

    def succeeded(self, status: int | None) -> bool:
        return status == 200


@assumed.part("delivery.retries", "delivery.redirect")
class AnyAnswerIsSuccess(Outbox):
    """A receiver that answers 500 is not told again."""

    def succeeded(self, status: int | None) -> bool:
        return status is not None


@assumed.part("delivery.retries")
class ClientErrorsAreFinal(Outbox):
    """A receiver that answers 4xx is not told again."""

    def succeeded(self, status: int | None) -> bool:
        return status is not None and (status < 300 or 400 <= status < 500)


@assumed.part("delivery.redirect")
class RedirectIsSuccess(Outbox):
    """A receiver that redirects counts as told."""

    def succeeded(self, status: int | None) -> bool:
        return status is not None and status < 400


@assumed.part("delivery.redirect")
class RedirectsAreFollowed(Outbox):
    """A redirect is followed."""

    def send(self, delivery: Delivery) -> int | None:
        answer = self.call(delivery)
        if answer is None or answer.status not in {301, 302, 307, 308}:
            return answer.status if answer else None
        return super().send(replace(delivery, url=urljoin(delivery.url, answer.getheader("Location", ""))))


@assumed.part("delivery.gone")
class GoneIsIgnored(Outbox):
    """A receiver that answers 410 is told again."""

    def send(self, delivery: Delivery) -> int | None:
        status = super().send(delivery)
        return 500 if status == 410 else status


@assumed.part("delivery.gone")
class GoneEndsTheDeliveryOnly(Outbox):
    """A 410 ends the delivery, and the subscription goes on."""

    def send(self, delivery: Delivery) -> int | None:
        status = super().send(delivery)
        return 200 if status == 410 else status


class Rewriting(Outbox):
    """Changes the payload of later attempts."""

    def again(self, delivery: Delivery) -> Delivery | None:
        again = super().again(delivery)
        if again is None:
            return None
        payload = json.loads(again.body)
        self.change(payload, again.attempt)
        body = dump(payload)
        subscription = self.webhooks.alive.get(again.webhook_id)
        headers = tuple(self.headers(subscription, body).items()) if subscription else again.headers
        return replace(again, body=body, headers=headers)

    def change(self, payload: Body, attempt: int) -> None:
        """Change the payload of an attempt in place."""


@assumed.part("delivery.id.stable")
class RetriesHaveNewIds(Rewriting):
    """Every attempt has an id of its own."""

    def change(self, payload: Body, attempt: int) -> None:
        payload["id"] = payload["id"][:-1] + f"{attempt:x}"


@assumed.part("delivery.id.stable")
class RetriesHaveNewTimes(Rewriting):
    """Every attempt has a created_at of its own."""

    def change(self, payload: Body, attempt: int) -> None:
        payload["created_at"] = f"2026-01-01T00:00:{attempt:02}Z"


@assumed.part("delivery.id.stable")
class RetriesCountAttempts(Rewriting):
    """Later attempts carry their number."""

    def change(self, payload: Body, attempt: int) -> None:
        payload["attempt"] = attempt


@assumed.part("delivery.timeout", "delivery.retries")
class NoAnswerIsSuccess(Outbox):
    """A receiver that hangs up without an answer counts as told."""

    def succeeded(self, status: int | None) -> bool:
        return status is None or super().succeeded(status)
