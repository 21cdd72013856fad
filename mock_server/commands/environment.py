"""The environment in which a command reaches the mock and trusts it; what its user had set stays in effect."""

import os
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from mock_server.commands.trust import STORE_PASSWORD, Bundles
from mock_server.proxy.entrance import AUTHORITY_VARIABLE, Entrance
from mock_server.proxy.upstream import PORTS, covers, proxy_url

HOOKS = Path(__file__).parent / "hooks"
BUNDLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PERL_LWP_SSL_CA_FILE")
ADDED_BUNDLES = ("NODE_EXTRA_CA_CERTS", "DENO_CERT")
HERE = ("localhost", "127.0.0.1", "::1")
JAVA_OPTIONS = "JAVA_TOOL_OPTIONS"
PHP_FOLDERS = "PHP_INI_SCAN_DIR"
WGET_SETTINGS = "SYSTEM_WGETRC"
TRUST_STORE = "javax.net.ssl.trustStore"


def environment(user: Mapping[str, str], entrance: Entrance, folder: Path) -> dict[str, str]:
    """The user's variables with those of the entrance; bundles of certificates are written to the folder."""
    bundles = Bundles(folder, entrance.authority)
    authority = folder / "trackflow-mock-ca.crt"
    authority.write_bytes(entrance.authority)
    return {
        **user,
        "TRACKFLOW_BASE_URL": entrance.base_url,
        "TRACKFLOW_API_KEY": entrance.key,
        "TRACKFLOW_ADMIN_URL": entrance.admin_url,
        **_hooks(user, entrance, authority),
        **_proxies(user, entrance),
        **{name: str(bundles.beside(user.get(name))) for name in BUNDLES},
        **{name: str(bundles.added(user.get(name))) for name in ADDED_BUNDLES},
        **_java(user, entrance, bundles),
        **_php(user, folder, bundles),
        **_wget(user, folder, bundles),
    }


def _hooks(user: Mapping[str, str], entrance: Entrance, authority: Path) -> dict[str, str]:
    address, port = entrance.secure
    return {
        "TRACKFLOW_INTERCEPT": f"{entrance.host}:{entrance.port} {address}:{port}",
        AUTHORITY_VARIABLE: str(authority),
        **({"TRACKFLOW_INTERCEPT_OFFLINE": "1"} if entrance.offline else {}),
        "PYTHONPATH": _joined(os.pathsep, str(HOOKS), user.get("PYTHONPATH")),
        "NODE_OPTIONS": _joined(" ", user.get("NODE_OPTIONS"), f"--require {_quoted(HOOKS / 'redirect.cjs')}"),
        "BUN_OPTIONS": _joined(" ", user.get("BUN_OPTIONS"), f'"--preload={HOOKS / "redirect.cjs"}"'),
        "RUBYLIB": _joined(os.pathsep, str(HOOKS), user.get("RUBYLIB")),
        "RUBYOPT": _joined(" ", user.get("RUBYOPT"), "-rtrackflow_redirect"),
    }


def _proxies(user: Mapping[str, str], entrance: Entrance) -> dict[str, str]:
    """Proxy variables, in both cases because clients differ in which they read.

    A proxy for plain HTTP is ours only where the user has one, or where other hosts are to be out of reach.
    """
    address, port = entrance.proxy
    proxy = f"http://{address}:{port}"
    names = ["https_proxy"]
    if entrance.offline or proxy_url(user, "http"):
        names.append("http_proxy")
    unproxied = ",".join(dict.fromkeys((*_unproxied(user, entrance.host), *HERE)))
    return {
        **{spelt: proxy for name in names for spelt in (name, name.upper())},
        "no_proxy": unproxied,
        "NO_PROXY": unproxied,
        "PERL_LWP_ENV_PROXY": "1",
    }


def _unproxied(user: Mapping[str, str], host: str) -> Iterator[str]:
    """What the user reaches without a proxy, less what would take the API's host with it."""
    if any(proxy_url(user, scheme) for scheme in PORTS):
        given = user.get("no_proxy") or user.get("NO_PROXY") or ""
        yield from (each for each in map(str.strip, given.split(",")) if each and not covers(each, host))


def _java(user: Mapping[str, str], entrance: Entrance, bundles: Bundles) -> dict[str, str]:
    """Options that every Java machine reads, where there is one."""
    if not (shutil.which("java", path=user.get("PATH")) or user.get("JAVA_HOME")):
        return {}
    theirs = user.get(JAVA_OPTIONS, "")
    address, port = entrance.proxy
    properties = {"https.proxyHost": address, "https.proxyPort": str(port)}
    if "-Dhttp.proxyHost" in theirs or entrance.offline:
        properties |= {"http.proxyHost": address, "http.proxyPort": str(port)}
    properties |= _java_trust(_properties(theirs), bundles)
    return {JAVA_OPTIONS: _joined(" ", theirs, *(f"-D{name}={_shielded(text)}" for name, text in properties.items()))}


def _java_trust(theirs: Mapping[str, str], bundles: Bundles) -> dict[str, str]:
    """The store that Java is to trust by: the user's own with the authority in it, or one of the system's roots."""
    if TRUST_STORE in theirs:
        password = theirs.get(f"{TRUST_STORE}Password", STORE_PASSWORD)
        store = bundles.java_store_beside(Path(theirs[TRUST_STORE]), password)
        return {TRUST_STORE: str(store)} if store else {}
    return {
        TRUST_STORE: str(bundles.java_store()),
        f"{TRUST_STORE}Type": "PKCS12",
        f"{TRUST_STORE}Password": STORE_PASSWORD,
    }


def _php(user: Mapping[str, str], folder: Path, bundles: Bundles) -> dict[str, str]:
    """One more folder of settings for PHP, whose curl trusts by no variable; an empty place means its own folder."""
    if not shutil.which("php", path=user.get("PATH")):
        return {}
    settings = folder / "php"
    settings.mkdir(exist_ok=True)
    bundle = bundles.beside(user.get("SSL_CERT_FILE"))
    (settings / "trackflow-mock.ini").write_text(f'curl.cainfo="{bundle}"\nopenssl.cafile="{bundle}"\n')
    return {PHP_FOLDERS: os.pathsep.join((user.get(PHP_FOLDERS, ""), str(settings)))}


def _wget(user: Mapping[str, str], folder: Path, bundles: Bundles) -> dict[str, str]:
    """The system's settings of wget, which trusts by no variable either, with the bundle; the user's own come later."""
    if not shutil.which("wget", path=user.get("PATH")):
        return {}
    theirs, ours = Path(user.get(WGET_SETTINGS, "/etc/wgetrc")), folder / "wgetrc"
    given = theirs.read_bytes() if theirs.is_file() else b""
    ours.write_bytes(given + f"\nca_certificate = {bundles.beside(user.get('SSL_CERT_FILE'))}\n".encode())
    return {WGET_SETTINGS: str(ours)}


def _properties(options: str) -> dict[str, str]:
    """The system properties among options of Java, which may stand in quotes."""
    try:
        words = shlex.split(options)
    except ValueError:  # a quote that nobody closes; Java will say so
        return {}
    given = (word.removeprefix("-D").partition("=") for word in words if word.startswith("-D") and "=" in word)
    return {name: text for name, _, text in given}


def _joined(separator: str, *parts: str | None) -> str:
    return separator.join(filter(None, parts))


def _quoted(path: Path) -> str:
    """As NODE_OPTIONS has it: in double quotes, backslashes doubled."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _shielded(text: str) -> str:
    return f"'{text}'" if " " in text else text
