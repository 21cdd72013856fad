"""A base URL that is not where the API is, and what is said of it."""

import socket
from pathlib import Path

import pytest

from contract_tests.tests.checking import check, check_at
from contract_tests.tests.gateway import a_site, before
from contract_tests.tests.servers import running


def test_a_redirect_of_everything_is_one_hint() -> None:
    with running() as target, before(target, move="https://api.example.com") as (url, _):
        checked = check_at(url, target)
    assert checked.status == 3
    assert "give --base-url https://api.example.com/v2" in checked.output
    assert len(checked.exchanges) == 1


def test_a_base_path_too_much_is_one_hint_with_the_right_url() -> None:
    with running() as target:
        checked = check_at(f"{target.base_url}/api", target)
    assert checked.status == 3
    assert f"give --base-url {target.base_url}" in checked.output


def test_a_missing_base_path_is_one_broken_clause_with_a_hint() -> None:
    with running() as target, before(target, below="/shipping") as (url, _):
        checked = check_at(url, target)
    assert checked.status == 1
    assert checked.of("failed", "warned") == {"api.base-path"}
    assert "give --base-url with all that stands before /v2" in checked.output


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/v2?tenant=1", "http://127.0.0.1:9/#top", "http://me:word@127.0.0.1:9"]
)
def test_a_base_url_that_paths_cannot_be_put_behind_is_refused(url: str, tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.write_text(f'base_url = "{url}"\n[keys]\ngrowth = "tf_live_growth_1"\n')
    checked = check("--target", str(file))
    assert checked.status == 2
    assert "base_url:" in checked.output
    assert "word" not in checked.output.replace("a password", "")


def test_a_web_site_is_told_as_one_broken_clause() -> None:
    with a_site(b"<html>Welcome</html>") as url:
        checked = check("--base-url", url, "--api-key", "tf_live_free_1")
    assert checked.status == 1
    assert checked.of("failed") == {"api.json"}
    assert "the same page (text/html) for every path" in checked.output
    assert len(checked.exchanges) == 2


def test_a_run_that_can_not_begin_says_why_in_one_line() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        checked = check("--base-url", f"http://127.0.0.1:{closed.getsockname()[1]}", "--api-key", "tf_live_free_1")
    assert checked.status == 3
    assert checked.output.rstrip().splitlines()[-1].startswith("http://127.0.0.1")
    assert "Exit" not in checked.output
