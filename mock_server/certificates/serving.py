"""What a server needs for TLS: a context for certificates from files, or for those that an authority mints."""

import os
import secrets
import ssl
import tempfile
from collections.abc import Callable
from pathlib import Path

from mock_server.certificates.authority import LOCAL_NAME, Authority, CertificateError, Leaf


def context_of_files(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """A context with that certificate, whose key may stand in the same file; CertificateError says what is wrong."""
    for path in filter(None, (certificate, key)):
        if path.exists() and not path.is_file():  # which might never end
            raise CertificateError(f"{path}: is no ordinary file; name one")
        try:
            path.read_bytes()
        except OSError as error:
            raise CertificateError(f"{path}: {error.strerror}") from None
    context = _context()
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except ssl.SSLError as error:
        raise CertificateError(_explained(error, certificate, key)) from None
    return context


def context_of(
    authority: Authority, now: Callable[[], float], unknown: Callable[[str], None] = lambda _name: None
) -> ssl.SSLContext:
    """A context whose certificate is minted anew each day, for the names of the authority and no others.

    A client that names a server gets one for names only, any other, which asked for an address, one for addresses too.
    A client that names another server is told that it is not known here (RFC 6066 section 3); `unknown` hears the name.
    """
    minted: dict[bool, tuple[Leaf, ssl.SSLContext]] = {}

    def current(*, named: bool) -> ssl.SSLContext:
        if named not in minted or now() >= minted[named][0].renewal:
            leaf = authority.leaf(now(), addresses=not named)
            fresh = _context()
            _load(fresh, leaf)
            fresh.sni_callback = choose
            minted[named] = (leaf, fresh)
        return minted[named][1]

    def choose(handshake: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> int | None:
        if name is not None and name.lower().rstrip(".") not in {authority.host, LOCAL_NAME}:
            unknown(name)
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        fresh = current(named=name is not None)
        if handshake.context is not fresh:
            handshake.context = fresh
        return None

    return current(named=False)


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def _load(context: ssl.SSLContext, leaf: Leaf) -> None:
    """Give the context certificate and key, which the ssl module reads from files only.

    Where the system has files that are memory, it is one of those; elsewhere the key is encrypted with a password that
    nobody keeps, and the file is gone at once.
    """
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("leaf", os.MFD_CLOEXEC)
        with os.fdopen(descriptor, "wb") as memory:
            memory.write(leaf.certificate + leaf.key)
            memory.flush()
            context.load_cert_chain(f"/proc/self/fd/{descriptor}")
        return
    password = secrets.token_bytes(32)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leaf.pem"
        path.write_bytes(leaf.certificate + _encrypted(leaf.key, password))
        context.load_cert_chain(path, password=password)


def _encrypted(key: bytes, password: bytes) -> bytes:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - only who mints certificates needs it

    return serialization.load_pem_private_key(key, None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password),
    )


def _no_password() -> bytes:
    raise CertificateError("the private key is encrypted; give one without a password, which nobody could type here")


def _explained(error: ssl.SSLError, certificate: Path, key: Path | None) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"{key or certificate}: the key does not fit the certificate in {certificate}"
    if key is None:
        return f"{certificate} is no PEM file with a certificate and its key; give the key with --tls-key"
    return f"{certificate} or {key} cannot be used for TLS ({error.reason or error}); both must be PEM files"
