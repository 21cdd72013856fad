"""`python -m contract_tests` is `trackflow-contract`."""

import sys

from contract_tests.cli import main

_USAGE = 2

try:
    status = main()
except ModuleNotFoundError as error:
    sys.stderr.write(
        f'trackflow-contract needs {error.name}: pip install "trackflow-mock[contract]", or use `make check`\n'
    )
    status = _USAGE
sys.exit(status)
