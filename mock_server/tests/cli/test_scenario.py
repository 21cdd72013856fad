from pathlib import Path

import pytest
from click.testing import CliRunner

from mock_server.cli import cli


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["serve", "--port", "0", *arguments])
    return done.exit_code, done.output


def test_a_broken_scenario_names_file_line_column_and_fix(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text("faults:\n  - fault: { type: eror }\n")
    code, text = run("--scenario", str(file))
    assert code == 2
    assert "ours.yaml: line 2 column 14: faults[0].fault.type:" in text
    assert "did you mean error?" in text


@pytest.mark.parametrize("name", ["stormy", "nowhere.yaml"])
def test_a_scenario_that_is_not_there_is_told(name: str) -> None:
    code, text = run("--scenario", name)
    assert code == 2
    assert name in text
    assert "Traceback" not in text
