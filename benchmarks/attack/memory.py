"""Memory by what is sent: headers by their number, tracking numbers by their length."""

from collections.abc import Callable

from benchmarks.attack.target import AttackedMock, attacked

KEY = "tf_test_enterprise_memory"
JOURNAL = 16  # megabytes that the journals may take
ROOM = 3.0  # times that, over what the mock takes when it is idle


def by_headers(requests: int = 1500, headers: int = 3000) -> tuple[float, float]:
    """MiB before, and after so many requests with so many empty headers each."""
    names = {f"a{number:x}": "" for number in range(headers)}
    return _grown(requests, lambda target, _: target.ask("GET", "/v2/carriers?search=x", {"X-API-Key": KEY, **names}))


def by_numbers(requests: int = 300, length: int = 900_000) -> tuple[float, float]:
    """MiB before, and after so many tracking numbers of such a length, each another, while a rule asks for carriers."""

    def one(target: AttackedMock, number: int) -> object:
        body = b'{"shipments":[{"tracking_number":"%s"}]}' % (b"%d" % number).ljust(length, b"7")
        headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
        return target.ask("POST", "/v2/track/batch", headers, body)

    return _grown(requests, one, rule=True)


def _grown(requests: int, one: Callable[[AttackedMock, int], object], *, rule: bool = False) -> tuple[float, float]:
    with attacked("--journal-megabytes", str(JOURNAL)) as target:
        target.ask("GET", "/v2/carriers", {"X-API-Key": KEY})
        if rule:
            body = b'{"fault":{"type":"error","code":"carrier_unavailable"},"match":{"carrier":"ups"}}'
            target.ask("POST", "/__admin/faults", {"Content-Type": "application/json"}, body)
        before = target.resident_bytes() / 2**20
        for number in range(requests):
            one(target, number)
        return before, target.resident_bytes() / 2**20
