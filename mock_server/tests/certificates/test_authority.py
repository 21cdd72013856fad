import ssl
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mock_server.certificates.authority import Authority, CertificateError
from mock_server.certificates.serving import context_of, context_of_files
from mock_server.certificates.store import CERTIFICATE_FILE, KEY_FILE, certificate_path, kept_authority
from mock_server.domain.clock import ManualClock, SystemClock

HOST = "api.example"
NOW = SystemClock().now()  # clients go by the machine's clock
YEARS = 3 * 365 * 86_400


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.create(HOST, NOW)


def shaken(server: ssl.SSLContext, trusted: bytes, name: str | None, *, checks_name: bool = True) -> ssl.SSLObject:
    """The client's end of a TLS handshake in memory; what either side finds wrong is raised."""
    client = ssl.create_default_context(cadata=trusted.decode())
    client.check_hostname = checks_name
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(to_client, to_server, server_hostname=name)
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    waiting = [ours, theirs]
    refused: ssl.SSLError | None = None
    for _ in range(8):
        for end in tuple(waiting):
            try:
                end.do_handshake()
                waiting.remove(end)
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError as error:
                if end is ours:
                    raise
                refused = error  # the client is told, and raises on its turn
                waiting.remove(end)
    if refused:
        raise refused
    assert not waiting
    return ours


@pytest.mark.parametrize("name", [HOST, "localhost", "127.0.0.1", "::1"])
def test_the_authority_vouches_for_the_host_and_this_machine(authority: Authority, name: str) -> None:
    end = shaken(context_of(authority, lambda: NOW), authority.certificate, name)
    assert end.getpeercert()


@pytest.mark.parametrize("name", ["bank.example", "127.0.0.1.example", "example"])
def test_a_stolen_authority_gains_nothing_for_another_name(authority: Authority, name: str) -> None:
    server = _context_for(authority, [x509.DNSName(name)])
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        shaken(server, authority.certificate, name)


def test_nor_for_an_address_of_another_machine(authority: Authority) -> None:
    from ipaddress import ip_address

    server = _context_for(authority, [x509.IPAddress(ip_address("192.0.2.1"))])
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        shaken(server, authority.certificate, "192.0.2.1")


def test_a_client_that_names_another_server_is_told_so(authority: Authority) -> None:
    with pytest.raises(ssl.SSLError, match="TLSV1_UNRECOGNIZED_NAME"):
        shaken(context_of(authority, lambda: NOW), authority.certificate, "bank.example", checks_name=False)


def test_a_client_that_names_no_server_gets_the_hosts_certificate(authority: Authority) -> None:
    end = shaken(context_of(authority, lambda: NOW), authority.certificate, None, checks_name=False)
    assert ("DNS", HOST) in (end.getpeercert() or {})["subjectAltName"]


def test_a_client_that_names_a_server_is_shown_no_addresses_which_boringssl_could_not_check(
    authority: Authority,
) -> None:
    server = context_of(authority, lambda: NOW)
    named, unnamed = (_vouched(shaken(server, authority.certificate, name)) for name in (HOST, "127.0.0.1"))
    assert "IP Address" not in named
    assert "DNS" in named
    assert "IP Address" in unnamed


def test_a_server_that_runs_for_weeks_has_a_fresh_certificate_every_day(authority: Authority) -> None:
    clock = ManualClock(NOW)
    server = context_of(authority, clock.now)
    serials = []
    for _ in range(3):
        serials.append((shaken(server, authority.certificate, HOST).getpeercert() or {})["serialNumber"])
        clock.sleep(43_200)
    assert serials[0] == serials[1] != serials[2]


def test_the_kept_authority_is_the_same_next_time_and_its_key_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = kept_authority(folder, HOST, NOW)
    home = certificate_path(folder, HOST).parent
    assert kept_authority(folder, HOST, NOW).certificate == first.certificate
    assert certificate_path(folder, HOST).read_bytes() == first.certificate
    assert sorted(path.name for path in folder.iterdir()) == [HOST]
    if sys.platform != "win32":
        assert {path.name: oct(path.stat().st_mode & 0o777) for path in home.glob("*.key")} == {
            "trackflow-mock-ca.key": "0o600"
        }
        assert home.stat().st_mode & 0o077 == 0
    assert b"PRIVATE" not in first.certificate
    assert "PRIVATE" not in repr(first)


def test_an_authority_near_its_end_is_made_anew(tmp_path: Path) -> None:
    first = kept_authority(tmp_path, HOST, NOW)
    assert kept_authority(tmp_path, HOST, NOW + YEARS).certificate != first.certificate


def test_a_folder_with_half_an_authority_is_named(tmp_path: Path) -> None:
    kept_authority(tmp_path, HOST, NOW)
    certificate_path(tmp_path, HOST).write_bytes(Authority.create(HOST, NOW).certificate)
    with pytest.raises(CertificateError, match=r"holds no usable authority .*delete it"):
        kept_authority(tmp_path, HOST, NOW)


@pytest.mark.parametrize("name", [CERTIFICATE_FILE, KEY_FILE])
def test_a_folder_that_has_lost_one_half_is_named(tmp_path: Path, name: str) -> None:
    kept_authority(tmp_path, HOST, NOW)
    (certificate_path(tmp_path, HOST).parent / name).unlink()
    with pytest.raises(CertificateError, match=rf"{name} is missing; delete the folder"):
        kept_authority(tmp_path, HOST, NOW)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CertificateError, match=r"file.*a local authority is kept there"):
        kept_authority(tmp_path / "file", HOST, NOW)


def test_certificates_of_ones_own_are_served(tmp_path: Path, authority: Authority) -> None:
    leaf = authority.leaf(NOW)
    (tmp_path / "crt").write_bytes(leaf.certificate)
    (tmp_path / "key").write_bytes(leaf.key)
    (tmp_path / "both").write_bytes(leaf.certificate + leaf.key)
    for context in (context_of_files(tmp_path / "crt", tmp_path / "key"), context_of_files(tmp_path / "both", None)):
        assert shaken(context, authority.certificate, HOST).getpeercert()


def test_a_certificate_that_cannot_be_used_says_why(tmp_path: Path, authority: Authority) -> None:
    leaf, other = authority.leaf(NOW), authority.leaf(NOW)
    (tmp_path / "crt").write_bytes(leaf.certificate)
    (tmp_path / "foreign").write_bytes(other.key)
    (tmp_path / "text").write_text("hello")
    (tmp_path / "locked").write_bytes(
        serialization.load_pem_private_key(leaf.key, None).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")
        )
    )
    for certificate, key, told in (
        ("absent", "foreign", "absent: No such file"),
        ("crt", "absent", "absent: No such file"),
        ("crt", "foreign", "the key does not fit the certificate"),
        ("text", "foreign", "must be PEM files"),
        ("crt", "text", "must be PEM files"),
        ("crt", "locked", "the private key is encrypted"),
        ("crt", None, "give the key with --tls-key"),
    ):
        with pytest.raises(CertificateError, match=told):
            context_of_files(tmp_path / certificate, tmp_path / key if key else None)


def _vouched(end: ssl.SSLObject) -> str:
    return repr((end.getpeercert() or {})["subjectAltName"])


def _context_for(authority: Authority, names: list[x509.GeneralName]) -> ssl.SSLContext:
    """A server with a certificate that a thief of the authority's key has made."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.load_pem_x509_certificate(authority.certificate)
    start = datetime.fromtimestamp(NOW, UTC)
    certificate = (
        x509.CertificateBuilder(issuer.subject, x509.Name([]), key.public_key(), x509.random_serial_number())
        .not_valid_before(start - timedelta(hours=1))
        .not_valid_after(start + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    path = Path(f"/proc/self/fd/{_memory(certificate, key)}")
    context.load_cert_chain(path)
    return context


def _memory(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> int:
    import os

    descriptor = os.memfd_create("stolen")
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    os.write(descriptor, certificate.public_bytes(serialization.Encoding.PEM) + pem)
    return descriptor
