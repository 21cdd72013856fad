"""Certificates: trusted by name, not looked at, or refused."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from contract_tests.exchange import SentRequest
from contract_tests.tests.checking import check
from contract_tests.tests.servers.target import KEYS, serving
from contract_tests.transport import HttpTransport, NoAnswerError

LONG_AGO, LATER = datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=36_500)
PROBES = ("-k", "known_shipment or directory")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody trusts yet, with its key beside it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, LONG_AGO, LATER)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    file.write_bytes(made.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.with_suffix(".key").write_bytes(secret)
    return file


@contextmanager
def secured(certificate: Path) -> Iterator[str]:
    """The URL of a server that speaks TLS with that certificate."""
    server, context = serving(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.close()
        thread.join()


def test_a_certificate_that_nobody_trusts_is_told_as_that(certificate: Path) -> None:
    with secured(certificate) as url:
        checked = check("--base-url", url, "--api-key", KEYS["growth"], *PROBES)
    assert checked.status == 3, checked.output
    assert "certificate verify failed" in checked.output
    assert checked.exchanges == []


def test_a_certificate_can_be_named_or_not_looked_at(certificate: Path) -> None:
    for trust in (("--cacert", str(certificate)), ("--insecure",)):
        with secured(certificate) as url:
            checked = check("--base-url", url, "--api-key", KEYS["growth"], *PROBES, *trust)
        assert checked.status == 0, checked.output
        assert {"track.200", "carriers.200"} <= checked.of("passed")


def test_a_certificate_for_another_machine_is_not_taken_although_its_maker_is_trusted(certificate: Path) -> None:
    with secured(certificate) as url:
        http = HttpTransport(verify=str(certificate))
        with pytest.raises(NoAnswerError):
            http.send(SentRequest("GET", f"{url.replace('127.0.0.1', 'localhost')}/v2/carriers"))
        http.close()


@pytest.mark.parametrize(
    ("trust", "told"),
    [
        (("--cacert", "none.pem"), "--cacert none.pem: no such file"),
        (("--cacert", __file__), "there is no certificate in it"),
        (("--cacert", __file__, "--insecure"), "--insecure"),
    ],
)
def test_trust_that_makes_no_sense_is_refused(trust: tuple[str, ...], told: str) -> None:
    checked = check("--base-url", "https://127.0.0.1:9", "--api-key", KEYS["growth"], *trust)
    assert checked.status == 2
    assert told in checked.output
