"""`python -m contract_tests` is `trackflow-contract`."""

import sys

from contract_tests.cli import main

sys.exit(main())
