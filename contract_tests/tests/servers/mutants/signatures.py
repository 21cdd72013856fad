"""Signatures that are missing, of the wrong key, of the wrong bytes, or written otherwise."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace

from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.outbox import Delivery, Outbox
from contract_tests.tests.servers.webhooks import Subscription

documented = Breaking("signatures", "documented")
assumed = Breaking("signatures", "assumed")
HEADER = "X-TrackFlow-Signature"


def signed(secret: str | bytes, body: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.new(secret.encode() if isinstance(secret, str) else secret, body, algorithm).digest()


@documented.part("delivery.signature")
class SignatureMissing(Outbox):
    """Deliveries are not signed."""

    def headers(self, subscription: Subscription, body: bytes) -> dict[str, str]:
        return {"Content-Type": "application/json"}


@documented.part("delivery.signature")
class SignatureHeaderIsAnother(Outbox):
    """The signature is in X-Hub-Signature-256."""

    def headers(self, subscription: Subscription, body: bytes) -> dict[str, str]:
        headers = super().headers(subscription, body)
        return {name.replace(HEADER, "X-Hub-Signature-256"): text for name, text in headers.items()}


@documented.part("delivery.signature")
class SignatureIsEmpty(Outbox):
    """The header is there and empty."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return ""


@documented.part("delivery.signature", "delivery.signature.hmac")
class RetriesAreNotSigned(Outbox):
    """Only the first attempt is signed."""

    def again(self, delivery: Delivery) -> Delivery | None:
        again = super().again(delivery)
        kept = tuple(pair for pair in delivery.headers if pair[0] != HEADER)
        return replace(again, headers=kept) if again else None


@documented.part("delivery.signature.hmac", "delivery.signature.form")
class SignatureIsSha1(Outbox):
    """The signature is an HMAC-SHA1."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return "sha1=" + signed(subscription.secret, body, "sha1").hex()


@documented.part("delivery.signature.hmac", "delivery.signature.form")
class SignatureIsSha512(Outbox):
    """The signature is an HMAC-SHA512."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return "sha512=" + signed(subscription.secret, body, "sha512").hex()


@documented.part("delivery.signature.hmac")
class SignatureIsAPlainHash(Outbox):
    """The signature is the SHA-256 of the body, without a secret."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return "sha256=" + hashlib.sha256(body).hexdigest()


@documented.part("delivery.signature.hmac")
class SignatureIsAHashOfBoth(Outbox):
    """The signature is the SHA-256 of secret and body, which is no HMAC."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return "sha256=" + hashlib.sha256(subscription.secret.encode() + body).hexdigest()


@documented.part("delivery.signature.hmac")
class SignedWithTheApiKey(Outbox):
    """Deliveries are signed with the API key."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return "sha256=" + signed(subscription.key, body).hex()


@documented.part("delivery.signature.hmac")
class SignedWithNothing(Outbox):
    """Deliveries are signed with an empty secret."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return "sha256=" + signed("", body).hex()


@documented.part("delivery.signature.hmac")
class SignedWithAnOlderSecret(Outbox):
    """Deliveries are signed with the secret of the first webhook for that number."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return super().signature(replace(subscription, secret=self.webhooks.secret("account")), body)


@documented.part("delivery.signature.hmac")
class SignedWithTheDecodedSecret(Outbox):
    """Deliveries are signed with what follows whsec_."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return super().signature(replace(subscription, secret=subscription.secret.removeprefix("whsec_")), body)


@documented.part("delivery.signature.hmac")
class SignatureIsConstant(Outbox):
    """Every delivery has the same signature."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return super().signature(subscription, b"{}")


@documented.part("delivery.signature.hmac", "delivery.signature.form")
class SignatureIsCutOff(Outbox):
    """The signature is the first half."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return super().signature(subscription, body)[: len("sha256=") + 32]


@assumed.part("delivery.signature.form")
class SignatureInCapitals(Outbox):
    """The signature is upper-case hex."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return "sha256=" + signed(subscription.secret, body).hex().upper()


@assumed.part("delivery.signature.form")
class SignatureIsBare(Outbox):
    """The signature has no sha256= before it."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return signed(subscription.secret, body).hex()


@assumed.part("delivery.signature.form")
class SignatureIsBase64(Outbox):
    """The signature is base64."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return base64.b64encode(signed(subscription.secret, body)).decode()


@assumed.part("delivery.signature.raw", "delivery.signature.hmac")
class ReserialisedBodyIsSigned(Outbox):
    """The body is signed without the blanks that it is sent with."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        compact = json.dumps(json.loads(body), separators=(",", ":")).encode()
        return super().signature(subscription, compact)


@assumed.part("delivery.signature.raw", "delivery.signature.hmac")
class DataIsSigned(Outbox):
    """Only data is signed."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return super().signature(subscription, json.dumps(json.loads(body)["data"], ensure_ascii=False).encode())


@assumed.part("delivery.signature.raw", "delivery.signature.hmac")
class UrlAndBodyAreSigned(Outbox):
    """The url is signed before the body."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        return super().signature(subscription, subscription.url.encode() + body)


@assumed.part("delivery.signature.raw", "delivery.signature.form", "delivery.signature.hmac")
class TimeAndBodyAreSigned(Outbox):
    """A time is signed before the body, as Stripe does."""

    def signature(self, subscription: Subscription, body: bytes) -> str:
        at = str(int(self.clock.now()))
        return f"t={at},v1=" + signed(subscription.secret, f"{at}.".encode() + body).hex()
