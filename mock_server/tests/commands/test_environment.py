"""What a command finds in its environment, and that nothing of the user's is lost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mock_server.certificates.authority import Authority
from mock_server.commands.environment import HOOKS, environment
from mock_server.commands.trust import certificates, system_bundle
from mock_server.domain.clock import SystemClock
from mock_server.proxy.entrance import Entrance
from mock_server.proxy.upstream import Upstream, UserProxy, covers
from mock_server.tests.unchanged.tools import tool

AUTHORITY = Authority.create("api.trackflow.io", SystemClock().now()).certificate
PROXY = "http://127.0.0.1:4000"


def entrance(*, offline: bool = False) -> Entrance:
    return Entrance(
        base_url=PROXY,
        admin_url=f"{PROXY}/__admin",
        key="tf_test_growth_1",
        host="api.trackflow.io",
        port=443,
        proxy=("127.0.0.1", 4000),
        secure=("127.0.0.1", 4001),
        authority=AUTHORITY,
        offline=offline,
    )


def test_code_that_can_be_told_finds_the_mock(tmp_path: Path) -> None:
    found = environment({"HOME": "/home/me"}, entrance(), tmp_path)
    assert found["HOME"] == "/home/me"
    assert found["TRACKFLOW_BASE_URL"] == PROXY
    assert found["TRACKFLOW_API_KEY"] == "tf_test_growth_1"
    assert found["TRACKFLOW_ADMIN_URL"] == f"{PROXY}/__admin"
    assert found["HTTPS_PROXY"] == found["https_proxy"] == PROXY
    assert "http_proxy" not in found
    assert found["NO_PROXY"] == "localhost,127.0.0.1,::1"


def test_what_the_user_had_set_stays_in_effect(tmp_path: Path) -> None:
    mine = tmp_path / "mine.pem"
    mine.write_bytes(Authority.create("mine.example", SystemClock().now()).certificate)
    user = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": "/my/modules",
        "NODE_OPTIONS": "--max-old-space-size=512",
        "BUN_OPTIONS": "--smol",
        "RUBYLIB": "/my/ruby",
        "RUBYOPT": "-W0",
        "JAVA_TOOL_OPTIONS": "-Xmx100m",
        "JAVA_HOME": "/opt/java",
        "SSL_CERT_FILE": str(mine),
        "NODE_EXTRA_CA_CERTS": str(mine),
    }
    found = environment(user, entrance(), tmp_path)
    assert found["PYTHONPATH"].split(":") == [str(HOOKS), "/my/modules"]
    assert found["NODE_OPTIONS"].startswith("--max-old-space-size=512 --require ")
    assert found["BUN_OPTIONS"].startswith('--smol "--preload=/')
    assert found["RUBYLIB"].endswith(":/my/ruby")
    assert found["RUBYOPT"].startswith("-W0 ")
    assert found["JAVA_TOOL_OPTIONS"].startswith("-Xmx100m -Dhttps.proxyHost=127.0.0.1 ")
    for name in ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"):
        assert Path(found[name]).read_bytes() == mine.read_bytes() + AUTHORITY
    assert Path(found["REQUESTS_CA_BUNDLE"]).read_bytes() == certificates(system_bundle()) + AUTHORITY


@pytest.mark.parametrize(("before", "after"), [({}, ":"), ({"PHP_INI_SCAN_DIR": "/my/ini"}, "/my/ini:")])
def test_php_reads_its_own_settings_and_then_ours(before: dict[str, str], after: str, tmp_path: Path) -> None:
    (tmp_path / "php").touch(mode=0o700)
    (tmp_path / "run").mkdir()
    found = environment({"PATH": str(tmp_path), **before}, entrance(), tmp_path / "run")
    assert found["PHP_INI_SCAN_DIR"] == f"{after}{tmp_path}/run/php"
    assert f'curl.cainfo="{found["SSL_CERT_FILE"]}"' in (tmp_path / "run/php/trackflow-mock.ini").read_text()


def test_wget_has_the_system_s_settings_and_then_ours(tmp_path: Path) -> None:
    (tmp_path / "wget").touch(mode=0o700)
    (tmp_path / "mine").write_text("tries = 3")
    found = environment({"PATH": str(tmp_path), "SYSTEM_WGETRC": str(tmp_path / "mine")}, entrance(), tmp_path)
    settings = Path(found["SYSTEM_WGETRC"]).read_text()
    assert settings == f"tries = 3\nca_certificate = {found['SSL_CERT_FILE']}\n"


def test_no_private_key_is_written(tmp_path: Path) -> None:
    environment({"JAVA_HOME": "/opt/java"}, entrance(), tmp_path)
    assert all(b"PRIVATE" not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_a_proxy_for_plain_http_is_ours_where_the_user_has_one_or_nothing_else_is_to_be_reached(tmp_path: Path) -> None:
    for name, offline in (("http_proxy", False), ("ALL_PROXY", False), ("UNRELATED", True)):
        found = environment({name: "http://corporate:3128"}, entrance(offline=offline), tmp_path)
        assert found["http_proxy"] == found["HTTP_PROXY"] == PROXY
        assert ("TRACKFLOW_INTERCEPT_OFFLINE" in found) == offline


def test_hosts_that_need_no_proxy_need_none_still_unless_that_takes_the_api_with_them(tmp_path: Path) -> None:
    for name in ("HTTPS_PROXY", "all_proxy"):
        user = {name: "http://corporate:3128", "NO_PROXY": "db,.trackflow.io, 10.0.0.0/8 ,*.local"}
        assert environment(user, entrance(), tmp_path)["NO_PROXY"] == "db,10.0.0.0/8,*.local,localhost,127.0.0.1,::1"


@pytest.mark.parametrize(
    "entry", ["*", "io", ".io", "trackflow.io", "*.trackflow.io", "api.trackflow.io", "API.TrackFlow.io:443"]
)
def test_an_entry_of_no_proxy_may_mean_the_host(entry: str) -> None:
    assert covers(entry, "api.trackflow.io")


@pytest.mark.parametrize(
    "entry", ["trackflow.com", "pi.trackflow.io", "api.trackflow", "localhost", "::1", "10.0.0.0/8"]
)
def test_an_entry_of_no_proxy_may_mean_another(entry: str) -> None:
    assert not covers(entry, "api.trackflow.io")


def test_the_users_own_proxy_is_gone_through() -> None:
    user = {"https_proxy": "http://me:s%40cret@corporate:3128", "HTTP_PROXY": "corporate", "no_proxy": "db,.local"}
    upstream = Upstream.of(user)
    assert upstream.proxy("https", "example.com") == UserProxy("corporate", 3128, secure=False, credentials="me:s@cret")
    assert upstream.proxy("http", "example.com") == UserProxy("corporate", 80, secure=False, credentials=None)
    assert upstream.proxy("https", "x.local") is None
    assert upstream.proxy("https", "db") is None
    general = Upstream.of({"ALL_PROXY": "http://general:8", "https_proxy": "corporate:3128"})
    assert [(general.proxy(scheme, "db") or UserProxy.parse("none")).host for scheme in ("http", "https")] == [
        "general",
        "corporate",
    ]
    with pytest.raises(ValueError, match=r"socks5://.* cannot be gone through"):
        Upstream.of({"HTTPS_PROXY": "socks5://corporate"})


def test_the_users_own_sitecustomize_runs_too_and_the_hook_leaves_no_trace_on_the_path(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import builtins\nbuiltins.mine = True\n")
    user = {**os.environ, "PYTHONPATH": str(tmp_path)}
    program = (
        "import sys, sitecustomize; print(mine, sitecustomize.__file__); print([p for p in sys.path if 'hooks' in p])"
    )
    for variables, first in (
        (environment(user, entrance(), tmp_path), f"True {tmp_path}/sitecustomize.py"),
        ({**environment(user, entrance(), tmp_path), "PYTHONPATH": str(HOOKS)}, None),
    ):
        code = program if first else program.replace("mine, ", "")
        done = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=True)
        lines = done.stdout.splitlines()
        assert lines[-1] == "[]"
        assert first is None or lines[0] == first


def test_under_offline_python_reaches_this_machine_only(tmp_path: Path) -> None:
    program = "import socket; s = socket.socket(); s.settimeout(5); s.connect(('192.0.2.1', 80))"
    variables = environment(os.environ, entrance(offline=True), tmp_path)
    done = subprocess.run([sys.executable, "-c", program], env=variables, capture_output=True, text=True, check=False)
    assert (
        "ConnectionRefusedError: 192.0.2.1:80 is another host, and trackflow-mock run was told --offline" in done.stderr
    )


def test_a_java_store_of_the_users_own_is_copied_and_trusts_the_authority_too(tmp_path: Path) -> None:
    keytool = tool("keytool")
    mine, store = tmp_path / "mine.pem", tmp_path / "mine.p12"
    mine.write_bytes(Authority.create("mine.example", SystemClock().now()).certificate)
    line = [keytool, "-importcert", "-noprompt", "-alias", "mine", "-file", str(mine), "-keystore", str(store)]
    subprocess.run([*line, "-storepass", "secret1"], check=True, capture_output=True)
    options = f"-Djavax.net.ssl.trustStore='{store}' -Djavax.net.ssl.trustStorePassword=secret1"
    user = {"PATH": os.environ["PATH"], "JAVA_HOME": "/opt/java", "JAVA_TOOL_OPTIONS": options}
    found = environment(user, entrance(), tmp_path)["JAVA_TOOL_OPTIONS"]
    assert found.startswith(f"{options} -D")
    copy = found.rpartition("-Djavax.net.ssl.trustStore=")[2]
    listed = subprocess.run(
        [keytool, "-list", "-keystore", copy, "-storepass", "secret1"], check=True, capture_output=True, text=True
    )
    assert "mine, " in listed.stdout
    assert "trackflow-mock, " in listed.stdout
