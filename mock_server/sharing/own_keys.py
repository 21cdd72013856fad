"""The short way of a call under a key that this instance owns, as nearly all are where a balancer hashes on keys."""

from functools import lru_cache

from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.server.shared import Application
from mock_server.sharing.leases import REMEMBERED, Leases
from mock_server.sharing.router import Vouch

INSTANCE = "X-Mock-Instance"


class OwnKeys:
    """Answers such calls as the doors behind it do, in one step; what is not as plain as most calls is left to them.

    A call that writes nothing to the store is to cost hardly more with one than without. Each function that a call
    goes through counts there, so nothing here is taken apart.
    """

    def __init__(
        self,
        leases: Leases,
        here: Application,
        everything: Application,
        *,
        vouch: Vouch,
        header: str,
        base: str,
        labels: bool,
    ) -> None:
        """`here` answers calls of the contract in this process, `everything` whatever comes.

        `vouch` sees to replies that take their time or may not leave any more. All paths of the contract begin with
        `base`, and no others do; `header` has the key, in small letters; `labels` if answers say who gave them.
        """
        self._leases, self._fences, self._steady = leases, leases.fences, leases.steady
        self._here, self._everything, self._vouch = here, everything, vouch
        self._header, self._base, self._labels = header, base, labels

    def answer(self, request: Request) -> Reply:
        key = request.headers.get(self._header, "")
        fence = self._fences.get(key)
        if (
            fence is None
            or self._steady() >= self._leases.until
            or not request.target.startswith(self._base)
            or request.scheme  # for a proxy, which may have to pass it on
        ):
            return self._everything(request)
        reply = self._here(request)
        if reply.later is not None or reply.wire is not None or reply.pause or self._steady() >= self._leases.until:
            return self._vouch(key, request, reply)
        if not self._labels:
            return reply
        signed = label(self._leases.me.name, fence)
        # Field by field, as in `with_headers`: one that is sent at once has no others.
        return Reply(
            reply.status, reply.content, reply.headers, 0.0, None, reply.also + signed if reply.also else signed
        )


@lru_cache(REMEMBERED)
def label(name: str, fence: str) -> tuple[tuple[str, str]]:
    """The header that says which instance has answered, and by which claim, ready to stand beside others."""
    return ((INSTANCE, f"{name}; fence={fence}"),)
