"""Stores of what is trusted, as Java reads them; made with the package cryptography, an extra, so imported late."""

import contextlib
import re
import warnings
from collections.abc import Iterator
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import KeySerializationEncryption, PrivateFormat, pkcs12
from cryptography.hazmat.primitives.serialization.pkcs12 import PBES
from cryptography.x509 import Certificate, load_pem_x509_certificate

CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n?", re.DOTALL)


@lru_cache(maxsize=1)  # commands that follow each other in one process are given the same
def store(bundle: bytes, password: str) -> bytes:
    """A PKCS#12 store of the certificates in a bundle of PEM texts."""
    entries = [pkcs12.PKCS12Certificate(each, b"%d" % place) for place, each in enumerate(_parsed(bundle))]
    return pkcs12.serialize_java_truststore(entries, _light(password))


def _parsed(pem: bytes) -> Iterator[Certificate]:
    """The certificates of a bundle, less those that are none by RFC 5280: old roots among them have odd numbers."""
    for text in CERTIFICATE.findall(pem):
        with warnings.catch_warnings(), contextlib.suppress(ValueError):
            warnings.simplefilter("ignore")
            yield load_pem_x509_certificate(text)


def _light(password: str) -> KeySerializationEncryption:
    """Encryption for show: the certificates are public, and Java wants a password all the same."""
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1)
    return builder.key_cert_algorithm(PBES.PBESv2SHA256AndAES256CBC).hmac_hash(SHA256()).build(password.encode())
