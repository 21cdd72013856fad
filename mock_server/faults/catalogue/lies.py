"""What a message says that is not so: lies, for testing test suites."""

from dataclasses import dataclass, replace
from typing import Any

from mock_server.contract.messages import Reply
from mock_server.domain.webhooks.delivery import DeliveryPlan
from mock_server.faults.fault import BodyFault, MessageFault, Occasion, ReplyFault, fault

CONTENT_TYPE = "Content-Type"


@fault("missing_field")
@dataclass(frozen=True, slots=True)
class MissingField(BodyFault):
    """A body without one of its fields."""

    pointer: str

    def edit(self, container: Any, place: Any) -> None:
        del container[place]


@fault("wrong_value")
@dataclass(frozen=True, slots=True)
class WrongValue(BodyFault):
    """A body that says something else in one of its fields."""

    pointer: str
    value: Any

    def edit(self, container: Any, place: Any) -> None:
        container[place] = self.value


@fault("renamed_field")
@dataclass(frozen=True, slots=True)
class RenamedField(BodyFault):
    """A body that has one of its fields under another name."""

    pointer: str
    name: str

    def edit(self, container: Any, place: Any) -> None:
        if isinstance(container, dict) and self.name not in container:
            container[self.name] = container.pop(place)


@fault("reversed_list")
@dataclass(frozen=True, slots=True)
class ReversedList(BodyFault):
    """A body with one of its lists in the opposite order."""

    pointer: str

    def edit(self, container: Any, place: Any) -> None:
        if isinstance(container[place], list):
            container[place] = container[place][::-1]


@fault("drop_header")
@dataclass(frozen=True, slots=True)
class DropHeader(ReplyFault):
    """A reply without one of its headers."""

    name: str

    def after(self, reply: Reply, _: Occasion) -> Reply:
        kept = {name: value for name, value in reply.headers.items() if name.lower() != self.name.lower()}
        return reply if len(kept) == len(reply.headers) else replace(reply, headers=kept)


@fault("wrong_status")
@dataclass(frozen=True, slots=True)
class WrongStatus(ReplyFault):
    """A body under another status than its own."""

    status: int

    def after(self, reply: Reply, _: Occasion) -> Reply:
        return reply if reply.status == self.status else replace(reply, status=self.status)


@fault("wrong_content_type")
@dataclass(frozen=True, slots=True)
class WrongContentType(MessageFault):
    """A body called something that it is not."""

    value: str

    def deliver(self, delivery: DeliveryPlan) -> DeliveryPlan:
        return delivery if delivery.media_type == self.value else replace(delivery, media_type=self.value)

    def after(self, reply: Reply, _: Occasion) -> Reply:
        right = reply.headers.get(CONTENT_TYPE)
        return reply if right in {None, self.value} else reply.with_headers({CONTENT_TYPE: self.value})


@fault("miscount_quota")
@dataclass(frozen=True, slots=True)
class MiscountQuota(ReplyFault):
    """A number that a header tells of the quota and that is too high or too low."""

    by: int
    of: str = "remaining"

    def after(self, reply: Reply, occasion: Occasion) -> Reply:
        name = occasion.header_names.get(self.of, "")
        if name not in reply.headers or not self.by:
            return reply
        return reply.with_headers({name: str(int(reply.headers[name]) + self.by)})
