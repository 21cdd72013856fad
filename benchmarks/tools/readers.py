"""Linters and viewers, given our documents."""

import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from openapi_spec_validator import validate

from benchmarks.clients.workshop import path_of
from benchmarks.tools.trial import NotSeenError, ToolTrial

BROWSER = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    *("--window-size=1280,2400", "--virtual-time-budget=20000"),
)
RULES = 'extends: ["spectral:oas", "spectral:asyncapi", "spectral:arazzo"]\n'
PARSER = """
const { Parser } = require('@asyncapi/parser');
const text = require('fs').readFileSync('asyncapi.json', 'utf8');
new Parser().parse(text).then(({ document, diagnostics }) => {
  diagnostics.filter((each) => each.severity < 2).forEach((each) => console.error(each.message, each.path.join('/')));
  const [operation] = document ? document.operations().all() : [];
  console.log(document?.version(), operation?.id(), document?.messages().all().length);
  process.exit(document && !diagnostics.some((each) => each.severity < 2) ? 0 : 1);
});
"""
PAGES = {
    "swagger-ui": """<link rel=stylesheet href=m/swagger-ui-dist/swagger-ui.css><div id=ui></div>
<script src=m/swagger-ui-dist/swagger-ui-bundle.js></script>
<script>SwaggerUIBundle({url: 'openapi.json', dom_id: '#ui', docExpansion: 'full'})</script>""",
    "redoc": """<body><redoc spec-url=openapi.json></redoc><script src=m/redoc/bundles/redoc.standalone.js></script>""",
    "scalar": """<body><div id=app></div><script src=m/@scalar/api-reference/dist/browser/standalone.js></script>
<script>Scalar.createApiReference('#app', {url: 'openapi.json', withDefaultFonts: false, telemetry: false,
defaultOpenAllTags: true})</script>""",
}


def spec_validator(trial: ToolTrial) -> str:
    """openapi-spec-validator, on both forms."""
    for name in ("openapi.json", "soft.json"):
        validate(trial.document(name))
    return "both forms valid"


def redocly(trial: ToolTrial) -> str:
    """Redocly's recommended rules, without a warning but for the soft form's body of webhooks."""
    said = trial.npm("@redocly/cli", "bin/cli.js", "lint", "openapi.json", "tour.arazzo.json")
    if "warning" in said.split("validating", 1)[-1]:
        raise NotSeenError(said[-600:])
    trial.npm("@redocly/cli", "bin/cli.js", "lint", "soft.json", "asyncapi.json")
    return "openapi.json and the tour without a warning, soft.json and asyncapi.json without an error"


def redocly_respect(trial: ToolTrial) -> str:
    """The tour, walked against the mock."""
    said = trial.npm("@redocly/cli", "bin/cli.js", "respect", "tour.arazzo.json")
    told = [line.strip() for line in said.splitlines() if line.strip().startswith(("Workflows:", "Steps:", "Checks:"))]
    if not told or any("failed" in line for line in told):
        raise NotSeenError(said[-600:])
    return "; ".join(told)


def spectral(trial: ToolTrial) -> str:
    """Spectral's rules: those for OpenAPI and Arazzo without a warning, those for AsyncAPI without an error."""
    (trial.folder / "rules.yaml").write_text(RULES)
    for severity, names in (("warn", ("openapi.json", "tour.arazzo.json")), ("error", ("asyncapi.json", "soft.json"))):
        words = ("lint", "-r", "rules.yaml", "--fail-severity", severity, *names)
        trial.npm("@stoplight/spectral-cli", "dist/index.js", *words)
    return "openapi.json and the tour without a warning, soft.json and asyncapi.json without an error"


def asyncapi_parser(trial: ToolTrial) -> str:
    """AsyncAPI's own parser."""
    (trial.folder / "node_modules").symlink_to(trial.shop.modules)
    (trial.folder / "parse.cjs").write_text(PARSER)
    return trial.shop.run([trial.shop.npm_program("typescript", "bin/tsc")[0], "parse.cjs"], trial.folder).strip()


def viewer(name: str, trial: ToolTrial) -> str:
    """The document in a viewer, as Chromium shows it: every operation's summary is there."""
    (trial.folder / "m").symlink_to(trial.shop.modules)
    (trial.folder / "page.html").write_text(f"<!doctype html><meta charset=utf-8>{PAGES[name]}\n")
    handler = partial(_Quiet, directory=str(trial.folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = f"http://127.0.0.1:{server.server_port}/page.html"
        line = [path_of("chromium"), *BROWSER, f"--user-data-dir={trial.folder / 'browser'}"]
        shown = subprocess.run([*line, "--dump-dom", page], capture_output=True, text=True, timeout=180, check=True)
        subprocess.run(
            [*line, f"--screenshot={trial.folder / 'page.png'}", page], capture_output=True, timeout=180, check=True
        )
        server.shutdown()
    items = {**trial.document("openapi.json")["paths"], **trial.document("openapi.json")["webhooks"]}
    summaries = [each["summary"] for item in items.values() for each in item.values() if "summary" in each]
    missing = [each for each in summaries if each not in shown.stdout]
    if missing or len(summaries) != 6:
        raise NotSeenError(f"not shown: {missing}")
    return f"{len(summaries)} operations shown"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""
