"""The shipments that every new world has of its own."""

from collections.abc import Iterable, Mapping

from mock_server.domain.shipments.pinned import Pin, by_identity
from mock_server.domain.shipments.source import Identity


class CommonPins:
    """Changed in place, and copied only where a world holds on to them as they were."""

    def __init__(self, pins: Iterable[Pin]) -> None:
        self._pins = by_identity(pins)
        self._lent = False

    def lent(self) -> Mapping[Identity, Pin]:
        """All of them, which stay as they are now."""
        self._lent = True
        return self._pins

    def all(self) -> tuple[Pin, ...]:
        return tuple(self._pins.values())

    def put(self, identity: Identity, pin: Pin) -> None:
        """Let the number stand for that from now on."""
        self._own()[identity] = pin

    def drop(self, identity: Identity) -> bool:
        """Let nothing be special about the number any more; whether something was."""
        return identity in self._pins and bool(self._own().pop(identity))

    def _own(self) -> dict[Identity, Pin]:
        """Those that nobody holds on to."""
        if self._lent:
            self._pins, self._lent = dict(self._pins), False
        return self._pins
