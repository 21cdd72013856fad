"""The sender's connections over TLS: whose certificate it takes."""

import asyncio
import ssl
import subprocess
from contextlib import suppress
from pathlib import Path
from shutil import which

import pytest

from mock_server.sending.address import ReceiverAnswer
from mock_server.sending.allowed import AllowedHosts
from mock_server.sending.sender import Sender
from mock_server.tests.sending.one_receiver import OK, read_request, run


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that only who is told of it trusts, and its key, in one file."""
    openssl = which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *files, *names]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    both = folder / "both.pem"
    both.write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return both


def posted_securely(certificate: Path) -> ReceiverAnswer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await read_request(reader)
            writer.write(OK)
        writer.close()

    async def main() -> ReceiverAnswer:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await Sender(AllowedHosts(), 20).post(f"https://localhost:{port}/", {}, b"")

    return run(main())


def test_a_certificate_nobody_vouches_for_is_not_trusted(certificate: Path) -> None:
    assert "certificate is not to be trusted" in (posted_securely(certificate).problem or "")


def test_a_certificate_of_a_trusted_authority_is_right_for_the_name_in_the_url(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert posted_securely(certificate).status == 200
