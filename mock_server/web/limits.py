"""How much, and for how long, the server puts up with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds; past a limit the client gets an answer, then the connection ends."""

    target_bytes: int = 16 * 1024
    head_bytes: int = 32 * 1024
    body_bytes: int = 1024 * 1024
    large_body_bytes: int = 16 * 1024 * 1024
    large_bodies: frozenset[str] = frozenset()
    """Paths whose bodies may be large."""

    head_seconds: float = 30.0
    """From a request's first byte to the end of its head; what a slow-loris client runs into."""
    body_seconds: float = 75.0
    """From the end of a head to the end of its body."""
    idle_seconds: float = 75.0
    """Between requests."""
    stalled_seconds: float = 75.0
    """For a client to read what it was sent, or to stop sending what was refused."""
    grace_seconds: float = 5.0
    """For answers under way when the server is told to stop."""

    def body(self, path: str) -> int:
        """How long a body sent to that path may be."""
        return self.large_body_bytes if path in self.large_bodies else self.body_bytes

    discarded_bytes: int = 64 * 1024 * 1024
    """What is read and thrown away after a refusal, so that a client still sending comes to read the answer."""
