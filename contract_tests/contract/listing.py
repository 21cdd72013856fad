"""The ledger as text."""

from contract_tests.contract.clauses import Clause
from contract_tests.contract.document import Contract


def listing(contract: Contract) -> str:
    """Every clause on a line: id, level, title, and the page's line or the reason of the assumption."""
    lines = [_listed(each) for each in contract.testable.values()]
    beyond = [each for each in contract.clauses.values() if each.beyond_http is not None]
    lines += ["", "Said, and not to be seen in any answer:"] if beyond else []
    lines += [f"{_listed(each)}  [{each.beyond_http}]" for each in beyond]
    return "\n".join(lines) + "\n"


def source_line(clause: Clause) -> str:
    """The page's line, or why it is assumed, on one line."""
    text = " / ".join(clause.source.splitlines())
    return f"the page: {text}" if clause.documented else f"assumed: {text}"


def _listed(clause: Clause) -> str:
    return f"{clause.id:36} {clause.level:10} {clause.title}  ({source_line(clause)})"
