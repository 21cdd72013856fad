"""Processor time by size: what a request of four times the size costs, for every door that takes some.

A cost that grows faster than its input lets one client stop all the others. So every shape of input is sent in two
sizes, and what the server spends on a byte of the larger one must not be much more than on a byte of the smaller one.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks.attack.target import AttackedMock

KEY = "tf_test_enterprise_growth"
TIMES = 4
BAR = 2.0  # times the cost of a byte; sorting and what the processor's caches do stay below
SPENT = 0.1  # seconds of the server's processor time to be measured; the kernel counts in hundredths
MOST = 200  # requests of one size
NUMBER = "1Z204E380338943508"


Request = tuple[str, Mapping[str, str], bytes]
"""Target, headers and body."""


@dataclass(frozen=True, slots=True)
class Door:
    """One shape of request; `made` is its target, headers and body in about so many bytes."""

    name: str
    made: Callable[[int], tuple[str, Mapping[str, str], bytes]]
    method: str = "POST"
    size: int = 40_000


@dataclass(frozen=True, slots=True)
class Growth:
    """What a byte costs in two sizes, in microseconds of the server's processor time."""

    door: str
    sizes: tuple[int, int]
    milliseconds: tuple[float, float]
    statuses: tuple[int, int]

    @property
    def factor(self) -> float:
        """How many times as much a byte of the larger request costs."""
        small, large = (spent / size for spent, size in zip(self.milliseconds, self.sizes, strict=True))
        return large / small if small else 1.0

    @property
    def met(self) -> bool:
        # What costs less than a millisecond stops nobody, and is too little to tell the shape of.
        return self.factor <= BAR or self.milliseconds[1] < 1.0

    def __str__(self) -> str:
        small, large = self.milliseconds
        return (
            f"{self.door:46} {self.sizes[0]:>8,} B {small:9.2f} ms   {self.sizes[1]:>8,} B {large:9.2f} ms   "
            f"x{self.factor:5.2f} a byte  {self.statuses[1]}  {'' if self.met else 'MISSED'}"
        )


def _body(path: str, content: Callable[[int], bytes]) -> Callable[[int], tuple[str, Mapping[str, str], bytes]]:
    return lambda size: (path, {"Content-Type": "application/json"}, content(size))


def _listed(item: str, size: int, around: str = "[{}]") -> bytes:
    """So many bytes of one JSON item after the other; `#` in it counts."""
    items: list[str] = []
    length = 0
    while length < size:
        items.append(item.replace("#", str(len(items))))
        length += len(items[-1]) + 1
    return around.replace("{}", ",".join(items)).encode()


VALUES: Mapping[str, Callable[[int], bytes]] = {
    "one name, again and again": partial(_listed, '"a":1', around='{"a":1,{}}'),
    "names, each twice, far apart": lambda size: (
        _listed('"n#":1', size // 2, "{{},") + _listed('"n#":1', size // 2, "{}}")
    ),
    "other names": partial(_listed, '"n#":1', around="{{}}"),
    "names that all hash alike in a poor table": partial(_listed, '"\\u0000#":1', around="{{}}"),
    "objects": partial(_listed, "{}", around="[{},{},{}]".replace("{},{},", "")),
    "equal numbers": partial(_listed, "1"),
    "numbers": partial(_listed, "#.5"),
    "strings": partial(_listed, '"s#"'),
    "small objects": partial(_listed, '{"n":#}'),
    "arrays in arrays": partial(_listed, "[[[[#]]]]"),
    "one long string": lambda size: b'"' + b"a" * size + b'"',
    "one string of escapes": lambda size: b'"' + b"\\u00e9" * (size // 6) + b'"',
    "one string of brackets": lambda size: b'"' + b"[{" * (size // 2) + b'"',
    "one string of spaces": lambda size: b'"' + b" " * size + b'"',
    "one string of stars": lambda size: b'"' + b"*a" * (size // 2) + b'"',
    "one long number": lambda size: b"1" * size,
    "one long fraction": lambda size: b"1." + b"1" * size,
    "one long exponent": lambda size: b"1e" + b"1" * size,
    "long numbers": partial(_listed, "9" * 4000),
    "open brackets": lambda size: b"[" * size,
    "objects in objects": lambda size: b'{"a":' * (size // 5),
    "white space": lambda size: b" " * size + b"1",
    "commas": lambda size: b"[" + b"," * size + b"]",
}

API = "/v2/track/batch", "/v2/webhooks"
CONTROL = (
    "/__admin/clock",
    "/__admin/faults",
    "/__admin/scenario",
    f"/__admin/shipments/{NUMBER}",
    f"/__admin/shipments/{NUMBER}/events",
    "/__admin/requests/find",
    "/__admin/states",
    "/__admin/webhooks/trigger",
    "/__admin/keys",
    "/__admin/snapshot",
)
MEMBERS: Mapping[str, Sequence[str]] = {
    "/v2/track/batch": ('{"shipments":@}', '{"shipments":[{"tracking_number":@}]}', '{"shipments":[{"carrier":@}]}'),
    "/v2/webhooks": (
        '{"tracking_number":"1Z204E380338943508","url":"https://example.com/","events":@}',
        '{"tracking_number":@,"url":"https://example.com/","events":["all"]}',
        '{"tracking_number":"1Z204E380338943508","url":@,"events":["all"]}',
    ),
    "/__admin/faults": (
        '{"fault":@}',
        '{"fault":{"type":@}}',
        '{"fault":{"type":"error","code":@}}',
        '{"fault":{"type":"missing_field","pointer":@}}',
        '{"fault":{"type":"wrong_value","pointer":"/status","value":@}}',
        '{"match":@,"fault":{"type":"malformed_json"}}',
        '{"match":{"header":@},"fault":{"type":"malformed_json"}}',
    ),
    "/__admin/scenario": (
        '{"name":@}',
        '{"document":@}',
        '{"document":{"shipments":@}}',
        '{"document":{"faults":@}}',
        '{"document":{"webhooks":@}}',
        '{"document":{"plans":@}}',
    ),
    f"/__admin/shipments/{NUMBER}": ('{"events":@}', '{"status":@}', '{"destination":@}', '{"estimated_delivery":@}'),
    f"/__admin/shipments/{NUMBER}/events": ('{"type":@}', '{"location":@,"type":"exception"}', '{"timestamp":@}'),
    "/__admin/requests/find": (
        '{"match":@}',
        '{"match":{"body":@}}',
        '{"match":{"status":@}}',
        '{"match":{"header":@}}',
    ),
    "/__admin/states": ('{"state":@}', '{"state":"time passes","params":@}'),
    "/__admin/webhooks/trigger": ('{"number":@,"event":"delivered"}', '{"number":"1Z204E380338943508","event":@}'),
    "/__admin/snapshot": ('{"sandboxes":@}', '{"keys":@}', '{"version":@}'),
}
PUT = {"/__admin/clock", "/__admin/scenario", f"/__admin/shipments/{NUMBER}", "/__admin/snapshot"}


def doors() -> Iterator[Door]:
    """Every door with every shape that it may be given."""
    for path in (*API, *CONTROL):
        method = "PUT" if path in PUT else "POST"
        for frame in ("@", *MEMBERS.get(path, ())):
            for name, content in VALUES.items():
                told = "" if frame == "@" else f" in {frame[-34:]}"
                yield Door(f"{method} {path}: {name}{told}", _body(path, partial(_framed, frame, content)), method)
    yield from _targets()
    yield from _heads()


def _framed(frame: str, content: Callable[[int], bytes], size: int) -> bytes:
    return frame.encode().replace(b"@", content(size))


def _asked(target: Callable[[int], str], size: int) -> Request:
    return target(size), {}, b""


def _headed(path: str, headers: Callable[[int], Mapping[str, str]], size: int) -> Request:
    return path, headers(size), b""


def _targets() -> Iterator[Door]:
    paths: Mapping[str, Callable[[int], str]] = {
        "a long number": lambda size: f"/v2/track/{'1' * size}",
        "a number of spaces": lambda size: f"/v2/track/{'%20' * (size // 3)}",
        "a number of dashes": lambda size: f"/v2/track/1{'-' * size}1",
        "a number of wide letters": lambda size: f"/v2/track/{'%EF%BC%A1' * (size // 9)}",
        "slashes": lambda size: f"/v2{'/' * size}",
        "segments": lambda size: f"/v2/track{'/a' * (size // 2)}",
        "dots": lambda size: f"/v2{'/..' * (size // 3)}",
        "unknown path": lambda size: f"/{'trackk' * (size // 6)}",
        "control path": lambda size: f"/__admin/{'a/' * (size // 2)}",
        "control number": lambda size: f"/__admin/shipments/{'1' * size}",
        "a webhook's id": lambda size: f"/v2/webhooks/{'w' * size}",
        "a carrier": lambda size: f"/v2/track/{NUMBER}?carrier={'u' * size}",
        "parameters": lambda size: f"/v2/track/{NUMBER}?{'a=1&' * (size // 4)}",
        "one parameter, again and again": lambda size: f"/v2/track/{NUMBER}?{'carrier=ups&' * (size // 12)}",
        "ampersands": lambda size: f"/v2/track/{NUMBER}?{'&' * size}",
        "percent signs": lambda size: f"/v2/track/{NUMBER}?lang={'%' * size}",
        "control parameters": lambda size: f"/__admin/requests?{'a=1&' * (size // 4)}",
        "a control key": lambda size: f"/__admin/requests?key={'k' * size}",
        "a control limit": lambda size: f"/__admin/requests?limit={'9' * size}",
    }
    for name, made in paths.items():
        yield Door(f"GET: {name}", partial(_asked, made), "GET", 3_800)


def _heads() -> Iterator[Door]:
    heads: Mapping[str, Callable[[int], Mapping[str, str]]] = {
        "Prefer, many": lambda size: {"Prefer": "delay=0," * (size // 8)},
        "Prefer, quoted": lambda size: {"Prefer": 'example="' + '\\"' * (size // 2) + '"'},
        "Prefer, semicolons": lambda size: {"Prefer": "code=503" + ";" * size},
        "Prefer, spaces": lambda size: {"Prefer": "code=503" + " " * size + "x"},
        "a long key": lambda size: {"X-API-Key": "tf_test_free_" + "a" * size},
        "Accept": lambda size: {"Accept": "a/b;q=0.1," * (size // 10)},
        "Content-Type": lambda size: {"Content-Type": "application/json" + ";a=b" * (size // 4)},
        "Cookie": lambda size: {"Cookie": "a=b;" * (size // 4)},
        "headers": lambda size: {f"X-{number}": "" for number in range(size // 8)},
        "Accept-Language": lambda size: {"Accept-Language": "de-de-de," * (size // 9)},
        "Expect": lambda size: {"Expect": "1" * size},
        "Connection": lambda size: {"Connection": "a," * (size // 2)},
        "Authorization": lambda size: {"Authorization": "Bearer " + "a" * size},
        "Forwarded": lambda size: {"Forwarded": "for=a;" * (size // 6)},
        "Range": lambda size: {"Range": "bytes=" + "0-1," * (size // 4)},
    }
    for path in (f"/v2/track/{NUMBER}", "/__admin/health"):
        for name, made in heads.items():
            yield Door(f"GET {path}: {name}", partial(_headed, path, made), "GET", 6_000)


def growth(target: AttackedMock, door: Door) -> Growth:
    """What the door costs in both sizes, where the larger one is as much as the mock takes."""
    sizes, spent, statuses = [], [], []
    for size in (door.size, TIMES * door.size):
        path, headers, body = door.made(size)
        given = {"X-API-Key": KEY, **headers}
        status, milliseconds = target.cost(door.method, path, given, body, seconds=SPENT, most=MOST)
        sizes.append(len(path) + len(json.dumps(dict(headers))) + len(body))
        spent.append(milliseconds)
        statuses.append(status)
    return Growth(door.name, (sizes[0], sizes[1]), (spent[0], spent[1]), (statuses[0], statuses[1]))
