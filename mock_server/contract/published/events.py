"""The contract's webhooks as an AsyncAPI document: what is delivered, with which headers, by whom."""

from collections.abc import Mapping
from typing import Any

from contract_tests.contract.loading import resolve
from contract_tests.contract.openapi_format import METHODS
from mock_server.contract.published.walking import Node, references

VERSION = "3.0.0"
ABOUT = "What the API sends to the url of every subscription."

RECEIVER = {
    "host": "{host}",
    "protocol": "https",
    "description": "Your endpoint: the url that the subscription was made with.",
    "variables": {"host": {"description": "Your host.", "default": "example.com"}},
}


def asyncapi(flat: Mapping[str, Any]) -> Node:
    """The webhooks of a published contract in AsyncAPI 3.0, seen from the API, which sends them."""
    channels: Node = {}
    operations: Node = {}
    messages: Node = {}
    webhooks: Mapping[str, Any] = flat.get("webhooks", {})
    for name, given in webhooks.items():
        item: Mapping[str, Any] = resolve(flat, given)
        for method in (each for each in item if each in METHODS):
            told = item[method]
            body = resolve(flat, told.get("requestBody", {}))
            contents: Mapping[str, Any] = body.get("content") or {"application/json": {}}
            media_type, media = next(iter(contents.items()))
            examples = {each: resolve(flat, one) for each, one in media.get("examples", {}).items()}
            channels[name] = {
                "title": told.get("summary", name),
                "description": "The url that the subscription was made with.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"}},
            }
            operations[told.get("operationId", name)] = {
                "action": "send",
                "channel": {"$ref": f"#/channels/{name}"},
                "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
                **{key: told[key] for key in ("summary", "description") if key in told},
                "bindings": {"http": {"method": method.upper()}},
            }
            messages[name] = {
                "title": told.get("summary", name),
                "contentType": media_type,
                "headers": _headers(flat, told.get("parameters", ())),
                "payload": media.get("schema", {}),
                "examples": [
                    {"name": each, "payload": example["value"]}
                    for each, example in examples.items()
                    if "value" in example
                ],
            }
    document: Node = {
        "asyncapi": VERSION,
        "info": _info(flat),
        "servers": {"receiver": RECEIVER},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": _needed(flat, messages)},
    }
    return {key: _alone(each) for key, each in document.items()}


def _info(flat: Mapping[str, Any]) -> Node:
    told = flat["info"]
    license_ = {"name": told["license"]["name"]} if "license" in told else None
    return {
        "title": f"{told['title']}: webhooks",
        "version": told["version"],
        "description": ABOUT,
        **({"contact": told["contact"]} if "contact" in told else {}),
        **({"license": license_} if license_ else {}),
        "tags": [{"name": "webhooks", "description": ABOUT}],
    }


def _alone(node: Any) -> Any:
    """The node with nothing beside any reference, which AsyncAPI's schemas of draft 7 do not hear."""
    if isinstance(node, list):
        return [_alone(each) for each in node]
    if not isinstance(node, dict):
        return node
    return (
        {"$ref": node["$ref"]}
        if isinstance(node.get("$ref"), str)
        else {key: _alone(each) for key, each in node.items()}
    )


def _headers(flat: Mapping[str, Any], parameters: Any) -> Node:
    """The headers as one schema, as AsyncAPI has them."""
    headers = [each for each in (resolve(flat, one) for one in parameters) if each["in"] == "header"]
    return {
        "type": "object",
        "required": [each["name"] for each in headers if each.get("required")],
        "properties": {
            each["name"]: {"description": each.get("description", ""), **each.get("schema", {})} for each in headers
        },
    }


def _needed(flat: Mapping[str, Any], node: Any) -> Node:
    """The components that the node refers to, and those that they refer to."""
    schemas = flat["components"]["schemas"]
    found: dict[str, Any] = {}
    waiting = list(references(node))
    while waiting:
        name = waiting.pop()
        if name not in found and name in schemas:
            found[name] = schemas[name]
            waiting.extend(references(schemas[name]))
    return {name: found[name] for name in schemas if name in found}
