"""A local authority, name-constrained, and the short-lived certificates it mints in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, GeneralName

P = ParamSpec("P")
T = TypeVar("T")

DAY = timedelta(days=1)
AUTHORITY_DAYS, LEAF_DAYS = 825, 3
LOCAL_NAME = "localhost"
LOCAL_NETWORKS = ("127.0.0.0/8", "::1/128")
LOCAL_ADDRESSES = ("127.0.0.1", "::1")


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
        from cryptography import x509  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - an extra

        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name(
            [
                x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "TrackFlow mock"),
                x509.NameAttribute(x509.NameOID.COMMON_NAME, f"TrackFlow mock: {host} on this machine only"),
            ]
        )
        permitted: list[GeneralName] = [x509.DNSName(host), x509.DNSName(LOCAL_NAME)]
        permitted += [x509.IPAddress(ip_network(each)) for each in LOCAL_NETWORKS]
        start = datetime.fromtimestamp(now, UTC)
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(start - DAY)
            .not_valid_after(start + AUTHORITY_DAYS * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(_for_servers(), critical=False)
            .add_extension(x509.NameConstraints(permitted, None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, _digest())
        )
        return cls(host, _pem(certificate), key)

    @classmethod
    @needing_cryptography
    def load(cls, host: str, certificate: bytes, key: bytes) -> Self:
        """The authority of these PEM texts; ValueError if they are none."""
        from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - an extra
        from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415 - an extra

        private = load_pem_private_key(key, None)
        public = load_pem_x509_certificate(certificate).public_key()
        if private.public_key() != public:
            raise ValueError("the key is not that of the certificate")
        return cls(host, certificate, private)

    def private_pem(self) -> bytes:
        """The private key, for the one file that keeps it."""
        return _private(self.key)

    @property
    def end(self) -> float:
        """The instant after which it vouches for nothing."""
        return self._issuer().not_valid_after_utc.timestamp()

    def leaf(self, now: float) -> Leaf:
        """A certificate for every name that this authority can vouch for; clients choose what they look for."""
        from cryptography import x509  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - an extra

        issuer = self._issuer()
        key = ec.generate_private_key(ec.SECP256R1())
        names: list[GeneralName] = [x509.DNSName(self.host), x509.DNSName(LOCAL_NAME)]
        names += [x509.IPAddress(ip_address(each)) for each in LOCAL_ADDRESSES]
        start = datetime.fromtimestamp(now, UTC)
        certificate = (
            x509.CertificateBuilder(
                issuer.subject,
                x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, self.host)]),
                key.public_key(),
                x509.random_serial_number(),
            )
            .not_valid_before(max(start - DAY, issuer.not_valid_before_utc))
            .not_valid_after(min(start + LEAF_DAYS * DAY, issuer.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(_for_servers(), critical=False)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .sign(self.key, _digest())
        )
        return Leaf(_pem(certificate), _private(key), now + DAY.total_seconds())

    def _issuer(self) -> "Certificate":
        from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415 - an extra

        return load_pem_x509_certificate(self.certificate)


def _usage(*, signs_certificates: bool) -> Any:
    from cryptography.x509 import KeyUsage  # noqa: PLC0415 - an extra

    return KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _for_servers() -> Any:
    from cryptography.x509 import ExtendedKeyUsage  # noqa: PLC0415 - an extra
    from cryptography.x509.oid import ExtendedKeyUsageOID  # noqa: PLC0415 - an extra

    return ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])


def _digest() -> Any:
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - an extra

    return SHA256()


def _pem(certificate: "Certificate") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - an extra

    return certificate.public_bytes(Encoding.PEM)


def _private(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - an extra
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem
