"""The past: a base clock that shows the instants of a session, one after the other."""

from mock_server.domain.clock import ManualClock


class Past(ManualClock):
    """Stands at an instant of the base that a session had; `scale` is that base's own."""

    def __init__(self, start: float, scale: float = 1.0) -> None:
        super().__init__(start)
        self.scale = scale
