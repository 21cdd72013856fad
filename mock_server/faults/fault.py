"""What a fault is: one thing that goes wrong. When, how often and for whom belongs to the rule that carries it."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, replace
from enum import StrEnum
from random import Random
from typing import Any, ClassVar, TypeVar

from mock_server.contract.errors import ApiError
from mock_server.contract.messages import Reply
from mock_server.domain.webhooks.delivery import DeliveryPlan
from mock_server.faults.bodies import altered, edited

REGISTERED: dict[str, type["Fault"]] = {}
"""Kinds of fault by the name that rules use, as far as they were imported; kinds.py has them all."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a fault may draw on when it happens: chance of its own, and the contract's header names by fact."""

    chance: Random
    header_names: Mapping[str, str]


class Phase(StrEnum):
    """Whether a call has had its effect, quota and all, when a fault strikes it."""

    BEFORE = "before"
    AFTER = "after"


ANSWERED_OR_NOT = (Phase.AFTER, Phase.BEFORE)


@dataclass(frozen=True)
class Fault:
    """Anything that can go wrong; its fields are its parameters.

    After one that `loses` the answer, the client has none that it could use.
    """

    __slots__ = ()
    type: ClassVar[str]
    phases: ClassVar[tuple[Phase, ...]] = ()
    """When it can strike, the first if its rule does not say."""
    loses: ClassVar[bool] = False


class CallFault(Fault):
    """A refusal where there was no reason for one, before the call has had its effect if its rule says nothing else."""

    __slots__ = ()
    phases: ClassVar[tuple[Phase, ...]] = (Phase.BEFORE, Phase.AFTER)

    def refusal(self, rule: str) -> ApiError:
        """What the rule of that id answers instead of what was asked."""
        raise NotImplementedError


class ReplyFault(Fault):
    """A reply spoilt before it is sent, or on its way.

    `in_transfer` are faults of how a body is sent, which an answer to HEAD has not. What `delays` an answer leaves the
    call its effect also where it strikes before.
    """

    __slots__ = ()
    phases: ClassVar[tuple[Phase, ...]] = (Phase.AFTER,)
    delays: ClassVar[bool] = False
    in_transfer: ClassVar[bool] = False

    def after(self, reply: Reply, occasion: Occasion) -> Reply:
        """The reply as the client gets it; the very same object if there is nothing in it to spoil."""
        raise NotImplementedError


class MessageFault(ReplyFault):
    """An answer spoilt, or an event's delivery where the rule names the operation that delivers it."""

    __slots__ = ()

    def deliver(self, delivery: DeliveryPlan) -> DeliveryPlan:
        """The delivery as the receiver gets it; the very same object if there is nothing in it to spoil."""
        raise NotImplementedError


class BodyFault(MessageFault):
    """A body with one place edited."""

    __slots__ = ()
    pointer: str

    def edit(self, container: Any, place: Any) -> None:
        """Change what is at that index or name of the array or object."""
        raise NotImplementedError

    def after(self, reply: Reply, _: Occasion) -> Reply:
        return edited(reply, self.pointer, self.edit)

    def deliver(self, delivery: DeliveryPlan) -> DeliveryPlan:
        """The delivery with its event edited; the very same object if there is nothing to edit."""
        told = self._told(delivery.event)
        return (
            delivery if told is delivery.event else replace(delivery, event=told, edits=(*delivery.edits, self._told))
        )

    def _told(self, value: Any) -> Any:
        return altered(value, self.pointer, self.edit)


class DeliveryFault(Fault):
    """A webhook event delivered badly."""

    __slots__ = ()

    def deliver(self, delivery: DeliveryPlan) -> DeliveryPlan:
        """The delivery as the receiver gets it; the very same object if an earlier fault has spoilt that already."""
        raise NotImplementedError


FaultClass = TypeVar("FaultClass", bound=type[Fault])


def fault(name: str) -> Callable[[FaultClass], FaultClass]:
    """Give a class of faults the name that rules call it by."""

    def register(kind: FaultClass) -> FaultClass:
        kind.type = name
        REGISTERED[name] = kind
        return kind

    return register


def spelt(name: str, default: Any = MISSING) -> Any:
    """A parameter that rules spell otherwise than Python does."""
    return field(default=default, metadata={"spelling": name})


def spelling(parameter: "Field[Any]") -> str:
    """A parameter's name in rules."""
    name: str = parameter.metadata.get("spelling", parameter.name)
    return name
