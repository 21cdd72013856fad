"""One call of the control plane as a plain value, so that what answers it is a plain function."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from http import HTTPStatus
from itertools import islice
from typing import Any

from mock_server.api.conversations import Conversations
from mock_server.contract.bodies import read_json
from mock_server.contract.breaches import Breaches
from mock_server.contract.errors import ApiError
from mock_server.contract.forms import Forms
from mock_server.domain.clients.shown import EntryView
from mock_server.domain.clock import Clock, SystemClock
from mock_server.receivers.sample_event import SampleEvents
from mock_server.sending.scheduler import Scheduler
from mock_server.server.reply import Reply
from mock_server.server.request import Request
from mock_server.web.callers import LOCAL, Caller
from mock_server.web.control.replies import JSON, answer, refused
from mock_server.web.control.route import ControlRoute
from mock_server.web.peer_group import PeerGroup
from mock_server.web.problems import Problem
from mock_server.world import World, Worlds

YES = frozenset({"1", "true", "yes", ""})
NO = frozenset({"0", "false", "no"})
MOST_CHANGES = 1000  # that are kept
PATIENCE = 3.0  # real seconds that a call waits for receivers; shorter than most clients wait for an answer
MOST_FLAWS = 20  # that a problem lists
VALUE = "value"


@dataclass(frozen=True, slots=True)
class Change:
    """A control call that changed something: who made it when, in Unix seconds, and what it was about."""

    at: float
    who: str
    method: str
    path: str
    key: str | None


@dataclass(frozen=True)
class Plane:
    """What every handler of the control plane works with."""

    worlds: Worlds
    version: str
    scheduler: Scheduler
    answer: Callable[[Request], Reply]
    """What the mock answers to a client."""
    wall: Clock = field(default_factory=SystemClock)
    certificate: Callable[[], bytes] | None = None
    """The certificate of who vouches for this mock's TLS, if that is for clients to be told."""
    ready: Callable[[], bool] = lambda: True
    """Whether calls should come here."""
    peer_group: Callable[[], PeerGroup | None] = lambda: None
    """The other processes, where this is one of several."""
    routes: "tuple[ControlRoute, ...]" = ()
    changes: deque[Change] = field(default_factory=lambda: deque(maxlen=MOST_CHANGES))
    """The newest control calls that changed something."""

    @property
    def forms(self) -> Forms:
        return self.worlds.foundation.vocabulary.forms

    @property
    def here(self) -> dict[str, str]:
        """Where something is that is told of, if it could be in another process."""
        peer_group = self.peer_group()
        return {"instance": peer_group.name()} if peer_group else {}

    @cached_property
    def view(self) -> EntryView:
        """How entries of journals are shown."""
        return EntryView(self.worlds.foundation.specification)

    @cached_property
    def conversations(self) -> Conversations:
        """How entries of journals are read."""
        return Conversations(self.worlds.foundation.specification)

    @cached_property
    def breaches(self) -> Breaches:
        return Breaches(self.worlds.foundation.specification)

    @cached_property
    def sample_events(self) -> SampleEvents:
        return SampleEvents(self.worlds.foundation)


@dataclass(frozen=True)
class ControlCall:
    """Everything that a handler may know: the mock, and what was asked of it.

    `path` is what the caller asked for, without the query; `media_type` is the body's, in lower case; `origin` is the
    scheme, host and port that the caller has reached.
    """

    plane: Plane
    query: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    media_type: str = JSON
    path: str = ""
    origin: str = ""

    caller: Caller = LOCAL
    echo: bool = False
    """Whether several processes are asked the same, and another of them counts what is there for all."""
    ask_all: Callable[[str, bytes | None], Reply] | None = None
    """What several processes answer together to a GET of a target without a key, or to a POST where there is a body.

    None where there is one process.
    """
    seen: dict[object, Any] = field(default_factory=dict, compare=False)
    """What has been read of the body, and what of it was looked at under forms."""

    @property
    def worlds(self) -> Worlds:
        return self.plane.worlds

    @property
    def key(self) -> str | None:
        """The sandbox that the call is limited to; None for all."""
        return self.query.get("key")

    def about(self, key: str | None) -> "ControlCall":
        """The same call, limited to that key, or to none."""
        query = {name: value for name, value in self.query.items() if name != "key"}
        return replace(self, query=query if key is None else {**query, "key": key})

    def body(self) -> Any:
        """The JSON value, whatever its Content-Type; none sent is an empty object. Problem if it is no JSON."""
        if not self.content:
            return {}
        if VALUE not in self.seen:
            with refused(ApiError):
                self.seen[VALUE] = read_json(self.content)
        return self.seen[VALUE]

    def read(self, form: str) -> Any:
        """The body, which has that form; Problem with its first flaws if it has not."""
        value = self.body()
        self.plane.forms.settle(form, value)
        self.check(form, value)
        return value

    def check(self, form: str, value: Any) -> None:
        """Problem with the first flaws of the value under the form, if it has any."""
        flaws = self.seen.get(form) if value is self.seen.get(VALUE) else None
        if flaws is None:
            flaws = list(islice(self.plane.forms.flaws(form, value), MOST_FLAWS))
            if value is self.seen.get(VALUE):
                self.seen[form] = flaws
        if flaws:
            raise Problem(HTTPStatus.BAD_REQUEST, "; ".join(flaw.detail for flaw in flaws[:3]), flaws)

    def number(self, name: str, default: int, most: int | None = None) -> int:
        """A whole number from the query."""
        text = self.query.get(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            raise Problem(HTTPStatus.BAD_REQUEST, f"{name}={text[:40]!r} is not a whole number")
        return min(int(text), most) if most else int(text)

    def truth(self, name: str) -> bool:
        """Whether the query says yes: `?name=1`, `?name=true` or `?name`; Problem for what is neither yes nor no."""
        text = self.query.get(name, "0").lower()
        if text not in {*YES, *NO}:
            raise Problem(HTTPStatus.BAD_REQUEST, f"{name}={text[:40]!r} is neither yes nor no; write 1 or 0")
        return text in YES

    def known(self) -> list[World]:
        """The worlds in use that the call is about."""
        if self.key is None:
            return list(self.worlds.all())
        world = self.worlds.known(self.key)
        return [world] if world else []

    def world(self) -> World | None:
        """The world of `?key=`, made if the key was never used; None if the call is about all. Problem for no key."""
        return None if self.key is None else self.world_of(self.key)

    def seen_world(self) -> World | None:
        """The world of `?key=` as it is, or would be if the key was never used: reading opens none."""
        if self.key is None:
            return None
        self._check(self.key)
        return self.worlds.glimpse(self.key)

    def world_of(self, key: str) -> World:
        """The world of that key, made if the key was never used; Problem for one that opens none."""
        self._check(key)
        return self.worlds.of(key)

    def _check(self, key: str) -> None:
        """Problem for a key that opens no sandbox; one that is in use for good needs no look."""
        known = self.worlds.known(key)
        if known is None or known.mortal:
            self.check_key(key)

    def check_key(self, key: str) -> None:
        """Problem for a key that opens no sandbox."""
        try:
            self.worlds.authenticate(key)
        except ApiError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, f"key={key!r} opens no sandbox: {error.detail}") from None

    def when_settled(
        self,
        worlds: Sequence[World],
        pending: int,
        told: Callable[[], Mapping[str, Any]],
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Reply:
        """What `told` says, and how many deliveries are pending in those worlds, once all that was due was attempted.

        After some real seconds it tells how many are pending still; at once where nothing delivers.
        """

        def reply(left: int) -> Reply:
            return answer({**told(), "pending_deliveries": left}, status)

        if not pending or not self.plane.scheduler.here:
            return reply(pending)

        settled = self.plane.scheduler.settling(worlds)

        async def later() -> Reply:
            return reply(await settled(PATIENCE))

        return Reply(status, later=later)
