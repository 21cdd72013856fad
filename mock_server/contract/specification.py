"""The contract as the mock uses it: one document, its operations, errors, plans and header names."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contract_tests.contract.loading import resolve
from contract_tests.contract.origins import Origins
from contract_tests.contract.pointers import named
from contract_tests.contract.soundness import sound_document
from mock_server.contract.error_codes import ErrorCatalogue
from mock_server.contract.operations import Operation
from mock_server.contract.plain_http import with_plain_http

VERBS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")  # OpenAPI 3.1 section 4.8.9.1


class Specification:
    """The contract of one mock, overlays applied."""

    def __init__(self, document: Mapping[str, Any], *, proven: bool = False, origins: Origins | None = None) -> None:
        """`proven` as for `Operation`; `origins` tells who said what of the document."""
        self.document = document
        self.origins = origins or Origins()
        self.base_path = urlsplit(document["servers"][0]["url"]).path.rstrip("/")
        self.errors = ErrorCatalogue(document)
        self.paths: dict[str, dict[str, Operation]] = {
            path: {verb.upper(): Operation(document, path, verb, proven=proven) for verb in VERBS if verb in item}
            for path, item in document["paths"].items()
        }
        self.operations = {each.id: each for methods in self.paths.values() for each in methods.values()}
        self.plans: Sequence[Mapping[str, Any]] = document["x-plans"]["plans"]
        keys = [
            scheme
            for scheme in document["components"]["securitySchemes"].values()
            if scheme.get("type") == "apiKey" and scheme.get("in") == "header"
        ]
        self.key_header: str = next((each for each in keys if "x-keys" in each), keys[0])["name"]

    @classmethod
    def load(cls, overlays: Sequence[Path] = (), receivers: Collection[str] = ()) -> "Specification":
        """The contract of schemas/ with the overlays applied; DocumentError says what is wrong with a file.

        `receivers` are hosts beside loopback that webhooks may have plain http:// urls on. The contract as it is
        shipped is compiled once in a process, however many mocks run in it.
        """
        if not overlays and not receivers:
            return _shipped()
        origins = Origins()
        document = sound_document(overlays, origins=origins)
        document = with_plain_http(document, receivers) if receivers else document
        return cls(document, proven=not overlays, origins=origins)

    @cached_property
    def fingerprint(self) -> str:
        """What tells one contract from another."""
        return sha256(json.dumps(self.document, sort_keys=True).encode()).hexdigest()

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts at which the contract says that the API is."""
        return tuple(filter(None, (urlsplit(server["url"]).hostname for server in self.document["servers"])))

    def extension(self, name: str) -> Any:
        """The value of an `x-...` key that occurs once in the document; LookupError if it is gone."""
        for value in named(self.document, name):
            return value
        raise LookupError(f"the contract has no {name}; put it back where schemas/openapi.yaml has it")

    @cached_property
    def status_of_event(self) -> Mapping[str, str]:
        """The shipment status that each type of event gives."""
        types = resolve(self.document, "#/components/schemas/Tracking/$defs/eventType")["oneOf"]
        return {entry["const"]: entry["x-status-class"] for entry in types}

    @cached_property
    def final_statuses(self) -> frozenset[str]:
        """The statuses that nothing follows, by the mock's own names."""
        statuses = resolve(self.document, "#/components/schemas/Tracking/$defs/status")["oneOf"]
        return frozenset(entry.get("x-value", entry["const"]) for entry in statuses if entry.get("x-next") == [])

    @cached_property
    def documented_shipment(self) -> Mapping[str, Any] | None:
        """The page's own example of a shipment, if an overlay has left it."""
        examples = (each for operation in self.operations.values() for each in operation.examples())
        return next((value for _, name, value in examples if name == "documented" and "tracking_number" in value), None)

    @cached_property
    def example_webhooks(self) -> Mapping[str, tuple[str, str]]:
        """Number and url of the webhooks in the contract's examples, by the id that each has there."""
        values = [value for operation in self.operations.values() for _, _, value in operation.examples()]
        told = {"webhook_id", "tracking_number", "url"}
        made = [each for each in values if isinstance(each, Mapping) and told <= each.keys()]
        return {str(each["webhook_id"]): (each["tracking_number"], each["url"]) for each in made}

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """Wire names of response headers by the mock's own names: `remaining` is sent as X-RateLimit-Remaining."""
        return dict(self._headers())

    def _headers(self) -> Iterator[tuple[str, str]]:
        for operation in self.operations.values():
            for status in operation.statuses:
                for name, header in operation.response(status).get("headers", {}).items():
                    spec = resolve(self.document, header)
                    if "x-value" in spec:
                        yield spec["x-value"], name


@cache
def _shipped() -> Specification:
    return Specification(sound_document(), proven=True)
