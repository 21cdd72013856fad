"""The functions of docs/webhooks.md that verify a signature, each called in its own language."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mock_server.domain.webhooks.signing import SignatureScheme
from mock_server.tests.pages import DOCS

SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = '{ "city": "Zürich", "weight": 136.0 }\n'.encode()
RIGHT = SignatureScheme("X-TrackFlow-Signature", "sha256", "sha256=", "hex").sign(SECRET, BODY)
HEADERS = [RIGHT, RIGHT.upper(), RIGHT.removeprefix("sha256="), RIGHT[:-1], f"{RIGHT}0", "sha256=", "", "\u00fc"]
MOST_LINES = 6
CALLS = {
    "python": """import sys
for header in [*sys.argv[3:], None]:
    print(verified(sys.argv[1], open(sys.argv[2], "rb").read(), header))
""",
    "js": """import { readFileSync } from "node:fs";
const [secret, file, ...headers] = process.argv.slice(2);
for (const header of [...headers, undefined]) console.log(verified(secret, readFileSync(file), header));
""",
    "java": """public static void main(String[] given) throws Exception {
    byte[] body = java.nio.file.Files.readAllBytes(java.nio.file.Path.of(given[1]));
    for (int i = 2; i < given.length; i++) System.out.println(verified(given[0], body, given[i]));
    System.out.println(verified(given[0], body, null));
}
""",
    "ruby": """secret, file, *headers = ARGV
(headers + [nil]).each { |header| puts verified(secret, File.binread(file), header) }
""",
}
JAVA = """import static java.nio.charset.StandardCharsets.UTF_8;
import java.security.*;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Shown {
"""
TOOLS = {"python": sys.executable, "js": "node", "java": "java", "ruby": "ruby"}
FILES = {"python": "shown.py", "js": "shown.mjs", "java": "Shown.java", "ruby": "shown.rb"}


def shown(language: str) -> str:
    """The function of the page in that language."""
    section = (
        (DOCS / "webhooks.md").read_text(encoding="utf-8").partition("## Verify a signature")[2].partition("\n## ")[0]
    )
    found = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("language", CALLS)
def test_the_formula_has_six_lines_beside_its_imports(language: str) -> None:
    lines = [line for line in shown(language).splitlines() if line and not line.startswith(("import", "require"))]
    assert len(lines) <= MOST_LINES


@pytest.mark.parametrize("language", CALLS)
def test_the_formula_accepts_the_right_signature_and_no_other(language: str, tmp_path: Path) -> None:
    tool = shutil.which(TOOLS[language])
    if tool is None:
        pytest.skip(f"there is no {TOOLS[language]} here")
    program, body = tmp_path / FILES[language], tmp_path / "body"
    code = shown(language) + CALLS[language]
    program.write_text(f"{JAVA}{code}}}\n" if language == "java" else code, encoding="utf-8")
    body.write_bytes(BODY)
    command = [
        tool,
        *(["-XX:TieredStopAtLevel=1"] if language == "java" else []),
        str(program),
        SECRET,
        str(body),
        *HEADERS,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.lower().split() == ["true"] + ["false"] * len(HEADERS)
