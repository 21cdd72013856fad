"""What can happen to a reply on its way to the client, as plain values; web/binding.py brings it about."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dribble:
    """The body goes out in so many pieces, the last of them when so many seconds are over."""

    pieces: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection closes after so many bytes of the body, although the head promised all of it."""

    bytes_sent: int


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is reset before the first byte."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """The connection closes before the first byte."""


@dataclass(frozen=True, slots=True)
class BrokenChunk:
    """The head announces chunks; these bytes, which are none, come instead, and the connection closes."""

    garbage: bytes


@dataclass(frozen=True, slots=True)
class Noise:
    """These bytes come instead of an HTTP response, and the connection closes."""

    garbage: bytes
