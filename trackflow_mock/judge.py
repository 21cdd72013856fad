"""`trackflow-contract`: the contract tests, where what they need is installed."""

import sys
from importlib.util import find_spec

NEEDED = ("pytest", "requests", "schemathesis")  # the extra `contract` of pyproject.toml
TOLD_WITHOUT = {"-h", "--help", "--version"}
USAGE = 2


def main() -> int:
    """The exit code of the run; 2 says in one line what to install."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing and not TOLD_WITHOUT.intersection(sys.argv[1:]):
        sys.stderr.write(f'trackflow-contract needs {", ".join(missing)}: pip install "trackflow-mock[contract]"\n')
        return USAGE
    from contract_tests.cli import main as run  # noqa: PLC0415 - it imports what may be missing

    return run()
