"""What the page documents is judged by evidence of its own: each probe says what it rests on, and no more is true."""

import ast
import importlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from contract_tests.contract.document import Contract
from contract_tests.tests.checking import Checked, check_server
from contract_tests.tests.servers import running

HERE = Path(__file__).parents[1]


def declared() -> Mapping[str, tuple[frozenset[str], Mapping[str, frozenset[str]]]]:
    """Every probe with its clauses, and what its evidence about each documented one may rest on."""
    found = {}
    for file in sorted(HERE.glob("test_*.py")):
        module = importlib.import_module(f"contract_tests.{file.stem}")
        for name, probe in vars(module).items():
            for mark in getattr(probe, "pytestmark", ()) if name.startswith("test_") else ():
                if mark.name == "proves":
                    given = {clause: frozenset(each) for clause, each in mark.kwargs.get("given", {}).items()}
                    found[name] = frozenset(mark.args), given
    return found


def passive() -> frozenset[str]:
    """The clauses that every answer is judged by, whoever asked."""
    texts = set()
    for file in (*(HERE / "passive").glob("*.py"), HERE / "counting.py", HERE / "deliveries.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
    return frozenset(texts)


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """A whole run on the reference, which keeps everything."""
    options = ("--level", "all", "--exhaust-quota", "-k", "not slow_answer")
    with running() as target:
        return check_server(target, tmp_path_factory.mktemp("whole"), *options)


def test_the_reference_keeps_every_clause(checked: Checked) -> None:
    assert checked.status == 0, checked.output
    assert checked.of("failed", "warned") == set()
    assert checked.of("not_verified") <= {"errors.500", "delivery.timeout"}


def test_what_a_probe_rests_on_are_assumptions_that_some_probe_can_show(contract: Contract) -> None:
    shown = frozenset().union(*(clauses for clauses, _ in declared().values())) | passive()
    for name, (clauses, given) in declared().items():
        for clause, rests in given.items():
            assert clause in clauses, f"{name} says what {clause} rests on, and not that it proves it"
            assert contract.clauses[clause].documented, f"{clause} is assumed itself"
            for each in rests:
                assert not contract.clauses[each].documented, f"{name}: {each} is no assumption"
                assert each in shown, f"{name} rests on {each}, which nothing can show"


def test_what_is_documented_is_never_judged_by_what_rests_on_assumptions_alone(
    contract: Contract, checked: Checked
) -> None:
    """Each documented clause has evidence that rests on nothing.

    The page gives no path for carriers and webhooks, so what is there rests on the path, or on the target file's word.
    """
    assert checked.run is not None
    entered, places = checked.run.ledger.entered, set(contract.assumed_places.values())
    free = {clause for _, clause, rests in entered if set(rests) <= places}
    probes, everyone = declared(), passive()
    for probe, clause, rests in entered:
        if probe not in probes:
            continue
        _, given = probes[probe]
        undeclared = set(rests) - places - given.get(clause, frozenset())
        assert not undeclared or clause in everyone, (
            f"{probe}: {clause} rests on {undeclared}, which it does not declare"
        )
    documented = {name for name, each in contract.testable.items() if each.documented}
    judged = {clause for _, clause, _ in entered}
    assert judged & documented - free == set()
