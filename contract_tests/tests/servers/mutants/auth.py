"""Keys that are not asked for, or asked for in the wrong place."""

from dataclasses import replace

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.keys import PLANS, Key, Keys, Plan
from contract_tests.tests.servers.messages import Call, Reply
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.refusals import RefusalError

documented = Breaking("auth", "documented")
assumed = Breaking("auth", "assumed")
STRANGER = Key("stranger", PLANS["growth"])


@documented.part("errors.401")
class TrackingIsOpen(Keys):
    """A shipment is told to anyone."""

    def admit(self, call: Call) -> Key:
        return STRANGER if call.operation == "trackShipment" and not self.presented(call) else super().admit(call)


@documented.part("errors.401")
class DirectoryIsOpen(Keys):
    """The directory is told to anyone."""

    def admit(self, call: Call) -> Key:
        return STRANGER if call.operation == "listCarriers" and not self.presented(call) else super().admit(call)


@documented.part("errors.401")
class BatchesAreOpen(Keys):
    """Batches are looked up for anyone."""

    def admit(self, call: Call) -> Key:
        return STRANGER if call.operation == "trackBatch" and not self.presented(call) else super().admit(call)


@documented.part("errors.401")
class DeletingIsOpen(Keys):
    """Anyone without a key may try to delete webhooks."""

    def admit(self, call: Call) -> Key:
        return STRANGER if call.operation == "deleteWebhook" and not self.presented(call) else super().admit(call)


@documented.part("errors.401")
class AnEmptyKeyWillDo(Keys):
    """A key without a letter opens everything."""

    def known(self, text: str | None) -> Key:
        return STRANGER if text == "" else super().known(text)


@documented.part("errors.401")
class KeysHaveNoCase(Keys):
    """Capital letters make no difference to a key."""

    def known(self, text: str | None) -> Key:
        return super().known(text and text.lower())


@documented.part("errors.401")
class WebhooksTakeAnyKey(Keys):
    """A webhook is made for any key but a missing one."""

    def admit(self, call: Call) -> Key:
        invented = call.operation == "createWebhook" and self.presented(call)
        return STRANGER if invented and not self.FORM.fullmatch(invented) else super().admit(call)


class _Registered(Keys):
    """Only keys that were given out are good."""

    GIVEN_OUT = frozenset(f"tf_live_{plan}_1" for plan in PLANS)

    def known(self, text: str | None) -> Key:
        for given in sorted(self.GIVEN_OUT):
            if text is not None and self.same(text, given):
                return super().known(given)
        raise self.refusal(text)

    def same(self, text: str, given: str) -> bool:
        return text == given


@documented.part("errors.401")
class OnlyTheStartOfAKeyCounts(_Registered):
    """Whatever follows a good key is not looked at."""

    def same(self, text: str, given: str) -> bool:
        return text.startswith(given)


@documented.part("errors.401")
class AStartOfAKeyWillDo(_Registered):
    """The longer part of a good key is as good."""

    def same(self, text: str, given: str) -> bool:
        return given.startswith(text) and len(text) > len(given) // 2


@documented.part("errors.401")
class AnyKeyWillDo(Keys):
    """Any text is accepted as a key."""

    def known(self, text: str | None) -> Key:
        try:
            return super().known(text)
        except RefusalError:
            if not text:
                raise
            return replace(STRANGER, text=text)


@documented.part("errors.401")
class KeyPrefixIsEnough(Keys):
    """Whatever starts with tf_ is accepted as a key."""

    def known(self, text: str | None) -> Key:
        try:
            return super().known(text)
        except RefusalError:
            if not (text or "").startswith("tf_") or "_revoked_" in (text or ""):
                raise
            return STRANGER


@documented.part("errors.401")
class BadKeyCrashes(Keys):
    """A key that does not exist is 500."""

    def known(self, text: str | None) -> Key:
        if text and not self.FORM.fullmatch(text):
            raise IndexError("list index out of range")
        return super().known(text)


@documented.part("errors.401")
class MissingKeyIs400(Keys):
    """A request without a key is 400 invalid_request."""

    def refusal(self, text: str | None) -> RefusalError:
        return super().refusal(text) if text else RefusalError("invalid_request", "X-API-Key is required.")


@documented.reply("errors.401", status=[401])
def unauthorized_is_403(call: Call, reply: Reply) -> Reply:
    """A bad key is 403, with the right code."""
    return replace(reply, status=403)


@documented.reply("errors.401", status=[401])
def unauthorized_is_empty(call: Call, reply: Reply) -> Reply:
    """A 401 has no body."""
    return replace(reply, body=b"").without_headers("Content-Type").with_headers({"WWW-Authenticate": "ApiKey"})


@documented.reply("errors.401", status=[401])
def unauthorized_redirects(call: Call, reply: Reply) -> Reply:
    """A bad key is sent to the login page."""
    return Reply(302, b"", {"Location": "/login"})


@documented.part("auth.header")
class PostsReadTheKeyFromTheQuery(Keys):
    """POST takes the key from the query, and not from X-API-Key."""

    def presented(self, call: Call) -> str | None:
        return call.query.get("api_key") if call.method == "POST" else super().presented(call)


@assumed.part("auth.header-only")
class QueryIsRead(Keys):
    """A key in the query counts too."""

    def presented(self, call: Call) -> str | None:
        return super().presented(call) or call.query.get("api_key") or call.query.get("X-API-Key")


@assumed.part("auth.header-only")
class BearerIsRead(Keys):
    """A bearer token counts too."""

    def presented(self, call: Call) -> str | None:
        return super().presented(call) or call.headers.get("authorization", "").removeprefix("Bearer ") or None


@assumed.part("auth.revoked")
class RevokedKeysWork(Keys):
    """A revoked key still works."""

    def plan(self, word: str) -> Plan | None:
        return PLANS["free"] if word == "revoked" else super().plan(word)


@assumed.part("errors.messages")
class MissingAndInvalidDiffer(Keys):
    """The message tells whether a key was missing, or wrong."""

    def refusal(self, text: str | None) -> RefusalError:
        return RefusalError("unauthorized", "Invalid API key." if text else "Missing API key.")


@assumed.part("errors.messages", "auth.revoked")
class RevokedKeysAreTold(Keys):
    """A revoked key is told that it was revoked, with 403."""

    def refusal(self, text: str | None) -> RefusalError:
        revoked = "_revoked_" in (text or "")
        return RefusalError("unauthorized", "This key was revoked.", status=403) if revoked else super().refusal(text)


@assumed.part("order.key-before-request")
class RequestBeforeKey(Api):
    """A malformed request without a key is 400."""

    def route(self, call: Call) -> tuple[str, Call]:
        method, call = super().route(call)
        if call.operation in {"trackBatch", "createWebhook"} and call.method == "POST":
            self.json_object(call)
        return method, call


@assumed.part("order.key-before-method")
class MethodBeforeKey(Api):
    """A wrong method without a key is 405."""

    def route(self, call: Call) -> tuple[str, Call]:
        method, call = super().route(call)
        self.check_method(method, call)
        return method, call


@assumed.part("order.route-first")
class KeyBeforeRoute(Api):
    """An unknown route without a key is 401."""

    def route(self, call: Call) -> tuple[str, Call]:
        self.world.keys.admit(call)
        return super().route(call)
