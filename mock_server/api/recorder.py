"""What a call and its answer leave in the journal."""

import logging
from collections.abc import Sequence

from mock_server.api.routes import Route
from mock_server.contract.errors import ApiError
from mock_server.contract.messages import Call, Reply
from mock_server.domain.clients import REQUESTS
from mock_server.domain.clients.journal import KEPT_BODY, Entry, Rest, Struck
from mock_server.domain.clients.shown import EntryView
from mock_server.faults.rules import Rule
from mock_server.world import World, Worlds

requests_log = logging.getLogger(REQUESTS)


class Recorder:
    """Enters calls in the journals of these worlds, and in the log if that is asked for; `header` has the key."""

    def __init__(self, worlds: Worlds, header: str) -> None:
        foundation = worlds.foundation
        self._worlds = worlds
        self._view = EntryView(foundation.specification) if foundation.settings.log_requests else None
        self._key_header = header

    def record(
        self,
        world: World | None,
        route: Route,
        call: Call,
        reply: Reply,
        *,
        refusal: ApiError | None,
        injected: tuple[str, ...] = (),
        struck: Sequence[Rule] = (),
        quota: tuple[int, int] | None = None,
        seconds: float = 0.0,
        rest: Rest | None = None,
    ) -> None:
        """Enter the call in the journal."""
        journal, clock = (world.journal, world.clock) if world else (self._worlds.stray, self._worlds.clock)
        real = self._worlds.clock.base.now()
        entry = Entry(
            id=next(self._worlds.ids),
            at=clock.course.at(real),
            key=world.account.key if world else call.headers.get(self._key_header),
            operation=route.operation.id if route.operation else None,
            method=call.method,
            target=call.target,
            headers=call.headers,
            body=call.body[:KEPT_BODY],
            status=reply.status,
            reply_headers=reply.headers,
            reply_body=reply.content[:KEPT_BODY],
            refusal=refusal.code if refusal else None,
            detail=refusal.detail if refusal else None,
            injected=injected,
            struck=tuple(Struck(rule.id, rule.fault.type, rule.fault.loses) for rule in struck) if struck else (),
            real=real,
            quota=quota,
            seconds=seconds,
            rest=rest,
        )
        journal.record(entry)
        if self._view:
            requests_log.info("%s", self._view.line(entry))
