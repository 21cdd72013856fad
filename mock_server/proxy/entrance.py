"""The way into a mock as clients of the real API take it."""

from dataclasses import dataclass

AUTHORITY_VARIABLE = "TRACKFLOW_INTERCEPT_CA"
"""The variable in which a command finds the file of the authority's certificate."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """A mock as a command is to see it, and the host and port that it stands in for."""

    base_url: str
    admin_url: str
    key: str
    host: str
    port: int
    proxy: tuple[str, int]
    """Where CONNECT is answered, and other hosts' requests are passed on."""
    secure: tuple[str, int]
    """Where TLS is spoken as by the host."""
    authority: bytes
    """The certificate, PEM, of who vouches for the host there."""
    offline: bool = False
    """Whether other hosts are out of reach."""
