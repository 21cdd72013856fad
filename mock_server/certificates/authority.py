"""A local authority, name-constrained, and the short-lived certificates it mints in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, Self, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

LOCAL_NAME = "localhost"
RENEWAL_SECONDS = 86_400.0  # of a certificate that is good for days more


class CertificateError(Exception):
    """A certificate, key or authority that cannot be used; the message says which, why and what to do."""


def needing_cryptography(function: Callable[P, T]) -> Callable[P, T]:
    """The function, which says what to install where the package that makes certificates is missing."""

    @wraps(function)
    def told(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            import cryptography  # noqa: F401, PLC0415 - an extra, and not for those who serve plain HTTP
        except ImportError:
            raise CertificateError(
                "making certificates needs the package cryptography; pip install 'trackflow-mock[tls]'"
            ) from None
        return function(*args, **kwargs)

    return told


@dataclass(frozen=True, slots=True)
class Leaf:
    """A certificate for TLS with its private key, both PEM; `renewal` is the instant to mint another."""

    certificate: bytes
    key: bytes
    renewal: float


@dataclass(frozen=True, slots=True, repr=False)
class Authority:
    """Vouches for `host`, localhost and loopback addresses, and for nothing else (RFC 5280 section 4.2.1.10)."""

    host: str
    certificate: bytes
    """PEM; the half that may be shown."""
    key: Any
    """The private key; it leaves this process through `private_pem` alone."""

    @classmethod
    @needing_cryptography
    def create(cls, host: str, now: float) -> Self:
        """A new authority, as from an instant in Unix seconds."""
        from mock_server.certificates import minting  # noqa: PLC0415 - needs an extra

        return cls(host, *minting.authority((host, LOCAL_NAME), now))

    @classmethod
    @needing_cryptography
    def load(cls, host: str, certificate: bytes, key: bytes) -> Self:
        """The authority of these PEM texts; ValueError if they are none."""
        from mock_server.certificates import minting  # noqa: PLC0415 - needs an extra

        return cls(host, certificate, minting.private_key(certificate, key))

    def private_pem(self) -> bytes:
        """The private key, for the one file that keeps it."""
        from mock_server.certificates import minting  # noqa: PLC0415 - needs an extra

        return minting.private_pem(self.key)

    @property
    def end(self) -> float:
        """The instant after which it vouches for nothing."""
        from mock_server.certificates import minting  # noqa: PLC0415 - needs an extra

        return minting.end(self.certificate)

    def leaf(self, now: float, *, addresses: bool = True) -> Leaf:
        """A certificate for every name that this authority can vouch for, and with `addresses` every address."""
        from mock_server.certificates import minting  # noqa: PLC0415 - needs an extra

        made = minting.leaf((self.host, LOCAL_NAME), self.certificate, self.key, now, addresses=addresses)
        return Leaf(*made, now + RENEWAL_SECONDS)
