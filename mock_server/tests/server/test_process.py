import signal
import subprocess
import sys

import pytest

from mock_server.tests.server.raw_client import GET, RawClient, ask

PROGRAM = """
from mock_server.tests.server.raw_client import hello
from mock_server.server.serving import serve

serve(hello, {host!r}, 0, on_ready=lambda url: print(url, flush=True))
print("ended well")
"""


def started(host: str = "127.0.0.1") -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", PROGRAM.format(host=host)], stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_once_it_says_so_and_a_signal_ends_it_well(number: signal.Signals) -> None:
    with started() as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with RawClient(url) as client:
            client.send(GET)
            assert client.answer().body == b"hello"
            process.send_signal(number)
            assert client.rest() == b""
        assert process.stdout.read() == "ended well\n"
        assert process.wait(20) == 0


def test_it_raises_its_limit_of_open_files() -> None:
    resource = pytest.importorskip("resource", reason="this system has no such limit")
    limits = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (256, resource.getrlimit(7)[1]))"
    program = f"{limits}\n{PROGRAM.format(host='127.0.0.1')}\nprint(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read().split()[-1] == str(resource.getrlimit(resource.RLIMIT_NOFILE)[1])


def test_a_second_signal_ends_the_draining() -> None:
    program = PROGRAM.format(host="127.0.0.1").replace("on_ready", "options=Options(drain_seconds=3600), on_ready")
    program = f"from mock_server.server.options import Options\n{program}"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        process.send_signal(signal.SIGTERM)
        while ask(url, GET).headers.get("connection") != "close":  # the signal comes when it comes
            pass
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == "ended well\n"
