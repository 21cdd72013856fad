"""The page's own snippets, run with the real curl, Node.js and requests against a running mock."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract_tests.contract.loading import SCHEMAS, load
from mock_server.settings import Settings
from mock_server.tests.served import served
from mock_server.web.app import create_app

TRANSCRIPTS = Path(__file__).parent / "transcripts"
DOCUMENTED = load()["paths"]["/track/{trackingNumber}"]["get"]["responses"]["200"]["content"]["application/json"][
    "examples"
]["documented"]["value"]
RUNNERS = {
    "sh": ["bash", "-euc"],
    "js": ["node", "--input-type=module", "-e"],
    "python": [sys.executable, "-c"],
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    app = create_app(Settings())
    with served(app) as server:
        yield server.url


def run(name: str, url: str, *more: str) -> Any:
    """What the transcript's code prints, run against the mock at the URL."""
    blocks = re.findall(r"```(\w+)\n(.*?)```", (TRANSCRIPTS / name).read_text(encoding="utf-8"), re.DOTALL)
    language = blocks[0][0]
    program = RUNNERS[language]
    for needed in (program[0], "curl") if language == "sh" else program[:1]:
        if shutil.which(needed) is None:
            pytest.skip(f"{needed} is not installed here, so the page's {language} snippet cannot be run")
    code = "\n".join(text for _, text in blocks).replace("http://127.0.0.1:8080", url)
    done = subprocess.run(
        [*program, " ".join((code.rstrip(), *more))], capture_output=True, text=True, check=True, timeout=300
    )
    return done.stdout


@pytest.mark.parametrize("name", ["curl.md", "node.md", "python.md"])
def test_a_snippet_of_the_page_gets_the_page_s_body(name: str, url: str) -> None:
    assert json.dumps(json.loads(run(name, url))) == json.dumps(DOCUMENTED)  # as text: the order of keys counts


def test_the_page_s_curl_snippet_gets_both_rate_limit_headers(url: str) -> None:
    head = run("curl.md", url, "-s", "-D", "-", "-o", "/dev/null")
    assert head.startswith("HTTP/1.1 200 OK")
    assert re.search(r"^X-RateLimit-Remaining: \d+\r?$", head, re.MULTILINE)
    assert re.search(r"^X-RateLimit-Reset: \d+\r?$", head, re.MULTILINE)


def test_the_page_s_batch_gets_both_shipments_in_order(url: str) -> None:
    answer = json.loads(run("batch.md", url))
    assert [result["tracking_number"] for result in answer["results"]] == ["1Z204E380338943508", "449044304137821"]
    assert [result["carrier"]["code"] for result in answer["results"]] == ["ups", "fedex"]
    assert answer["results"][0] == DOCUMENTED
    assert answer["results"][1]["status"] == "info_received"


@pytest.mark.parametrize("name", [path.name for path in sorted(TRANSCRIPTS.glob("*.md"))])
def test_a_transcript_is_the_page_s_snippet_but_for_the_host(name: str) -> None:
    text = (TRANSCRIPTS / name).read_text(encoding="utf-8")
    code = re.search(r"```\w+\n(.*?)```", text, re.DOTALL)
    assert code is not None
    page = (SCHEMAS / "reference.txt").read_text(encoding="utf-8")
    snippet = code[1].replace("http://127.0.0.1:8080", "https://api.trackflow.io")
    assert words(snippet) in words(page)


def words(text: str) -> str:
    """The text without white space, trailing semicolons or line continuations, in which the page differs."""
    return re.sub(r"[\s\\;]", "", text)
