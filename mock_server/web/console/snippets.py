"""The same request in five languages, to be copied."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from mock_server.domain.clients.journal import Entry

DROPPED = frozenset({"host", "content-length", "connection", "accept-encoding", "transfer-encoding", "expect"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as a person writes it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str = ""


def curl_of(origin: str, entry: Entry, key_header: str) -> str:
    """A command that asks what a client asked, its key in the clear: this is where it is from."""
    headers = {name: value for name, value in entry.headers.items() if name not in DROPPED}
    if entry.key is not None:
        headers[key_header.lower()] = entry.key
    return curl(Asked(entry.method or "GET", f"{origin}{entry.target}", headers, entry.body.decode("utf-8", "replace")))


def curl(asked: Asked) -> str:
    method = "" if asked.method == ("POST" if asked.body else "GET") else f" -X {shlex.quote(asked.method)}"
    lines = [f"curl -i{method} {shlex.quote(asked.url)}"]
    lines += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in asked.headers.items()]
    lines += [f"--data-binary {shlex.quote(asked.body)}"] if asked.body else []
    return " \\\n  ".join(lines)


def python(asked: Asked) -> str:
    lines = ["import requests", "", "answer = requests.request(", f"    {asked.method!r}, {asked.url!r},"]
    lines += [f"    headers={dict(asked.headers)!r},"]
    lines += [f"    data={asked.body!r}.encode()," if asked.body else "    timeout=10,"]
    return "\n".join([*lines, ")", "print(answer.status_code, answer.headers, answer.text)"])


def node(asked: Asked) -> str:
    options = {"method": asked.method, "headers": dict(asked.headers), **({"body": asked.body} if asked.body else {})}
    return (
        f"const answer = await fetch({_json(asked.url)}, {_json(options, 2)});\n"
        "console.log(answer.status, Object.fromEntries(answer.headers), await answer.text());"
    )


def java(asked: Asked) -> str:
    body = f"BodyPublishers.ofString({_json(asked.body)})" if asked.body else "BodyPublishers.noBody()"
    headers = "".join(f"\n    .header({_json(name)}, {_json(value)})" for name, value in asked.headers.items())
    return (
        "import java.net.URI;\nimport java.net.http.*;\nimport java.net.http.HttpRequest.BodyPublishers;\n\n"
        f"var request = HttpRequest.newBuilder(URI.create({_json(asked.url)})){headers}\n"
        f"    .method({_json(asked.method)}, {body})\n    .build();\n"
        "var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());\n"
        'System.out.println(answer.statusCode() + " " + answer.body());'
    )


def ruby(asked: Asked) -> str:
    headers = "".join(f"\nrequest[{_ruby(name)}] = {_ruby(value)}" for name, value in asked.headers.items())
    body = f"\nrequest.body = {_ruby(asked.body)}" if asked.body else ""
    return (
        f'require "net/http"\n\nuri = URI({_ruby(asked.url)})\n'
        f"request = Net::HTTP::{asked.method.capitalize()}.new(uri){headers}{body}\n"
        'answer = Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == "https") { _1.request(request) }\n'
        "puts answer.code, answer.body"
    )


def _json(value: object, indent: int | None = None) -> str:
    return json.dumps(value, indent=indent)


def _ruby(text: str) -> str:
    """A text in single quotes, in which Ruby reads nothing but the quote and the backslash."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


LANGUAGES = {"curl": curl, "Python": python, "Node": node, "Java": java, "Ruby": ruby}
