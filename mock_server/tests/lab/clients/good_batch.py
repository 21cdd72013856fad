"""One batch; what was refused of it is said, and told by the exit status."""

import sys

from asking import ask, batch, told

sys.exit(told(batch(ask)))
