"""`/certs`: the certificate that clients are to trust; its key is nowhere here."""

from http import HTTPStatus

from mock_server.certificates.store import CERTIFICATE_FILE
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall, Route
from mock_server.web.problems import Problem

MEDIA_TYPE = "application/x-x509-ca-cert"


def show_certificate(call: ControlCall) -> Reply:
    made = call.plane.certificate
    if made is None:
        raise Problem(
            HTTPStatus.NOT_FOUND,
            "this mock has no local authority: its certificate, if it has one, was given with --tls-cert",
        )
    return Reply(HTTPStatus.OK, made(), {"Content-Type": MEDIA_TYPE})


ROUTES = (Route("GET", f"/certs/{CERTIFICATE_FILE}", show_certificate),)
