"""The load: wrk with load.lua, and the tracking numbers it asks for."""

import json
import signal
import subprocess
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("load.lua")
KEY = "tf_live_enterprise_bench"  # the unlimited plan: any other would measure how fast 429 is said
TIMEOUT_SECONDS = 10
LONGEST_COUNT_SECONDS = 300


class InvalidRunError(Exception):
    """A run with an error in it, which gives no figure."""


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw: latencies in microseconds, bytes with headers, every request answered with a 2xx or 3xx."""

    requests: int
    seconds: float
    bytes: int
    p50_us: float
    p99_us: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def tracking_numbers(amount: int) -> list[str]:
    """UPS Ground numbers with their check digit, different and in no order that a cache would like."""
    serials = (f"204E3803{turn * 7919 % 10**7:07}" for turn in count(1))
    return [f"1Z{serial}{_check_digit(serial)}" for serial in islice(serials, amount)]


def _check_digit(serial: str) -> int:
    # UPS: letters count as (ASCII - 3) mod 10, every second character doubles, the sum is filled up to a ten.
    values = [int(each) if each.isdigit() else (ord(each) - 3) % 10 for each in serial]
    return -sum(value * (1 + index % 2) for index, value in enumerate(values)) % 10


@dataclass(frozen=True, slots=True)
class Wrk:
    """Drives a server on loopback over the paths of a file; raises InvalidRunError unless every answer was right."""

    executable: str
    paths: Path
    key: str = KEY

    def for_seconds(self, port: int, seconds: float, connections: int) -> Load:
        """Load for so many seconds; wrk counts in whole ones."""
        return self.ended(self.begun(port, seconds, connections), seconds)

    def begun(self, port: int, seconds: float, connections: int) -> "subprocess.Popen[str]":
        """The same load, under way."""
        command = self._command(port, round(seconds), connections)
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def ended(self, load: "subprocess.Popen[str]", seconds: float) -> Load:
        """What came of a load that was begun for so many seconds."""
        return _read(load.communicate(timeout=seconds + 30)[0])

    def for_answers(self, port: int, answers: int, connections: int) -> Load:
        """Load until so many answers have come, give or take those on their way."""
        command = [*self._command(port, LONGEST_COUNT_SECONDS, connections), str(answers)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            lines = []
            for line in process.stdout or ():
                lines.append(line)
                if line == "ENOUGH\n":
                    process.send_signal(signal.SIGINT)
        load = _read("".join(lines))
        if load.requests < answers:
            raise InvalidRunError(f"{load.requests} of {answers} answers came within {LONGEST_COUNT_SECONDS} s")
        return load

    def _command(self, port: int, seconds: int, connections: int) -> list[str]:
        options = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", f"{TIMEOUT_SECONDS}s"]
        target = f"http://127.0.0.1:{port}"
        return [
            self.executable,
            *options,
            "-s",
            str(SCRIPT),
            "-H",
            f"X-API-Key: {self.key}",
            target,
            "--",
            str(self.paths),
        ]


def _read(output: str) -> Load:
    line = next((line for line in output.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        raise InvalidRunError(f"wrk gave no result: {output.strip()[-500:]}")
    result: dict[str, Any] = json.loads(line.removeprefix("RESULT "))
    errors = {kind: amount for kind, amount in result.pop("errors").items() if amount}
    if errors or not result["requests"]:
        told = ", ".join(f"{amount} {kind} errors" for kind, amount in errors.items())
        raise InvalidRunError(f"{told or 'no answers'} in {result['requests']} answers")
    return Load(**result)
