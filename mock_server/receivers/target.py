"""The receiver under attack, and the ways of reaching it."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial

from mock_server.receivers.client import DeliveryRequest, ReceiverConnection
from mock_server.sending.address import Address, ReceiverAnswer


@dataclass(frozen=True, slots=True)
class DeliveryExchange:
    """A delivery and what came back."""

    delivery: DeliveryRequest
    answer: ReceiverAnswer


class ReceiverTarget:
    """One receiver; every delivery gets a connection of its own unless they follow each other on a line."""

    def __init__(
        self, address: Address, timeout: float, timer: Callable[[], float], pause: Callable[[], object]
    ) -> None:
        """`timeout` is seconds for an answer, `timer` counts them, `pause` is called between parts of a body."""
        self.address = address
        self.timer = timer
        self._line = partial(ReceiverConnection, address, timeout, timer, pause)

    def post(self, *deliveries: DeliveryRequest) -> list[DeliveryExchange]:
        """Each on a connection of its own, one after the other."""
        return [exchange for delivery in deliveries for exchange in self.in_line(delivery)]

    def in_line(self, *deliveries: DeliveryRequest) -> list[DeliveryExchange]:
        """One after the other on one connection."""
        with self._line() as line:
            return [DeliveryExchange(delivery, line.post(delivery)) for delivery in deliveries]

    def burst(self, deliveries: Sequence[DeliveryRequest]) -> list[DeliveryExchange]:
        """All at once."""
        with ThreadPoolExecutor(len(deliveries)) as pool:
            return [exchange for sent in pool.map(self.post, deliveries) for exchange in sent]

    @contextmanager
    def stalled(self, delivery: DeliveryRequest) -> Iterator[None]:
        """While a delivery stands still in the middle of its body; it is then given up."""
        with self._line() as line:
            with suppress(OSError):  # whether anybody listens shows in what is sent meanwhile
                line.begin(delivery)
            yield
