"""`trackflow-mock ca`: the local authority, and how clients are told of it."""

import os

import click

from mock_server.cli.exits import Unusable
from mock_server.cli.folders import data_folder


@click.command()
@click.option("--pem", is_flag=True, help="Print the certificate itself.")
def ca(*, pem: bool) -> None:
    """Print where the certificate is that clients of --https-port and of the proxy are to trust, and how.

    \b
    Examples:
      trackflow-mock ca
      trackflow-mock ca --pem > trackflow-mock-ca.crt
      curl --cacert "$(trackflow-mock ca | head -1)" https://localhost:8443/v2/carriers

    It is made on first use. Its private key stays on this machine, readable by you alone, and can vouch for
    api.trackflow.io, localhost and loopback addresses only. `trackflow-mock run` needs none of this.
    """
    from contract_tests.contract.loading import load
    from mock_server.certificates.authority import CertificateError
    from mock_server.certificates.store import certificate_path, kept_authority
    from mock_server.certificates.telling import table
    from mock_server.domain.clock import SystemClock
    from mock_server.proxy.wired import site_of

    host = site_of(load()).host
    folder = data_folder(os.environ)
    try:
        authority = kept_authority(folder, host, SystemClock().now())
    except CertificateError as error:
        raise Unusable(str(error)) from None
    if pem:
        print(authority.certificate.decode(), end="")
        return
    path = certificate_path(folder, host)
    print(path)
    print()
    print(table(path))
