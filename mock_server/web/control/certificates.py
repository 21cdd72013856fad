"""`/certs`: the certificate that clients are to trust; its key is nowhere here."""

from http import HTTPStatus

from mock_server.certificates.authority import CertificateError
from mock_server.certificates.store import CERTIFICATE_FILE
from mock_server.certificates.telling import CERTIFICATE_TYPE
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall
from mock_server.web.control.route import ControlRoute
from mock_server.web.problems import Problem


def show_certificate(call: ControlCall) -> Reply:
    made = call.plane.certificate
    if made is None:
        raise Problem(
            HTTPStatus.NOT_FOUND,
            "this mock has no local authority: its certificate, if it has one, was given with --tls-cert",
        )
    try:
        certificate = made()
    except CertificateError as error:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from None
    return Reply(HTTPStatus.OK, certificate, {"Content-Type": CERTIFICATE_TYPE})


ROUTES = (ControlRoute("GET", f"/certs/{CERTIFICATE_FILE}", show_certificate),)
