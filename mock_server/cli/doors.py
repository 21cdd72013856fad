"""By which ways `serve` is entered: plain HTTP, HTTPS, as a proxy on loopback, from scripts of other sites."""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mock_server.cli.folders import data_folder
from mock_server.domain.loopback import is_loopback
from mock_server.proxy.proxy import Proxy
from mock_server.proxy.upstream import Upstream
from mock_server.proxy.wired import site_of
from mock_server.server.options import Options
from mock_server.server.shared import Application
from mock_server.server.tls import Secure
from mock_server.settings import SettingError, Settings
from mock_server.web.cors import ANY, Cors
from mock_server.web.front import Front
from mock_server.web.mock import Mock

if TYPE_CHECKING:
    from mock_server.certificates.authority import Authority
    from mock_server.certificates.telling import HandshakeLog
    from mock_server.sharing.joining import Share

ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(?:\[[0-9a-f:.]+\]|[^/?#@:]+)(?::\d+)?")
UNNAMED = "HTTPS is for %s and this machine; other machines need --tls-cert with a certificate for the name they use"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Served:
    """What the server is to answer with, and how."""

    answer: Application
    options: Options


def doors(mock: Mock, front: Front, user: Mapping[str, str], share: "Share | None" = None) -> Served:
    """The ways in that the settings ask for; SettingError or CertificateError says which cannot be.

    `share` is this process's part in a mock of several.
    """
    settings = mock.worlds.foundation.settings
    document = mock.pipeline.specification.document
    site = site_of(document)
    here = is_loopback(settings.host)
    _check(settings, here=here)

    @cache
    def authority() -> "Authority":
        from mock_server.certificates.store import kept_authority
        from mock_server.domain.clock import SystemClock

        return kept_authority(data_folder(user), site.host, SystemClock().now())

    @cache
    def log() -> "HandshakeLog":
        from mock_server.certificates.store import certificate_path
        from mock_server.certificates.telling import HandshakeLog

        own = certificate_path(data_folder(user), site.host)
        return HandshakeLog(own if settings.tls_cert is None else "its issuer's certificate")

    def secure(port: int = 0) -> Secure:
        return _secure(settings, authority, log(), port)

    if settings.tls_cert is None:
        mock.certificate = lambda: authority().certificate
    options = front.options()
    if settings.https_port is not None:
        options = replace(options, secure=secure(settings.https_port))
        if settings.tls_cert is None and not here:
            logger.warning(UNNAMED, site.host)
    answer: Application = front.answer
    if settings.cors:
        methods = {each.method for each in mock.pipeline.specification.operations.values()}
        answer = Cors(answer, settings.cors, sorted(methods))
    if share is not None:
        router = share.router(front, answer)
        options = replace(share.options(options), on_serving=(router.serving,), on_stopped=(router.close, share.close))
        own, answer = (answer if settings.cors else mock.answer), router.answer
    if here:
        others = _upstream(user, settings) if settings.proxy_others else None
        refusal = (
            f"This mock stands in for {site} alone: name other hosts in NO_PROXY, or start it with --proxy-others."
        )
        answer = Proxy(answer, site, cache(secure), others, refusal).answer
    return Served(share.entrance(own, answer) if share else answer, options)


def _check(settings: Settings, *, here: bool) -> None:
    for name in ("tls_cert", "tls_key"):
        if getattr(settings, name) is not None and settings.https_port is None:
            raise SettingError(name, "it is for HTTPS; give --https-port as well, 0 for any that is free")
    if settings.https_port and settings.https_port == settings.port:
        raise SettingError("https_port", f"{settings.port} is --port already; choose another, 0 for any that is free")
    if settings.tls_key is not None and settings.tls_cert is None:
        raise SettingError("tls_key", "a key alone is of no use; give its certificate with --tls-cert")
    for origin in settings.cors:
        if origin != ANY and not ORIGIN.fullmatch(origin):
            raise SettingError("cors", f"{origin!r} is no origin; one is like https://app.example:3000, or * for any")
    if settings.proxy_others and not here:
        raise SettingError("proxy_others", f"{settings.host} is not loopback, and off loopback this is no proxy")


def _secure(settings: Settings, authority: "Callable[[], Authority]", log: "HandshakeLog", port: int) -> Secure:
    from mock_server.certificates.serving import context_of, context_of_files
    from mock_server.domain.clock import SystemClock

    if settings.tls_cert is not None:
        key = Path(settings.tls_key) if settings.tls_key else None
        return Secure(context_of_files(Path(settings.tls_cert), key), port, log)
    return Secure(context_of(authority(), SystemClock().now, log.unknown), port, log)


def _upstream(user: Mapping[str, str], settings: Settings) -> Upstream:
    """The user's own proxies, but for this mock, which is perhaps set there already."""
    found = Upstream.of(user)
    return replace(
        found,
        proxies={
            scheme: proxy
            for scheme, proxy in found.proxies.items()
            if not (is_loopback(proxy.host) and proxy.port == settings.port)
        },
    )
