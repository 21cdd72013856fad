"""Why nobody was reached, with what to do about it."""

from ssl import SSLCertVerificationError, SSLError

import pytest

from mock_server.sending.address import why_not_connected


def distrust(code: int, message: str) -> SSLCertVerificationError:
    error = SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:1006)")
    error.verify_code, error.verify_message = code, message
    return error


def alert(reason: str) -> SSLError:
    error = SSLError(1, f"[SSL: {reason}] {reason.lower()} (_ssl.c:1006)")
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (distrust(10, "certificate has expired"), "certificate has expired; make a new one"),
        (distrust(9, "certificate is not yet valid"), "not yet valid; see that the clocks of both machines are right"),
        (distrust(62, "Hostname mismatch, not valid for 'a'."), "not valid for 'a'; it is for other names, so use one"),
        (
            distrust(18, "self-signed certificate"),
            "self-signed certificate; set SSL_CERT_FILE to the certificate of who",
        ),
        (alert("TLSV1_ALERT_PROTOCOL_VERSION"), "ended the TLS handshake: it speaks another version of TLS"),
        (alert("TLSV13_ALERT_CERTIFICATE_REQUIRED"), "it wants a certificate of whoever calls"),
        (alert("SSLV3_ALERT_HANDSHAKE_FAILURE"), "ended the TLS handshake: handshake failure"),
        (SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), "does not speak TLS"),
        (ConnectionResetError(104, "Connection reset by peer"), "closed it in the middle of the TLS handshake"),
        (ConnectionRefusedError(111, "Connection refused"), "Connection refused"),
        (ConnectionAbortedError(), "the other side closed it in the middle of the TLS handshake"),
    ],
)
def test_a_failure_is_told_with_what_mends_it(error: OSError, told: str) -> None:
    assert told in why_not_connected(error, secure=True)
    assert "_ssl.c" not in why_not_connected(error, secure=True)
