"""Whatever is selected verifies what it selects, in any order."""

import ast
from collections.abc import Generator
from functools import cache
from pathlib import Path

import pytest

from contract_tests.tests.checking import check, check_server
from contract_tests.tests.servers import running

HERE = Path(__file__).parents[1]
# The reference does not fail to order, and a slow answer is waited for in real seconds.
NEEDS_MORE = {"test_a_failure_to_order_is_told_as_one", "test_a_slow_answer_is_a_failure"}


@cache
def probes() -> dict[str, set[str]]:
    """Every probe with the clauses that it says it proves."""
    found = {}
    for file in sorted(HERE.glob("test_*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                for each in node.decorator_list:
                    if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == "proves":
                        found[node.name] = {str(one.value) for one in each.args if isinstance(one, ast.Constant)}
    return found


class _Backwards:
    """The probes in the reverse of their order."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, None, None]:
        yield
        items.reverse()


@pytest.mark.parametrize("probe", sorted(probes().keys() - NEEDS_MORE))
def test_a_probe_alone_verifies_what_it_is_about(tmp_path: Path, probe: str) -> None:
    with running() as target:
        checked = check_server(target, tmp_path, "--exhaust-quota", "-k", probe)
    assert checked.status == 0, checked.output
    assert {name: checked.verdicts[name].reason for name in probes()[probe] - checked.of("passed")} == {}


@pytest.mark.parametrize("words", ["webhook", "spaces_dashes", "without_data", "batch"])
def test_a_selection_needs_no_more_than_a_url_and_a_key(words: str) -> None:
    """No target file: the page's own number is asked for when it is first needed."""
    with running() as target:
        checked = check("--base-url", target.base_url, "--api-key", target.keys["growth"], "-k", words)
    assert checked.status == 0, checked.output
    unknown = [each.reason for each in checked.verdicts.values() if "[numbers] known" in each.reason]
    assert unknown == []
    assert checked.of("passed")


def test_the_order_of_probes_makes_no_difference(tmp_path: Path) -> None:
    quick = ("-k", "not slow_answer and not made_up", "--max-requests", "400")
    with running() as target:
        forth = check_server(target, tmp_path, *quick)
    with running() as target:
        back = check_server(target, tmp_path, *quick, plugins=[_Backwards()])
    assert back.status == 0, back.output
    assert forth.of("passed") - back.of("passed") == set()
