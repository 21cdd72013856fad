"""One run put together: contract, target, session, ledger."""

import tempfile
from argparse import ArgumentTypeError
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from contract_tests import finding
from contract_tests.api import Api
from contract_tests.arrivals import Arrivals
from contract_tests.budget import DEFAULT_LOOKUPS, DEFAULT_REQUESTS, FOR_COUNTING, Budget
from contract_tests.clock import Clock, SystemClock
from contract_tests.contract.document import Contract, load, placed
from contract_tests.contract.files import ContractError
from contract_tests.contract.listing import listing
from contract_tests.exchange import Exchange, Key, SentRequest
from contract_tests.facts import Facts, choose_key
from contract_tests.ledger import Ledger
from contract_tests.leftovers import Leftovers, left_in
from contract_tests.masking import Mask
from contract_tests.modules import Modules
from contract_tests.options import RunOptions
from contract_tests.options import base_url as checked_url
from contract_tests.outlet import Outlet
from contract_tests.passive.watch import watch
from contract_tests.progress import Progress
from contract_tests.secrecy import learn_answer, learn_header, learn_url
from contract_tests.selection import Selection
from contract_tests.session import Session
from contract_tests.sleeper import Sleeper
from contract_tests.states import States
from contract_tests.target import Target, read_target
from contract_tests.transport import HttpTransport, Transport
from contract_tests.webhook_lab import WebhookLab

EXHAUSTING = (4000, 50_000)  # requests and lookups that using up every plan's minute and two plans' days may take

_OFTEN = 10  # times that the same is asked for: afterwards one body in so many is looked at


@dataclass(slots=True, repr=False)
class Run:
    """Everything that the probes of one run share."""

    options: RunOptions
    contract: Contract
    target: Target
    ledger: Ledger
    session: Session
    api: Api
    facts: Facts
    states: States
    sleeper: Sleeper
    progress: Progress
    lab: WebhookLab
    mask: Mask
    outlet: Outlet
    began: float
    refused: str | None = None
    gone: str | None = None
    interrupted: bool = False
    settled: str | None = None
    shared: bool = False  # somebody else was seen to spend the key's quota
    left_behind: list[str] = field(default_factory=list)
    modules: Modules = field(default_factory=Modules)

    def stopped(self) -> str | None:
        """Why nothing more is asked: nobody answers any longer, or everything there was to show is shown."""
        return self.gone or self.settled

    def cut_short(self) -> str | None:
        """Why this is a part of what there was to ask: nobody answers any longer, or somebody has ended the run."""
        return self.gone or ("interrupted: this is a part of the run" if self.interrupted else None)


def prepare(
    options: RunOptions,
    *,
    clock: Clock | None = None,
    transport: Transport | None = None,
    contract: Contract | None = None,
    target: Target | None = None,
    outlet: Outlet | None = None,
) -> Run:
    """A run that is ready to send; ContractError names what is missing or wrong."""
    contract = contract or load(options.overlay)
    target = target or (read_target(options.target) if options.target else Target())
    contract = placed(contract, target.paths)
    if options.plan is not None and options.plan not in contract.plans:
        raise ContractError(f"--plan {options.plan}: no such plan; there are {', '.join(contract.plans)}")
    given = options.base_url or target.base_url
    if given is None:
        raise ContractError("give --base-url URL, or base_url in the target file")
    try:
        base_url = _with_base_path(checked_url(given), contract.base_path)
    except ArgumentTypeError as error:
        raise ContractError(f"base_url: {error}") from None
    key = choose_key(contract, target, options.api_key, options.plan)
    if key is None:
        raise ContractError("give --api-key KEY, or keys in the target file")
    _can_travel("--api-key" if options.api_key else "[keys] in the target file", key.text)
    for name, text in target.keys.items():
        _can_travel(f"[keys] {name} in the target file", text)
    if options.report_dir is not None:
        _made(options.report_dir)
    outlet = outlet or Outlet()
    mask = outlet.mask = learned(contract, target, key)
    for name, text in options.headers:
        if name.lower() == contract.key_header.lower():
            raise ContractError(f"--header {name}: that is the key's own header; give the key with --api-key")
        learn_header(mask, name, text)
    mask.learn(target.webhook_secret, "WEBHOOK_SECRET")
    clock = clock or SystemClock()
    began = clock.now()
    today = datetime.fromtimestamp(began, UTC).date()
    selection = Selection(options.only, options.leave_out, target.waivers, today)
    selection.check(contract.testable)
    progress = Progress()
    ledger = Ledger(
        contract.clauses,
        all_levels_fail=options.level == "all",
        places=contract.assumed_places,
        mask=mask,
        selection=selection,
    )
    transport = transport or HttpTransport(verify=options.verify)
    states = States(None if options.safe else target.states_url, target.states_headers, transport)
    sleeper = Sleeper(clock, progress, pass_by_state=states.time_passes)
    session = Session(
        contract=contract,
        base_url=base_url,
        transport=transport,
        budget=_budget(options),
        sleeper=sleeper,
        key=key,
        on_exchange=_Watch(contract, ledger, sleeper, mask),
        safe=options.safe,
        standing=options.headers,
        leftovers=Leftovers(
            options.report_dir, mask, (left_in(options.report_dir) or {}) if options.report_dir else {}
        ),
    )
    facts = Facts(
        contract, target, key, safe=options.safe, exhaust_quota=options.exhaust_quota, mask=mask, left=session.left
    )
    api = Api(contract, session, facts, ledger, options.seed)
    facts.finders.update(known=partial(finding.known, api), missing=partial(finding.missing, api))
    lab = WebhookLab(api, ledger, states, Arrivals(base_url, clock, states, target), target.webhook_secret)
    return Run(
        options, contract, target, ledger, session, api, facts, states, sleeper, progress, lab, mask, outlet, began
    )


def _can_travel(place: str, text: str) -> None:
    """Refuses, without showing it, a key that no header can carry."""
    if not text or not text.isascii() or not text.isprintable() or text != text.strip():
        fault = (
            "is empty" if not text else "begins or ends with white space, or has characters that no header can carry"
        )
        raise ContractError(f"{place}: the key {fault}; look for a line break at its end")


def _made(folder: Path) -> None:
    """Makes the folder and tries it, so that nobody waits for a report that can't be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ContractError(f"--report-dir {folder}: nothing can be written there: {error.strerror}") from None


def learned(contract: Contract, target: Target, key: Key) -> Mask:
    """A mask for everything secret that the run was given."""
    mask = Mask(listing(contract))
    mask.learn(key.text, key.variable)
    for name, text in target.keys.items():
        mask.learn(text, f"TRACKFLOW_KEY_{name.upper()}")
    for name, text in target.states_headers.items():
        learn_header(mask, name, text)
    for url in (target.states_url, target.receiver_url):
        learn_url(mask, url)
    return mask


@dataclass(slots=True)
class _Watch:
    """Puts each exchange through the passive checks; the body of what was asked often before only now and then."""

    contract: Contract
    ledger: Ledger
    sleeper: Sleeper
    mask: Mask
    asked: Counter[SentRequest] = field(default_factory=Counter)

    def __call__(self, exchange: Exchange) -> None:
        learn_answer(self.mask, exchange)
        plan = self.contract.plans.get(exchange.key.plan or "") if exchange.key else None
        self.asked[exchange.request] += 1
        times = self.asked[exchange.request]
        body = times <= _OFTEN or times % _OFTEN == 0
        watch(self.contract, self.ledger, exchange, plan, self.sleeper.now(), body=body)


def _budget(options: RunOptions) -> Budget:
    if options.max_requests is None:
        return Budget(*EXHAUSTING) if options.exhaust_quota else Budget(for_counting=FOR_COUNTING)
    lookups = max(DEFAULT_LOOKUPS, options.max_requests * DEFAULT_LOOKUPS // DEFAULT_REQUESTS)
    return Budget(options.max_requests, lookups)


def _with_base_path(url: str, base_path: str) -> str:
    url = url.rstrip("/")
    return url if urlsplit(url).path.endswith(base_path) else url + base_path
