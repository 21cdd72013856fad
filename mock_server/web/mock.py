"""The mock itself: one answer to one request, whichever door it came by."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from mock_server.api import carriers, tracking, webhooks  # noqa: F401 - importing them registers their handlers
from mock_server.api.handlers import HANDLERS
from mock_server.api.pipeline import Pipeline
from mock_server.contract.errors import ApiError
from mock_server.contract.messages import Call
from mock_server.domain.clock import Clock
from mock_server.own_paths import CONTROL_PREFIX, INBOX_PREFIX
from mock_server.sending.allowed import AllowedHosts
from mock_server.sending.scheduler import Scheduler
from mock_server.sending.sender import Sender
from mock_server.server.reply import Reply
from mock_server.server.request import Refusal, Request
from mock_server.settings import MEMORY, SettingError, Settings
from mock_server.web.callers import callers_of
from mock_server.web.hosts import Hosts
from mock_server.web.inbox import received
from mock_server.web.peer_group import PeerGroup
from mock_server.world import Foundation, Worlds, keeping
from mock_server.world.portion import Portion

if TYPE_CHECKING:
    from mock_server.world.store import Store

ORDINARY = "1Z999AA10123456784"  # a number that nothing is special about


class Mock:
    """Answers the contract's operations, and delivers what they promise."""

    def __init__(
        self, settings: Settings | None = None, clock: Clock | None = None, portion: Portion | None = None
    ) -> None:
        """`portion` is what part of a mock in several processes this is.

        DocumentError or ValueError says which file or setting is wrong.
        """
        settings = settings or Settings()
        if settings.workers > 1 and portion is None:
            raise SettingError("workers", f"{settings.workers} processes are for `trackflow-mock serve`; here it is 1")
        foundation = Foundation(settings, clock)
        self.worlds = Worlds(foundation, _store(foundation, portion or Portion()), portion)
        if settings.snapshot:
            _start_from(settings.snapshot, self.worlds)
        if settings.state:
            keeping.keep(self.worlds)  # its clock, which goes on from here also if nobody ever moves it
        self.pipeline = Pipeline(self.worlds, HANDLERS)
        if settings.overlay:
            _rehearse(self.worlds)
        self.sender = sender = Sender(
            AllowedHosts(settings.webhook_allow), self.worlds.foundation.terms.rules.timeout_seconds, CONTROL_PREFIX
        )
        self._strict = settings.strict
        self._hosts = Hosts(settings.host, [*settings.allow_host, *self.pipeline.specification.hosts])
        self.scheduler = Scheduler(self.worlds, sender, self.worlds.clock.base)
        self.callers = callers_of(settings, self.worlds.foundation.vocabulary.forms)
        self.ready = True
        """Whether a balancer should send calls here; no longer once it is about to stop."""
        self.peer_group: PeerGroup | None = None
        """The other processes, where this is one of several."""
        self.elsewhere: Callable[[Request], bool] = lambda _request: False
        """Whether the sandbox that a request is about is another process's."""
        self.certificate: Callable[[], bytes] | None = None
        """The certificate that clients of this mock are to trust; told by whoever serves it with TLS."""

    def answer(self, request: Request) -> Reply:
        """The reply to a request for an operation, to an inbox, or for nothing that the contract knows."""
        host = request.headers.get("host")
        if host not in self._hosts.good and (complaint := self._hosts.complaint(host)):
            return self._foreign(request, complaint)
        if request.target[:2] in {"/", "/?"} and not self._strict and _from_a_browser(request):
            return Reply(HTTPStatus.SEE_OTHER, headers={"Location": f"{CONTROL_PREFIX}/", "Vary": "Accept"})
        if request.target.startswith(INBOX_PREFIX):
            return received(self.worlds, request)
        return self.pipeline.answer(request.method, request.target, request.headers, request.body)

    def refuse(self, refusal: Refusal) -> Reply:
        """The reply to what is not served: broken HTTP, too large a body, a bug of the application."""
        status, reason, request = refusal.status, refusal.reason, refusal.request
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            return self.pipeline.refuse(ApiError("internal_error", reason))
        # The contract knows 413 and 400; the finer statuses of HTTP are told in words.
        known = status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        error = ApiError("invalid_request", reason, status=HTTPStatus(status) if known else None)
        if request is None:
            return self.pipeline.refuse(error)
        if complaint := self._hosts.complaint(request.headers.get("host")):
            return self._foreign(request, complaint)
        if self.elsewhere(request):
            return self._unopened(request, error)
        return self.pipeline.answer(request.method, request.target, request.headers, b"", error)

    def _foreign(self, request: Request, complaint: str) -> Reply:
        """The refusal of what came by another name."""
        return self._unopened(request, ApiError("invalid_request", complaint, status=HTTPStatus.FORBIDDEN))

    def _unopened(self, request: Request, error: ApiError) -> Reply:
        """The refusal of a request for which no sandbox is opened here."""
        return self.pipeline.refuse(error, Call(request.method, request.target, headers=request.headers))

    def leave(self) -> None:
        """It is about to stop, and calls should go elsewhere; those that come are answered."""
        self.ready = False

    def warm(self) -> None:
        """Have ready what the first shipment would make everybody wait for: Faker, and the towns that it knows."""
        foundation = self.worlds.foundation
        number = foundation.recognise(ORDINARY, None)
        foundation.source.journey(foundation.settings.seed, number, foundation.clock.now())

    def close(self) -> None:
        """Leave what is to be kept as it is; to be called when nothing is served any more."""
        if self.worlds.state:
            self.worlds.state.close()


def _from_a_browser(request: Request) -> bool:
    """Whether it asks for HTML by name, as browsers do and programs do not."""
    return request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("accept", "").lower()


def _rehearse(worlds: Worlds) -> None:
    from mock_server.api.rehearsal import rehearse  # noqa: PLC0415 - without an overlay, the tests have rehearsed

    rehearse(worlds, HANDLERS)


def _start_from(name: str, worlds: Worlds) -> None:
    """Let the mock start, and start again after a reset, from a snapshot; DocumentError if it cannot."""
    from mock_server.persistence import snapshots  # noqa: PLC0415 - only who starts from one needs it

    settings = worlds.foundation.settings
    if settings.state or settings.scenario:
        other = "--state" if settings.state else "--scenario"
        raise ValueError(f"--snapshot and {other} both say how to start; give one of them")
    value = snapshots.load(worlds, Path(name))
    worlds.beginning = partial(snapshots.opened, worlds.foundation, value)
    worlds.reset()


def _store(foundation: Foundation, portion: Portion) -> "Store | None":
    """Where what was promised is kept, if the settings ask for that."""
    settings = foundation.settings
    if settings.store != MEMORY:
        from mock_server.persistence.shared.opened import opened  # noqa: PLC0415 - only who shares needs it

        return opened(foundation)
    if settings.state is not None:
        from mock_server.persistence.state_file import StateFile  # noqa: PLC0415 - SQLite takes a while to import, and is not always asked for

        return StateFile(Path(settings.state), number=portion.number, resumed=portion.resumed)
    return None
