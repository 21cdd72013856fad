"""The outcome of a run as text."""

from collections.abc import Sequence

from contract_tests.contract.listing import source_line
from contract_tests.ledger import FAILED, NOT_VERIFIED, PASSED, WARNED, Verdict
from contract_tests.masking import Mask, cut, visible
from contract_tests.run import Run

_LONGEST_BODY = 200


def opening(run: Run) -> str:
    """What is about to be sent, at most."""
    budget, plan = run.session.budget, run.facts.key.plan
    whose = f"a key of the plan {plan}" if plan else "a key of a plan that is not known (say it with --plan)"
    most = f"at most {budget.requests} requests and {budget.lookups} lookups"
    return f"{len(run.contract.testable)} clauses, {whose}, {most}"


def summary(run: Run, verdicts: Sequence[Verdict]) -> str:
    """What is broken with how to see it, what could not be shown and why, and the count."""
    lines: list[str] = []
    for heading, kind in (("BROKEN", FAILED), ("WARNING", WARNED)):
        for each in (each for each in verdicts if each.verdict == kind):
            lines += ["", f"{heading} {each.clause.id}: {each.clause.title}", *_told(each, run.mask)]
    reasons: dict[str, list[str]] = {}
    for each in verdicts:
        if each.verdict == NOT_VERIFIED:
            reasons.setdefault(each.reason, []).append(each.clause.id)
    if reasons:
        lines += ["", "Not verified:"]
        lines += [f"  {visible(reason)}\n    {', '.join(names)}" for reason, names in reasons.items()]
    lines += ["", *map(visible, run.left_behind)] if run.left_behind else []
    counts = {kind: sum(each.verdict == kind for each in verdicts) for kind in (PASSED, FAILED, WARNED, NOT_VERIFIED)}
    budget = run.session.budget
    lines += [f"the overlay does nothing: {each}" for each in run.contract.idle]
    lines += [
        "",
        (
            f"{len(verdicts)} clauses: {counts[PASSED]} passed, {counts[FAILED]} failed, {counts[WARNED]} warned, "
            f"{counts[NOT_VERIFIED]} not verified; {budget.spent_requests} requests, {budget.spent_lookups} lookups"
        ),
    ]
    return "\n".join(lines) + "\n"


def _told(verdict: Verdict, mask: Mask) -> list[str]:
    breach = verdict.breach
    lines = [f"  {source_line(verdict.clause)}"]
    if breach is not None:
        lines += [f"  expected: {visible(breach.expected)}", f"  found:    {visible(breach.found)}"]
        if breach.exchange is not None:
            lines.append(f"  {breach.exchange.request.curl(mask)}")
            body = visible(cut(mask(breach.exchange.response.text), _LONGEST_BODY))
            lines.append(f"  -> {breach.exchange.status} {body}")
    return lines
