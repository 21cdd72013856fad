"""The outcome of a run as text."""

from collections.abc import Mapping, Sequence

from contract_tests.contract.cutting import cut
from contract_tests.contract.listing import source_line
from contract_tests.ledger import FAILED, NOT_VERIFIED, PASSED, WARNED, Verdict
from contract_tests.masking import Mask, visible
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
    lines += _waived(run, verdicts)
    lines += ["", visible(why)] if (why := run.cut_short()) else []
    lines += ["", *map(visible, run.left_behind)] if run.left_behind else []
    counts = {kind: sum(each.verdict == kind for each in verdicts) for kind in (PASSED, FAILED, WARNED, NOT_VERIFIED)}
    budget = run.session.budget
    lines += [f"the overlay does nothing: {each}" for each in run.contract.idle]
    lines += [
        "",
        headline(counts, stopped=why is not None),
        (
            f"{len(verdicts)} clauses: {counts[PASSED]} passed, {counts[FAILED]} failed, {counts[WARNED]} warned, "
            f"{counts[NOT_VERIFIED]} not verified; {budget.spent_requests} requests, {budget.spent_lookups} lookups, "
            f"{run.sleeper.clock.now() - run.began:.0f} s"
        ),
    ]
    if verified([each.verdict for each in verdicts]) < (least := run.options.fail_under_verified or 0):
        lines.append(f"fewer than the {least:g} % that --fail-under-verified asks for")
    return "\n".join(lines) + "\n"


def verified(verdicts: Sequence[str]) -> float:
    """The share of clauses that something was shown about, in percent."""
    return 100 * sum(each != NOT_VERIFIED for each in verdicts) / max(1, len(verdicts))


def headline(counts: Mapping[str, int], *, stopped: bool = False) -> str:
    """The outcome in a sentence that also says how much was seen."""
    total = sum(counts.values())
    seen = total - counts[NOT_VERIFIED]
    share = f"{seen} of {total} clauses could be shown ({100 * seen // max(1, total)} %)"
    if counts[FAILED]:
        outcome = f"Does not conform: {counts[FAILED]} clause{'s' if counts[FAILED] > 1 else ''} broken"
    elif not counts[PASSED]:
        outcome = "Nothing could be verified"
    else:
        outcome = "Conforms" if seen == total else "Nothing broken in what was checked"
    return f"{'Stopped early. ' if stopped else ''}{outcome}; {share}"


def _waived(run: Run, verdicts: Sequence[Verdict]) -> list[str]:
    """What the waivers did, and which did nothing."""
    lines = [
        f"  {each.clause.id}: {visible(each.waiver.reason)} "
        f"({'until' if each.waiver.until >= run.ledger.today else 'ended on'} {each.waiver.until})"
        for each in verdicts
        if each.waiver is not None
    ]
    used = {each.waiver for each in verdicts}
    lines += [
        f"  {each.clause}: not needed; nothing of it was seen broken" for each in run.target.waivers if each not in used
    ]
    return ["", "Waivers:", *lines] if lines else []


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
