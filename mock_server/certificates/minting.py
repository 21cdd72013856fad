"""Keys and certificates as the package cryptography makes them; it is an extra, so this is imported late."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

DAY = timedelta(days=1)
AUTHORITY_DAYS, LEAF_DAYS = 825, 3
LOCAL_NETWORKS = ("127.0.0.0/8", "::1/128")
LOCAL_ADDRESSES = ("127.0.0.1", "::1")


def authority(names: Sequence[str], now: float) -> tuple[bytes, Any]:
    """The certificate, PEM, of a new authority for this machine and these names, the first its own; and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "TrackFlow mock"),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, f"TrackFlow mock: {names[0]} on this machine only"),
        ]
    )
    permitted: list[x509.GeneralName] = [x509.DNSName(each) for each in names]
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
        .sign(key, SHA256())
    )
    return certificate.public_bytes(Encoding.PEM), key


def private_key(certificate: bytes, key: bytes) -> Any:
    """The key of these PEM texts; ValueError if they do not belong together."""
    private = load_pem_private_key(key, None)
    if private.public_key() != x509.load_pem_x509_certificate(certificate).public_key():
        raise ValueError("the key is not that of the certificate")
    return private


def private_pem(key: Any) -> bytes:
    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem


def end(certificate: bytes) -> float:
    """The instant after which it is no longer valid."""
    return x509.load_pem_x509_certificate(certificate).not_valid_after_utc.timestamp()


def leaf(
    names: Sequence[str], certificate: bytes, authority_key: Any, now: float, *, addresses: bool
) -> tuple[bytes, bytes]:
    """A certificate for the names, signed by the authority of that certificate and key, and its own key; both PEM.

    With `addresses`, it is for this machine's too. Clients on BoringSSL take none that is, under an authority which is
    constrained to addresses.
    """
    issuer = x509.load_pem_x509_certificate(certificate)
    key = ec.generate_private_key(ec.SECP256R1())
    vouched: list[x509.GeneralName] = [x509.DNSName(each) for each in names]
    if addresses:
        vouched += [x509.IPAddress(ip_address(each)) for each in LOCAL_ADDRESSES]
    start = datetime.fromtimestamp(now, UTC)
    minted = (
        x509.CertificateBuilder(
            issuer.subject,
            x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])]),
            key.public_key(),
            x509.random_serial_number(),
        )
        .not_valid_before(max(start - DAY, issuer.not_valid_before_utc))
        .not_valid_after(min(start + LEAF_DAYS * DAY, issuer.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(_for_servers(), critical=False)
        .add_extension(x509.SubjectAlternativeName(vouched), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, SHA256())
    )
    return minted.public_bytes(Encoding.PEM), private_pem(key)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
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


def _for_servers() -> x509.ExtendedKeyUsage:
    return x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
