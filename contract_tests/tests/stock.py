"""The same broken servers before a stock `schemathesis run`, for comparison."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from contract_tests.contract.document import load
from contract_tests.tests.servers import running

COVERAGE = "examples,coverage"  # where nearly all of stock's findings come from, at an eighth of the requests
EVERYTHING = "examples,coverage,fuzzing,stateful"


@dataclass(frozen=True, slots=True)
class StockRun:
    """What stock reported: each failure as operation and code, how many cases it generated, and its seconds."""

    failures: frozenset[tuple[str, str]]
    cases: int
    seconds: float


def stock(mutant: str | None, phases: str = COVERAGE) -> StockRun:
    """A run with the command line's defaults, an unlimited key and one seed."""
    with tempfile.TemporaryDirectory() as folder, running(mutant) as target:
        contract, report = Path(folder) / "openapi.json", Path(folder) / "report.json"
        contract.write_text(json.dumps(load().document), encoding="utf-8")
        command = [
            *(sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run", str(contract)),
            *("--url", f"{target.base_url}/v2", "-H", f"X-API-Key: {target.keys['enterprise']}", "--seed", "1"),
            *("--phases", phases, "--report", "json", "--report-json-path", str(report), "--no-color"),
        ]
        subprocess.run(command, cwd=folder, check=False, capture_output=True, timeout=300)
        found = json.loads(report.read_text(encoding="utf-8"))
    return StockRun(
        failures=frozenset((operation, each["code"]) for each in found["failures"] for operation in each["operations"])
        | frozenset((str(each), "error") for each in found["errors"]),
        cases=found["test_cases"]["generated"],
        seconds=found["running_time"],
    )
