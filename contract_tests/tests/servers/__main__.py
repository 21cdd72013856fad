"""`python -m contract_tests.tests.servers`: one server, until it is stopped."""

import argparse
import signal
import sys
from threading import Thread

from contract_tests.tests.servers.catalogue import MUTANTS, VARIANTS
from contract_tests.tests.servers.target import serving


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m contract_tests.tests.servers", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks one")
    parser.add_argument("--mutant", choices=MUTANTS, metavar="NAME", help="break one clause")
    parser.add_argument("--variant", choices=VARIANTS, metavar="NAME", help="differ where the page is silent")
    parser.add_argument("--list", action="store_true", help="print every mutant and variant, and stop")
    options = parser.parse_args()
    if options.list:
        sys.stdout.write(listing())
        return 0
    server = serving(options.mutant, options.variant, port=options.port)
    ending = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ending)  # they are waited for, so none comes at a moment of its own
    Thread(target=server.run, daemon=True).start()
    sys.stdout.write(f"listening on http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    signal.sigwait(ending)
    server.close()
    return 0


def listing() -> str:
    """A line for each mutant (name, group, level, clauses, description), then one for each variant."""
    lines = [
        f"mutant   {m.name:36} {m.group:18} {m.level:10} {', '.join(m.clauses)}: {m.description}"
        for m in MUTANTS.values()
    ]
    for v in VARIANTS.values():
        kept = "keeps all" if v.keeps_assumed else "keeps documented"
        lines.append(f"variant  {v.name:36} {kept:29} {v.description}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
