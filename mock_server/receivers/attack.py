"""One attack on a receiver, and the table row it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mock_server.receivers.client import DeliveryRequest
from mock_server.receivers.expectations import Expectation
from mock_server.receivers.forger import Forger
from mock_server.receivers.target import DeliveryExchange, ReceiverTarget


@dataclass(frozen=True, slots=True)
class Attack:
    """What is sent, how every answer to it should be, and what to change in a receiver that answers otherwise.

    `timed` says that the fix is also that of an answer that comes too late, or not at all; `unseen` is what no sender
    can observe, for the receiver's own tests.
    """

    name: str
    sends: str
    expects: Expectation
    fix: str
    play: Callable[[Forger, ReceiverTarget], Sequence[DeliveryExchange]]
    timed: bool = False
    unseen: str | None = None


def send(make: Callable[[Forger], DeliveryRequest]) -> Callable[[Forger, ReceiverTarget], Sequence[DeliveryExchange]]:
    """The attack of a single delivery."""
    return lambda forger, target: target.post(make(forger))
