"""Only some clauses are judged, and known breaches pass until their day."""

from pathlib import Path

import pytest

from contract_tests.tests.checking import check, check_server
from contract_tests.tests.servers import Target, running


def test_a_run_judges_only_the_clauses_that_are_asked_for(tmp_path: Path) -> None:
    with running("count-is-one-more") as target:
        only = check_server(target, tmp_path, "--only", "track.*", "--except", "track.lang.*")
        rest = check_server(target, tmp_path, "--except", "carriers.count.length", "-k", "directory")
    assert only.status == rest.status == 0, only.output
    assert {each.partition(".")[0] for each in only.verdicts} == {"track"}
    assert not any(each.startswith("track.lang.") for each in only.verdicts)
    assert "track.status" in only.of("passed")
    assert len(only.exchanges) < 90


@pytest.mark.parametrize("option", ["--only", "--except"])
def test_a_pattern_that_names_no_clause_is_refused(option: str) -> None:
    checked = check("--base-url", "http://127.0.0.1:9", "--api-key", "tf_live_growth_1", option, "qouta.*")
    assert checked.status == 2
    assert "qouta.*: no such clause" in checked.output


def _with_waiver(target: Target, folder: Path, clause: str, until: str) -> str:
    file = folder / "waived.toml"
    keys = "\n".join(f'{name} = "{text}"' for name, text in target.keys.items())
    waiver = f'[[waivers]]\nclause = "{clause}"\nreason = "mended in release 7"\nuntil = {until}\n'
    file.write_text(f'base_url = "{target.base_url}"\n[keys]\n{keys}\n{waiver}')
    return str(file)


@pytest.mark.parametrize(
    ("clause", "until", "status", "told"),
    [
        ("carriers.count.*", "2999-12-31", 0, "carriers.count.length: mended in release 7 (until 2999-12-31)"),
        ("carriers.count.length", "2020-01-01", 1, "carriers.count.length: mended in release 7 (ended on 2020-01-01)"),
        ("carriers.200", "2999-12-31", 1, "carriers.200: not needed"),
    ],
)
def test_a_waiver_lets_a_broken_clause_pass_until_its_day(
    tmp_path: Path, clause: str, until: str, status: int, told: str
) -> None:
    with running("count-is-one-more") as target:
        checked = check("--target", _with_waiver(target, tmp_path, clause, until), "-k", "directory")
    assert checked.status == status, checked.output
    assert told in checked.output


@pytest.mark.parametrize("until", ['"2026-12-31"', "true", "2026-12-31T00:00:00Z"])
def test_a_waiver_needs_an_end(tmp_path: Path, until: str) -> None:
    with running() as target:
        checked = check("--target", _with_waiver(target, tmp_path, "carriers.200", until))
    assert checked.status == 2
    assert "until is a date" in checked.output
