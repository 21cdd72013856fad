"""Journal entries as the control plane shows them: secrets masked, bodies as text where they are."""

import re
from collections.abc import Mapping
from typing import Any

from contract_tests.contract.loading import resolve
from mock_server.contract.specification import Specification
from mock_server.domain.clients.journal import KEPT_BODY, Entry, masked
from mock_server.domain.clients.secret_places import header_tells_secret, replaced, secrets_in
from mock_server.domain.clock import to_exact_text

HIDDEN = "..."
WEBHOOK = "#/components/schemas/Webhook"


class EntryView:
    """Shows entries of one mock's journals; API keys and webhook secrets are masked wherever they occur."""

    def __init__(self, specification: Specification) -> None:
        self._key_header = specification.key_header.lower()
        self._secret = secret_forms(specification)

    def show(self, entry: Entry) -> dict[str, Any]:
        """One entry, in WireMock's two halves: what was asked, what was answered."""
        return {
            "id": str(entry.id),
            "at": to_exact_text(entry.at),
            "key": masked(entry.key) if entry.key else None,
            "operation": entry.operation,
            "request": {
                "method": entry.method,
                "url": self._text(entry.target),
                "headers": self._headers(entry.headers),
                "body": self._text(_decoded(entry.body), form=True),
            },
            "response": {
                "status": entry.status,
                "headers": dict(entry.reply_headers),
                "body": self._text(_decoded(entry.reply_body)),
            },
            "reason": (reason := reason_of(entry)) and self._text(reason),
            "quota": entry.quota and {"before": entry.quota[0], "after": entry.quota[1]},
            "milliseconds": round(entry.seconds * 1000, 3),
            "fault": ", ".join(entry.injected) or None,
            "truncated": KEPT_BODY in (len(entry.body), len(entry.reply_body)),
        }

    def glance(self, entry: Entry) -> dict[str, Any]:
        """What `show` tells, as far as it fits on one line."""
        return {
            "id": str(entry.id),
            "at": to_exact_text(entry.at),
            "key": masked(entry.key) if entry.key else None,
            "operation": entry.operation,
            "request": {"method": entry.method, "url": self._text(entry.target)},
            "response": {"status": entry.status},
            "milliseconds": round(entry.seconds * 1000, 3),
            "fault": ", ".join(entry.injected) or None,
        }

    def line(self, entry: Entry) -> str:
        """One entry for the log: when, who, what, the answer and how long it took, and what struck it."""
        target = self._text(entry.target).encode("unicode_escape").decode()
        kinds = {each.rule: each.fault for each in entry.struck}
        struck = ", ".join(f"{name}: {kinds[name]}" if name in kinds else name for name in entry.injected)
        return (
            f"{to_exact_text(entry.at)} {masked(entry.key) if entry.key else '-'} {entry.method[:20]} {target} "
            f"{entry.status} {entry.seconds * 1000:.1f} ms{f' [{struck}]' if struck else ''}"
        )

    def _headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {
            name: masked(value)
            if name == self._key_header
            else HIDDEN
            if header_tells_secret(name)
            else self._text(value)
            for name, value in headers.items()
        }

    def _text(self, text: str, *, form: bool = False) -> str:
        """The text without what it tells of secrets."""
        return self._secret.sub(lambda found: masked(found[0]), without_secrets(text, form=form))


def without_secrets(text: str, *, form: bool = False) -> str:
    """The text without what stands in the places of secrets; `form` says that it may be one."""
    return replaced(text, secrets_in(text, form=form), lambda _secret: HIDDEN)


def secret_forms(specification: Specification) -> re.Pattern[str]:
    """What API keys and webhook secrets look like, anywhere in a text."""
    key_form: str = specification.extension("x-keys")["pattern"]
    properties = resolve(specification.document, WEBHOOK).get("properties", {})
    secret_form: str = properties.get("secret", {}).get("pattern", key_form)
    return re.compile("|".join(f"(?:{form.strip('^$')})" for form in (key_form, secret_form)))


def reason_of(entry: Entry) -> str | None:
    """Why the answer is not the ordinary one, in words; None if it is."""
    refusal = [": ".join(filter(None, (entry.refusal, entry.detail)))] if entry.refusal else []
    return "; ".join([*refusal, *(f"fault rule {each.rule}: {each.fault}" for each in entry.struck)]) or None


def _decoded(body: bytes) -> str:
    return body.decode("utf-8", "backslashreplace")
