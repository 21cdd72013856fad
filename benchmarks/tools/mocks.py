"""Other mocks and testers of contracts, given our document."""

import json
import re
import subprocess

from benchmarks.clients.workshop import path_of
from benchmarks.processes import free_port
from benchmarks.tools.trial import NotSeenError, ToolTrial, asked

NUMBER = "1Z204E380338943508"
WISH = {"tracking_number": NUMBER, "url": "https://example.com/hooks"}
TRACKING = {"success", "tracking_number", "carrier", "status", "events", "last_updated"}


def prism_static(trial: ToolTrial) -> str:
    """Prism answers with the document's examples, and with refusals by `Prefer: code=`."""
    return _prism(trial)


def prism_dynamic(trial: ToolTrial) -> str:
    """Prism answers with what it makes up."""
    return _prism(trial, "--dynamic")


def _prism(trial: ToolTrial, *words: str) -> str:
    port = free_port()
    program = trial.shop.npm_program("@stoplight/prism-cli", "dist/index.js")
    with trial.serving([*program, "mock", "openapi.json", "--port", str(port), *words], port) as url:
        seen = _five(url)
        for code in (404, 429, 500, 503):
            status, body = asked(f"{url}/track/{NUMBER}", prefer=f"code={code}")
            if status != code or body["success"] is not False:
                raise NotSeenError(f"Prefer: code={code} was answered with {status} {body}")
    return f"{seen}; 404, 429, 500, 503 by Prefer"


def mockoon(trial: ToolTrial) -> str:
    """Mockoon imports the soft form, which has one example for each text."""
    port = free_port()
    program = trial.shop.npm_program("@mockoon/cli", "bin/run.js")
    with trial.serving(
        [*program, "start", "--data", "soft.json", "--port", str(port), "--disable-log-to-file"], port
    ) as url:
        return _five(f"{url}/v2")


def specmatic(trial: ToolTrial) -> str:
    """Specmatic asks the mock for every example whose answer is paired with it."""
    path_of("java")
    jar = trial.shop.modules / "specmatic" / "specmatic.jar"
    done = subprocess.run(
        [path_of("java"), "-jar", str(jar), "test", "soft.json", f"--testBaseURL={trial.url}/v2"],
        cwd=trial.folder,
        env=trial.environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    failed = sorted(set(re.findall(r"Scenario: (\S+ \S+ -> \d+) .*has FAILED", done.stdout)))
    found = sorted(set(re.findall(r"-> (\d+) with .*has SUCCEEDED", done.stdout)))
    if failed or done.returncode or not {"204", "404", "429", "500", "503"} <= set(found):
        raise NotSeenError(f"failed: {failed}; found: {found}; {done.stdout[-600:]}")
    told = re.search(r"Tests run: \d+, Successes: \d+", done.stdout)
    return f"{told[0] if told else ''}; found {', '.join(found)}"


def postman(trial: ToolTrial) -> str:
    """The collection made of the document, run by newman against the mock."""
    made = trial.npm(
        "openapi-to-postmanv2",
        "bin/openapi2postmanv2.js",
        "-s",
        "openapi.json",
        "-o",
        "collection.json",
        "-O",
        "parametersResolution=Example",
    )
    if "Conversion successful" not in made:
        raise NotSeenError(made)
    trial.npm(
        "newman",
        "bin/newman.js",
        "run",
        "collection.json",
        "--env-var",
        f"apiKey={KEY_OF_POSTMAN}",
        "--reporters",
        "json",
        "--reporter-json-export",
        "run.json",
    )
    run = trial.document("run.json")["run"]
    statuses = [each["response"]["code"] for each in run["executions"]]
    if run["failures"] or statuses != [200, 200, 200, 201, 204]:
        raise NotSeenError(f"{statuses}, {json.dumps(run['failures'])[:400]}")
    return "five operations: 200, 200, 200, 201, 204"


KEY_OF_POSTMAN = "tf_test_enterprise_postman"


def _five(url: str) -> str:
    """The shapes that five operations are answered with; NotSeenError for one that is empty or not ours."""
    shipment = asked(f"{url}/track/{NUMBER}")
    batch = asked(f"{url}/track/batch", body={"shipments": [{"tracking_number": NUMBER}]})
    carriers = asked(f"{url}/carriers")
    webhook = asked(f"{url}/webhooks", body=WISH)
    deleted = asked(f"{url}/webhooks/wh_1", method="DELETE")
    statuses = [each[0] for each in (shipment, batch, carriers, webhook, deleted)]
    if statuses != [200, 200, 200, 201, 204]:
        raise NotSeenError(f"{statuses}: {shipment} {batch} {webhook}"[:600])
    if not shipment[1].keys() >= TRACKING or not batch[1]["results"] or not carriers[1]["carriers"]:
        raise NotSeenError(f"bodies of another shape: {shipment[1]} {batch[1]}"[:600])
    if not webhook[1]["webhook_id"]:
        raise NotSeenError(f"a webhook without an id: {webhook[1]}")
    return "five operations: 200, 200, 200, 201, 204 with bodies of their shape"
