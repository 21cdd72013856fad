"""The examination of one receiver: attack by attack, each with a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mock_server.domain.webhooks.events import encode
from mock_server.receivers.attack import Attack
from mock_server.receivers.expectations import ACCEPTED, complaint
from mock_server.receivers.forger import RARE_REWRITINGS, REWRITINGS, Forger, Writing
from mock_server.receivers.honest import HONEST
from mock_server.receivers.hostile import HOSTILE
from mock_server.receivers.odd import AFTERMATH, ODD
from mock_server.receivers.slips import Slip, slips
from mock_server.receivers.target import DeliveryExchange, ReceiverTarget

ATTACKS: tuple[Attack, ...] = (*HONEST, *HOSTILE, *ODD, AFTERMATH)
GOOD = ATTACKS[0]
PASSED, FAILED, NOT_RUN = "passed", "failed", "not_run"
RE_SERIALISING = "Verify the signature over the bytes of the request body; parsed and written again they are others."


class NoReceiverError(Exception):
    """Nothing answers at the receiver's address."""


@dataclass(frozen=True, slots=True)
class AttackResult:
    """How an attack ended; `decisive` is the exchange that a complaint is about, or else the slowest."""

    attack: Attack
    verdict: str
    exchanges: Sequence[DeliveryExchange] = ()
    decisive: DeliveryExchange | None = None
    text: str = ""
    fix: str | None = None
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        return self.verdict == FAILED


class Examination:
    """Attacks on a receiver that has accepted a good delivery; without that, no refusal would prove anything."""

    def __init__(self, forger: Forger, target: ReceiverTarget) -> None:
        """Sends the good delivery; NoReceiverError if nobody answers."""
        self._forger = forger
        self._target = target
        self._gone = False
        self.good = self._verdict(GOOD)
        if self.good.decisive and not self.good.decisive.answer.reached:
            raise NoReceiverError(f"{target.address.url}: {self.good.decisive.answer.problem}")
        self.understood = self.good.verdict == PASSED or self._calibrated()

    def verdict(self, attack: Attack) -> AttackResult:
        """The verdict on one attack; the good delivery is not sent again."""
        if attack is GOOD:
            return self.good
        if not self.understood:
            return AttackResult(attack, NOT_RUN, text="the good delivery was not accepted")
        was_gone = self._gone
        verdict = self._verdict(attack)
        if was_gone and self._gone:
            return AttackResult(attack, NOT_RUN, text="the receiver is gone")
        return verdict

    def _verdict(self, attack: Attack) -> AttackResult:
        started = self._target.timer()
        exchanges = attack.play(self._forger, self._target)
        seconds = self._target.timer() - started
        self._gone = not all(exchange.answer.reached for exchange in exchanges)
        for exchange in exchanges:
            found = complaint(exchange.answer, attack.expects, self._forger.rules)
            if found:
                fix = attack.fix if found.unanswered and attack.timed else found.fix or attack.fix
                return AttackResult(attack, FAILED, exchanges, exchange, found.text, fix, seconds)
        slowest = max(exchanges, key=lambda exchange: exchange.answer.seconds)
        return AttackResult(attack, PASSED, exchanges, slowest, str(slowest.answer), seconds=seconds)

    def _calibrated(self) -> bool:
        """Whether the receiver accepts a delivery that is written or signed as the commonest slips have it.

        Then every other attack is made that way, or it would be refused for a reason that is already known.
        """
        if self.good.decisive is None or self.good.decisive.answer.status is None:
            return False
        forger, right = self._forger, self._forger.signing
        known = slips(forger.scheme)
        ways: list[tuple[Writing, str | None, Slip | None]] = [(encode, None, slip) for slip in known]
        ways += [(writing, name, None) for name, writing in {**REWRITINGS, **RARE_REWRITINGS}.items()]
        ways += [(writing, name, slip) for slip in known if slip.alone for name, writing in REWRITINGS.items()]
        for writing, name, slip in ways:
            forger.signing = slip.signing if slip else right
            (exchange,) = self._target.post(forger.signed(writing(forger.event())))
            if complaint(exchange.answer, ACCEPTED, forger.rules) is None:
                forger.writing = writing
                told = [*([f"as {name} writes it"] if name else []), *([slip.text] if slip else [])]
                fix = [*([RE_SERIALISING] if name else []), *([slip.fix] if slip else [])]
                self.good = replace(
                    self.good, text=f"{self.good.text}, and accepted {' and '.join(told)}", fix=" ".join(fix)
                )
                return True
        forger.signing = right
        return False
