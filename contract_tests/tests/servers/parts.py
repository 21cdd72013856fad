"""A server's parts, which mutants and variants exchange."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

from contract_tests.tests.servers.api import Api, World
from contract_tests.tests.servers.clock import Clock
from contract_tests.tests.servers.directory import Directory
from contract_tests.tests.servers.keys import Keys
from contract_tests.tests.servers.messages import Body, Call, Reply
from contract_tests.tests.servers.outbox import Outbox
from contract_tests.tests.servers.quota import Quota
from contract_tests.tests.servers.shipments import Shipments
from contract_tests.tests.servers.webhooks import Webhooks
from contract_tests.tests.servers.wire import Handler


@dataclass(frozen=True, slots=True)
class Parts:
    """Which class plays which part, and what is done to bodies and answers on their way out."""

    api: type[Api] = Api
    keys: type[Keys] = Keys
    quota: type[Quota] = Quota
    directory: type[Directory] = Directory
    shipments: type[Shipments] = Shipments
    webhooks: type[Webhooks] = Webhooks
    outbox: type[Outbox] = Outbox
    handler: type[Handler] = Handler
    trackings: tuple[Callable[[Body], None], ...] = ()
    payloads: tuple[Callable[[Body], None], ...] = ()
    replies: tuple[Callable[[Call, Reply], Reply], ...] = ()

    def with_part(self, part: type) -> "Parts":
        """These parts, with `part` in the place of the class it derives from."""
        for field in fields(Parts):
            if isinstance(field.default, type) and issubclass(part, field.default):
                exchanged: dict[str, Any] = {field.name: part}
                return replace(self, **exchanged)
        raise TypeError(f"{part.__name__} derives from no part of a server; see Parts for those there are")

    def assemble(self, clock: Clock) -> Api:
        webhooks = self.webhooks(clock)
        world = World(
            clock,
            self.keys(),
            self.quota(clock),
            self.directory(),
            self.shipments(clock, self.trackings),
            webhooks,
            self.outbox(clock, webhooks, self.payloads),
        )
        return self.api(world, self.replies)
