"""The README says what is so."""

import re

from mock_server.tests.readme_tables import README, TABLES, rewritten
from mock_server.web.app import MockServer


def test_the_tables_are_those_of_the_contract_and_the_settings() -> None:
    text = README.read_text(encoding="utf-8")
    assert rewritten(text) == text, "the README's tables are old; run `make readme`"


def test_every_table_is_in_the_readme() -> None:
    marks = re.findall(r"<!-- table: (\w+) -->", README.read_text(encoding="utf-8"))
    assert sorted(marks) == sorted(TABLES)


def test_every_control_path_is_in_the_readme(app: MockServer) -> None:
    text = README.read_text(encoding="utf-8")
    for rule in app.url_map.iter_rules():
        words = [word for word in rule.rule.removeprefix("/__admin").split("/") if word and not word.startswith("<")]
        assert all(f"/{word}" in text for word in words), rule.rule
