"""Ways in that the settings ask for and that cannot be."""

import socket
import sys

import pytest
import requests

from mock_server.certificates.authority import CertificateError
from mock_server.server.listening import ListenError
from mock_server.settings import SettingError
from mock_server.tests.cli.doorways import TRACK, Serve, connect


@pytest.mark.parametrize(
    ("settings", "name", "told"),
    [
        ({"tls_cert": "x"}, "tls_cert", "give --https-port as well"),
        ({"port": 8443, "https_port": 8443}, "https_port", "8443 is --port already"),
        ({"https_port": 0, "tls_key": "x"}, "tls_key", "give its certificate"),
        ({"cors": ("app.example",)}, "cors", "is no origin"),
        ({"cors": ("https://app.example/",)}, "cors", "is no origin"),
        (
            {"host": "0.0.0.0", "admin_token": "t" * 20, "proxy_others": True},
            "proxy_others",
            "off loopback this is no proxy",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_told(
    serve: Serve, settings: dict[str, object], name: str, told: str
) -> None:
    with pytest.raises(SettingError, match=told) as raised:
        serve(**settings)
    assert raised.value.name == name


def test_a_certificate_that_is_not_there_is_told_before_anything_is_served(serve: Serve) -> None:
    with pytest.raises(CertificateError, match=r"absent\.pem: No such file"):
        serve(https_port=0, tls_cert="absent.pem")


def test_a_port_in_use_is_told_by_the_option_that_chose_it(serve: Serve) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ListenError, match="in use by another program; stop it, choose another --https-port"):
            serve(https_port=taken.getsockname()[1])


def test_without_cryptography_plain_http_is_served_and_the_rest_says_what_to_install(
    serve: Serve, session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    told = r"pip install 'trackflow-mock\[tls\]'"
    with pytest.raises(CertificateError, match=told):
        serve(https_port=0)
    served = serve()
    assert session.get(served.url + TRACK, timeout=20).ok
    client, head = connect(served, "api.trackflow.io:443")
    with client:
        assert head.startswith("HTTP/1.1 502 ")
        assert b"trackflow-mock[tls]" in client.recv(1000)
    unmade = session.get(f"{served.url}/__admin/certs/trackflow-mock-ca.crt", timeout=20)
    assert unmade.status_code == 503
    assert "trackflow-mock[tls]" in unmade.json()["detail"]
